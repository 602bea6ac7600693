#include "core/rules/shadow.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace sso::rules {
namespace {

constexpr auto kCatchAll = std::to_array<std::string_view>(
    {"", "^", "/", "^/", ".", ".*", "^.*", "^/.*", "^.*$", ".*$", "^/.*$", "^(.*)$", "^.", "^/?"});
/// What may stand behind a plain text and asks for nothing more.
constexpr auto kAnything = std::to_array<std::string_view>({"", ".*", ".*$", ".*?", "(.*)", "(.*)$", "(?:.*)"});
constexpr std::string_view kSpecial = "^$.[]|()?*+{}\\";

/// The plain text at the start of a pattern.
struct Beginning {
    bool anchored = false;
    std::string text;       ///< every match holds it: at its start when `anchored`
    std::string_view rest;  ///< of the pattern
};

/// Whether `pattern` has a `|` outside of parentheses and brackets: then no part of it is in every match.
bool has_alternatives(std::string_view pattern) {
    int depth = 0;
    bool in_class = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if (c == '\\') {
            ++i;
        } else if (in_class) {
            in_class = c != ']' || pattern[i - 1] == '[' || (pattern[i - 1] == '^' && pattern[i - 2] == '[');
        } else if (c == '[') {
            in_class = true;
        } else if (c == '(') {
            ++depth;
        } else if (c == ')') {
            --depth;
        } else if (c == '|' && depth <= 0) {
            return true;
        }
    }
    return false;
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Nothing for a pattern that cannot be told: `\Q`, comments and the like begin with what is no plain character, so
/// that they end the text.
std::optional<Beginning> beginning_of(std::string_view pattern) {
    if (has_alternatives(pattern)) return std::nullopt;
    Beginning read;
    read.anchored = pattern.starts_with('^');
    if (read.anchored) pattern.remove_prefix(1);
    while (!pattern.empty()) {
        std::size_t length = 1;
        char plain = pattern[0];
        if (plain == '\\' && pattern.size() > 1 && !is_letter_or_digit(pattern[1])) {
            plain = pattern[1];
            length = 2;
        } else if (kSpecial.find(plain) != kSpecial.npos) {
            break;
        }
        // a character that is repeated, or may be missing, is no plain one
        if (pattern.size() > length && std::string_view("?*+{").find(pattern[length]) != std::string_view::npos) break;
        read.text += plain;
        pattern.remove_prefix(length);
    }
    read.rest = pattern;
    return read;
}

}  // namespace

bool matches_every_path(std::string_view pattern) noexcept {
    return std::find(kCatchAll.begin(), kCatchAll.end(), pattern) != kCatchAll.end();
}

bool covers(std::string_view earlier, std::string_view later) {
    if (earlier == later || matches_every_path(earlier)) return true;
    const auto first = beginning_of(earlier);
    if (!first || first->text.empty()) return false;
    if (std::find(kAnything.begin(), kAnything.end(), first->rest) == kAnything.end()) return false;
    const auto second = beginning_of(later);
    if (!second) return false;
    if (first->anchored) return second->anchored && second->text.starts_with(first->text);
    return second->text.find(first->text) != std::string::npos;
}

}  // namespace sso::rules
