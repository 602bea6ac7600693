// From settings to what decides: every expression and pattern compiled, every mistake with its place in the file.
// Inside core/rules.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/diagnostic.hpp"
#include "core/config/settings.hpp"
#include "core/rules/group.hpp"
#include "core/rules/pattern_pool.hpp"
#include "core/rules/policy_data.hpp"
#include "core/rules/subject_data.hpp"

namespace sso::rules {

/// Compile once: what comes out is of use only if no error is among the diagnostics.
class PolicyCompiler {
  public:
    /// Whether it is known which attributes there can be; if so, another name is warned of.
    enum class Names { known, unknown };

    /// @param shared  where other compilers find this one's patterns, and this one theirs; null: it has its own
    PolicyCompiler(const config::Settings& settings, std::string_view origin, config::Diagnostics& diagnostics,
                   Names names = Names::known, PatternPool* shared = nullptr);
    PolicyCompiler(const PolicyCompiler&) = delete;
    PolicyCompiler& operator=(const PolicyCompiler&) = delete;

    SubjectBuilder compile_subjects();
    /// @param when  at first use, of the virtual hosts the rules' texts are kept, and the settings may let go of the
    ///              rules afterwards
    void compile_hosts(Compile when);
    /// After `compile_hosts`. It refers to the virtual hosts' settings as they are now.
    Policy compile_policy();
    /// One that owns its settings.
    HostPolicy compile_place(const config::VirtualHostSettings& written);
    std::unique_ptr<const HostPolicy::Compiled> compile_parts(const config::VirtualHostSettings& host);

  private:
    using Path = std::string_view;

    [[nodiscard]] std::unique_ptr<HostPolicy::State> state_of(const config::VirtualHostSettings& host) const;

    /// @param level  the virtual host's, where the rule names none
    std::optional<CompiledRule> compile_rule(const config::RuleSettings& rule, std::optional<int> level, Path path);
    std::optional<Condition> compile_condition(const config::Located& text, Path path);
    void compile_roles(Policy::Compiled& into);
    Condition compile_role(const config::Located& text, Path path);
    std::optional<Logout> compile_logout(const RuleText& rule, const config::Located& text, Path path);
    PatternPointer compile_pattern(const config::Located& text, Path path);
    std::unique_ptr<Group> compile_group(const config::NamedExpression& group, Path path);
    /// @param offset  of `source` within `text`
    std::optional<expr::Program> compile_expression(std::string_view source, std::size_t offset,
                                                    const config::Located& text, expr::Purpose purpose, Path path,
                                                    Reporting reporting = Reporting::aloud);

    void check_level(const Condition& condition, const config::RuleSettings& rule, Path path);
    void warn_of_high_level(int level, config::Location where, Path path);
    void warn_of_escapes(const config::RuleSettings& rule, config::EncodedSlashes encoded_slashes, Path path);
    void warn_of_unreachable(const config::VirtualHostSettings& host, Path path);
    void warn_of_login(const expr::Program& program, const config::Located& text, Path path);
    void report(expr::Problem problem, const config::Located& text, std::size_t offset, Path path);
    void report(config::Severity severity, config::Location where, Path path, std::string message);

    const config::Settings& settings_;
    std::string origin_;
    expr::Limits limits_;
    config::Diagnostics& diagnostics_;
    const Names names_;
    std::vector<std::string> known_;  ///< names that attributes can have
    PatternPool own_patterns_;
    PatternPool& patterns_;
    std::vector<std::unique_ptr<const HostPolicy::Compiled>> hosts_;  ///< of those that are compiled at once
    std::shared_ptr<LateCompiler> late_;                              ///< of the others; else null
    std::vector<std::string> identity_headers_;
};

}  // namespace sso::rules
