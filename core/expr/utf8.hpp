// UTF-8 and ISO-8859-1, for the functions that convert between them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sso::expr {

void append_utf8(std::uint32_t code, std::string& out);

/// UTF-8 as ISO-8859-1, one '?' for each character that has no place there and each byte that is not UTF-8.
std::string to_latin1(std::string_view text);
/// The same, or nothing when a character has no place there.
std::optional<std::string> to_latin1_strict(std::string_view text);
/// ISO-8859-1 as UTF-8.
std::string from_latin1(std::string_view text);

}  // namespace sso::expr
