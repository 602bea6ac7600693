#include "core/expr/regex_syntax.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace sso::expr {
namespace {

using Translation = tl::expected<std::string, RegexProblem>;

tl::unexpected<RegexProblem> refuse(std::size_t offset, std::string code, std::string message) {
    return tl::unexpected<RegexProblem>(RegexProblem{offset, std::move(code), std::move(message)});
}

/// Perl's names of properties that PCRE2 calls otherwise. `\p{IsLower}` is `\p{Lower}` in Perl.
constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kProperties{{
    {"Alpha", "Alphabetic"},
    {"Alnum", "Xan"},
    {"Digit", "Nd"},
    {"Lower", "Lowercase"},
    {"Punct", "P"},
    {"Space", "Xsp"},
    {"SpacePerl", "Xps"},
    {"XPosixSpace", "Xps"},
    {"Upper", "Uppercase"},
    {"Word", "Xwd"},
    {"XDigit", "Hex_Digit"},
    {"Letter", "L"},
    {"Number", "N"},
}};

std::string_view property_name(std::string_view name) {
    if (name.size() > 2 && name.substr(0, 2) == "Is") name.remove_prefix(2);
    for (const auto& [perl, pcre] : kProperties) {
        if (name == perl) return pcre;
    }
    return name;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Copies one pattern, changing what must be changed.
class Translator {
  public:
    explicit Translator(std::string_view pattern) : in_(pattern) {}

    Translation run() {
        out_.reserve(in_.size() + 8);
        while (at_ < in_.size()) {
            const char c = in_[at_];
            if (c == '\\') {
                escape();
            } else if (c == '[') {
                bracket();
            } else if (c == '(' && next_is(1, '?')) {
                group();
            } else if (c == '(' && next_is(1, '*')) {
                fail("syntax", "backtracking verbs (*…) are not offered");
            } else if (c == '{' && next_is(1, ',') && at_ + 2 < in_.size() && is_digit(in_[at_ + 2])) {
                out_ += "{0";  // Perl 5.34 reads {,n} as a quantifier
                ++at_;
            } else {
                out_ += c;
                ++at_;
            }
            if (problem_) return tl::unexpected<RegexProblem>(std::move(*problem_));
        }
        return std::move(out_);
    }

  private:
    bool next_is(std::size_t ahead, char c) const { return at_ + ahead < in_.size() && in_[at_ + ahead] == c; }

    void fail(std::string code, std::string message) {
        problem_ = RegexProblem{at_, std::move(code), std::move(message)};
    }

    void copy(std::size_t count) {
        out_ += in_.substr(at_, count);
        at_ += std::min(count, in_.size() - at_);
    }

    void escape() {
        if (at_ + 1 >= in_.size()) {
            copy(1);
            return;
        }
        const char c = in_[at_ + 1];
        if (c == 'C') {
            fail("syntax", "\\C is not a Perl escape any more");
        } else if ((c == 'p' || c == 'P') && next_is(2, '{')) {
            property();
        } else if (c == 'N' && next_is(2, '{') && next_is(3, 'U') && next_is(4, '+')) {
            code_point();
        } else {
            copy(2);
        }
    }

    void property() {
        const std::size_t close = in_.find('}', at_);
        if (close == in_.npos) {
            copy(2);
            return;
        }
        std::string_view name = in_.substr(at_ + 3, close - at_ - 3);
        out_ += in_.substr(at_, 3);
        if (!name.empty() && name.front() == '^') {
            out_ += '^';
            name.remove_prefix(1);
        }
        out_ += property_name(name);
        out_ += '}';
        at_ = close + 1;
    }

    /// `\N{U+77}`: PCRE2 knows it in UTF mode alone. Above 0xFF it never matches a byte.
    void code_point() {
        const std::size_t close = in_.find('}', at_);
        std::uint32_t value = 0;
        bool digits = close != in_.npos && close > at_ + 5;
        for (std::size_t i = at_ + 5; digits && i < close; ++i) {
            const char c = in_[i];
            const bool hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
            digits = hex && value < 0x1000000U;
            if (hex) value = value * 16 + static_cast<std::uint32_t>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
        }
        if (!digits) {
            fail("syntax", "\\N{U+…} needs hexadecimal digits and a closing brace");
            return;
        }
        if (value > 0xFF) {
            out_ += "(?!)";
        } else {
            constexpr std::string_view kHex = "0123456789abcdef";
            out_ += "\\x";
            out_ += kHex[value >> 4U];
            out_ += kHex[value & 0xFU];
        }
        at_ = close + 1;
    }

    /// A character class as it stands, with its properties translated.
    void bracket() {
        copy(1);
        if (next_is(0, '^')) copy(1);
        if (next_is(0, ']')) copy(1);
        while (at_ < in_.size() && in_[at_] != ']' && !problem_) {
            if (in_[at_] == '\\') {
                escape();
            } else if (in_[at_] == '[' && (next_is(1, ':') || next_is(1, '=') || next_is(1, '.'))) {
                const std::size_t close = in_.find(std::string{in_[at_ + 1], ']'}, at_ + 2);
                copy(close == in_.npos ? 1 : close + 2 - at_);
            } else {
                copy(1);
            }
        }
        if (at_ < in_.size() && !problem_) copy(1);
    }

    void group() {
        if (next_is(2, '{') || (next_is(2, '?') && next_is(3, '{'))) {
            fail("forbidden-operation", "code in a pattern, (?{…}), is refused");
        } else if (next_is(2, '#')) {
            const std::size_t close = in_.find(')', at_);
            copy(close == in_.npos ? in_.size() - at_ : close + 1 - at_);
        } else if (next_is(2, 'C')) {
            fail("syntax", "(?C…) is not Perl");
        } else {
            inline_flags();
        }
    }

    /// `(?i)`, `(?^a-x:…)`: without Perl's character set modifiers, which mean nothing for bytes.
    void inline_flags() {
        std::size_t end = at_ + 2;
        bool charset = false;
        while (end < in_.size()) {
            const char c = in_[end];
            const bool flag = c == 'i' || c == 'm' || c == 's' || c == 'x' || c == 'n' || c == '^' || c == '-';
            const bool drop = c == 'a' || c == 'u' || c == 'd' || c == 'l' || c == 'p';
            if (!flag && !drop) break;
            charset = charset || drop;
            ++end;
        }
        const bool flags = charset && end < in_.size() && (in_[end] == ')' || in_[end] == ':');
        copy(2);
        if (!flags) return;
        for (; at_ < end; ++at_) {
            const char c = in_[at_];
            if (c != 'a' && c != 'u' && c != 'd' && c != 'l' && c != 'p') out_ += c;
        }
    }

    std::string_view in_;
    std::size_t at_ = 0;
    std::string out_;
    std::optional<RegexProblem> problem_;
};

}  // namespace

Translation translate_pattern(std::string_view pattern) {
    if (pattern.find('\0') != pattern.npos) return refuse(pattern.find('\0'), "syntax", "a NUL byte");
    return Translator(pattern).run();
}

}  // namespace sso::expr
