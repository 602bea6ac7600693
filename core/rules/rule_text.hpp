// What stands after a pattern: a keyword, with a target where it takes one, or an expression
// (reference: handler.md §3.2, §3.4).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/rules/decision.hpp"

namespace sso::rules {

enum class Keyword {
    accept,          ///< anybody who is known
    deny,            ///< nobody
    unprotect,       ///< anybody; who is known is told to the application
    skip,            ///< anybody, as if the handler were not there
    logout_sso,      ///< ends the session
    logout_app,      ///< the application runs unseen
    logout_app_sso,  ///< both
};
std::string_view name(Keyword keyword) noexcept;
/// What it logs out of; nothing for a keyword that does not log out.
std::optional<LogoutKind> logout_kind(Keyword keyword) noexcept;

/// A rule's value, taken apart. Views into the text it was parsed from.
struct RuleText {
    std::optional<Keyword> keyword;  ///< absent: an expression
    std::string_view target;         ///< of a logout: where to go; may be empty
    std::string_view expression;
    std::size_t offset = 0;    ///< where the expression begins in the text
    std::optional<int> level;  ///< `(?#N)` at the end: the authentication level that is asked for
};

/// Total: what is no keyword is an expression. Keywords count only alone, in any case.
RuleText parse_rule_text(std::string_view text);

/// The level of `(?#AuthnLevel=N)` inside a pattern, or nothing.
std::optional<int> pattern_level(std::string_view pattern);

}  // namespace sso::rules
