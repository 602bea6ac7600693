// The rules of one virtual host as LemonLDAP::NG keeps them and tries them: keys in byte order, path and query in one
// string (reference: handler.md §3.2, §3.3). For configurations that come from there, and for the conformance suite.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/expr/program.hpp"
#include "core/rules/rule_text.hpp"

namespace sso::rules {

/// The address a client sent as LLNG's patterns see it: scheme and host cut off, the path percent-decoded once, "//",
/// "." and ".." removed, the query as it came.
std::string llng_address(std::string_view uri);

/// A rule's value, compiled: a keyword or a program.
struct LlngRule {
    std::string key;    ///< the pattern, "default", or "(none)" where LLNG has neither
    std::string value;  ///< as written; `text` views into it
    RuleText text;
    std::optional<expr::Program> program;  ///< absent for a keyword
    std::optional<int> level;              ///< the authentication level asked for, when it is not 0

    /// @return every mistake of the expression
    static tl::expected<LlngRule, std::vector<expr::Problem>> compile(std::string key, std::string value);
    LlngRule() = default;
    LlngRule(LlngRule&&) noexcept;
    LlngRule& operator=(LlngRule&&) = delete;
    ~LlngRule() = default;
};

class LlngRules {
  public:
    /// @return every mistake: a rule set with one is refused as a whole, so that no virtual host becomes open
    static tl::expected<LlngRules, std::vector<expr::Problem>> compile(const std::map<std::string, std::string>& rules);

    /// The rule that applies: the first whose pattern is found in `address`, else the default.
    /// @return `limit` when a pattern takes too long: then nothing is known, and nobody may pass
    [[nodiscard]] Result<const LlngRule*> find(std::string_view address) const;

  private:
    LlngRules() = default;
    std::vector<expr::Pattern> patterns_;
    std::vector<LlngRule> rules_;  ///< one more than patterns: the default
};

}  // namespace sso::rules
