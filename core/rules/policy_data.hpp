// What a compiled policy holds. Inside core/rules.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/config/settings.hpp"
#include "core/expr/program.hpp"
#include "core/rules/host_table.hpp"
#include "core/rules/policy.hpp"
#include "core/rules/rule_index.hpp"
#include "core/rules/rule_text.hpp"

namespace sso::rules {

/// A rule's value: one of keyword and program is there.
struct Condition {
    std::optional<Keyword> keyword;
    std::optional<Logout> logout;  ///< of the keywords that log out
    std::optional<expr::Program> program;
    int level = 0;  ///< the authentication level that whoever is let in must have
    /// An expression that is true or false for those who are known, whatever they ask for.
    bool is_of_subject = false;
};

struct CompiledRule {
    std::string source;      ///< the pattern as written
    PatternPointer pattern;  ///< equal patterns of a configuration are one
    Condition condition;
};

struct CompiledHeader {
    std::string name;
    expr::Program program;
    bool optional;  ///< not sent where the value is empty
};

class LateCompiler;

/// 1, 2, …
std::uint64_t next_policy_number() noexcept;

struct HostPolicy::Compiled {
    std::vector<CompiledRule> rules;
    RuleIndex index;  ///< of `rules`
    Condition default_rule;
    std::vector<CompiledHeader> headers;
    std::vector<std::string> header_names;
};

/// What is known of a host before it is compiled.
struct HostPolicy::State {
    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { delete compiled.load(std::memory_order_relaxed); }

    std::uint64_t number = next_policy_number();
    bool maintenance = false;
    std::unique_ptr<const config::VirtualHostSettings> own;  ///< of a place, which is in no configuration; else null
    const config::VirtualHostSettings* settings = nullptr;   ///< `own`, or the configuration's, which outlives this
    std::shared_ptr<LateCompiler> compiler;                  ///< null where it was compiled at once
    std::size_t place = 0;                                   ///< in `compiler`
    std::mutex compiling;                                    ///< held by the one thread that compiles this host
    std::atomic<const Compiled*> compiled{nullptr};          ///< owned; set once
};

struct Policy::Compiled {
    std::vector<HostPolicy> hosts;  ///< in written order
    HostTable names;
    std::vector<std::string> identity_headers;
    std::optional<expr::Program> what_to_trace;
    std::optional<expr::Program> custom_to_trace;
    std::array<Condition, 3> roles;  ///< by ManagerRole
};

}  // namespace sso::rules
