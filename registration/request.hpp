// What a client asks of the forced command: one line, `OS:logon`, or nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace sso::registration {

/// A directory identifier: 1 to 64 bytes of ASCII letters and digits, '.', '_' and '-', a letter or digit first. Its
/// case is kept.
class Logon {
  public:
    static std::optional<Logon> parse(std::string_view text);
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    friend bool operator==(const Logon&, const Logon&) = default;

  private:
    explicit Logon(std::string_view text) : text_(text) {}
    std::string text_;
};

/// What a machine says it runs: 1 to 16 letters a to z.
class OperatingSystem {
  public:
    static std::optional<OperatingSystem> parse(std::string_view text);
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    friend bool operator==(const OperatingSystem&, const OperatingSystem&) = default;

  private:
    explicit OperatingSystem(std::string_view text) : text_(text) {}
    std::string text_;
};

struct EnrolRequest {
    OperatingSystem os;
    Logon logon;
};

/// The longest request that is looked at.
inline constexpr std::size_t kRequestBytes = 128;

/// The whole of SSH_ORIGINAL_COMMAND or a refusal: nothing is trimmed, and there is no shell.
/// @return `invalid`, saying which part is wrong and never what it was
Result<EnrolRequest> parse_request(std::string_view original_command);

}  // namespace sso::registration
