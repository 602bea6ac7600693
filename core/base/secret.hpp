// A value that must not leak: passwords, keys, cookie bits.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace sso {

/// Compares in a time that depends on the lengths alone.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

/// Overwrites memory in a way that the optimiser keeps.
void wipe(void* memory, std::size_t size) noexcept;

/// Text that wipes itself when it dies, has no operator<<, and compares in constant time. It cannot be copied:
/// a copy is a second place to leak from.
class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string text) noexcept : text_(std::move(text)) {}
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    ~Secret() { wipe(text_.data(), text_.capacity()); }

    /// The text itself, for the one call that needs it. The view lives no longer than this object.
    [[nodiscard]] std::string_view reveal() const noexcept { return text_; }
    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return text_.size(); }

    friend bool operator==(const Secret& a, const Secret& b) noexcept {
        return equal_in_constant_time(a.text_, b.text_);
    }

  private:
    std::string text_;
};

}  // namespace sso
