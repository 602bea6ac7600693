// Durations as an administrator writes them: "20h", "90s", "1h30min", "500ms".
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace sso::config {

/// Whole numbers with the units d, h, min, s and ms, the greatest first, each at most once, no blanks.
/// @return `invalid`, saying what was found and what would be right; nothing above ten years
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The shortest text that parse_duration reads as this: "1h30min"; "0s" for none.
std::string duration_text(std::chrono::milliseconds duration);

}  // namespace sso::config
