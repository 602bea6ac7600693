// The backslash in quoted texts, and ranges in tr///. For the parser.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sso::expr {

/// Appends what the escape at `text[at]` (a backslash) stands for and moves behind it. False when it is malformed.
bool append_escape(std::string_view text, std::size_t& at, std::string& out);

/// `a-z` written out; escapes resolved. Nothing when a range runs backwards.
std::optional<std::string> expand_ranges(std::string_view text);

/// `uid` as LLNG's rewriting of the text leaves it.
std::string rewritten_variable(std::string_view name);

}  // namespace sso::expr
