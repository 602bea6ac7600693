// application/x-www-form-urlencoded, in bodies and in queries (WHATWG URL §5).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"

namespace sso::http {

/// Fields in the order they came. The first of several equal names is the one that `find` gives.
class Form {
  public:
    /// @return `limit` over 64 kB or 100 fields; `invalid` for a broken escape, a NUL or text that is not UTF-8
    static Result<Form> parse(std::string_view text);
    [[nodiscard]] const std::string* find(std::string_view name) const noexcept;
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& fields() const noexcept { return fields_; }

  private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace sso::http
