// The few questions about plain text that every room asks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sso {

/// Without the blanks and tabs at both ends.
std::string_view trim(std::string_view text) noexcept;

/// ASCII letters in lower case; every other byte as it is. Knows no locale.
std::string to_lower(std::string_view text);

/// Equal but for the case of ASCII letters.
bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// The parts of `text` between separators; empty parts are kept.
std::vector<std::string_view> split(std::string_view text, char separator);

/// The candidate that is most like `word`, for "did you mean", or nothing when none is near (Levenshtein distance
/// of at most a third of the word's length, and at least one).
std::optional<std::string_view> nearest(std::string_view word, const std::vector<std::string_view>& candidates);

/// Text from outside made fit for one line of a log or a terminal: control characters, DEL and bytes that are not
/// UTF-8 become \xNN, a backslash becomes \\, and what is longer than `limit` bytes ends in "…".
std::string printable(std::string_view text, std::size_t limit = 256);

/// The length of the well-formed UTF-8 sequence at the start of `text`, or 0. @pre !text.empty()
std::size_t utf8_sequence(std::string_view text) noexcept;

/// Whether `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
bool is_utf8(std::string_view text) noexcept;

}  // namespace sso
