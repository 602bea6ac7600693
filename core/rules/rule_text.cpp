#include "core/rules/rule_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "core/base/text.hpp"

namespace sso::rules {
namespace {

struct Spelling {
    std::string_view text;
    Keyword keyword;
    bool takes_target;
};
constexpr std::array kSpellings{
    Spelling{"accept", Keyword::accept, false},        Spelling{"deny", Keyword::deny, false},
    Spelling{"unprotect", Keyword::unprotect, false},  Spelling{"skip", Keyword::skip, false},
    Spelling{"logout_sso", Keyword::logout_sso, true}, Spelling{"logout", Keyword::logout_sso, true},
    Spelling{"logout_app", Keyword::logout_app, true}, Spelling{"logout_app_sso", Keyword::logout_app_sso, true},
};

std::optional<int> parse_level(std::string_view digits) {
    int level = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), level);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return level;
}

std::string_view trim_lines(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    const auto first = text.find_first_not_of(kBlank);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace

std::string_view name(Keyword keyword) noexcept {
    const auto* const found = std::find_if(kSpellings.begin(), kSpellings.end(),
                                           [keyword](const Spelling& s) { return s.keyword == keyword; });
    return found->text;
}

std::optional<LogoutKind> logout_kind(Keyword keyword) noexcept {
    switch (keyword) {
        case Keyword::logout_sso:
            return LogoutKind::sso;
        case Keyword::logout_app:
            return LogoutKind::app;
        case Keyword::logout_app_sso:
            return LogoutKind::app_sso;
        default:
            return std::nullopt;
    }
}

RuleText parse_rule_text(std::string_view text) {
    RuleText rule;
    std::string_view rest = trim_lines(text);
    constexpr std::string_view kOpen = "(?#";
    if (rest.ends_with(')')) {
        const auto open = rest.rfind(kOpen);
        if (open != rest.npos) {
            const auto digits = rest.substr(open + kOpen.size(), rest.size() - open - kOpen.size() - 1);
            rule.level = parse_level(digits);
            if (rule.level) rest = trim_lines(rest.substr(0, open));
        }
    }
    rule.expression = rest;
    rule.offset = rest.empty() ? 0 : static_cast<std::size_t>(rest.data() - text.data());
    const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
    for (const Spelling& spelling : kSpellings) {
        if (!equal_ignoring_case(word, spelling.text)) continue;
        const std::string_view target = trim(rest.substr(word.size()));
        if (!target.empty() && !spelling.takes_target) return rule;  // `accept or …`: an expression
        rule.keyword = spelling.keyword;
        rule.target = target;
        rule.expression = {};
        return rule;
    }
    return rule;
}

std::optional<int> pattern_level(std::string_view pattern) {
    constexpr std::string_view kOpen = "(?#AuthnLevel=";
    const auto open = pattern.find(kOpen);
    if (open == pattern.npos) return std::nullopt;
    const std::string_view rest = pattern.substr(open + kOpen.size());
    return parse_level(rest.substr(0, rest.find(')')));
}

}  // namespace sso::rules
