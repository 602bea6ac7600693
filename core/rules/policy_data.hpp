// What a compiled policy holds. Inside core/rules.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/config/settings.hpp"
#include "core/expr/program.hpp"
#include "core/rules/policy.hpp"
#include "core/rules/rule_index.hpp"
#include "core/rules/rule_text.hpp"

namespace sso::rules {

/// A rule's value: one of the two is there.
struct Condition {
    std::optional<Keyword> keyword;
    std::optional<expr::Program> program;
};

struct CompiledRule {
    std::string source;      ///< the pattern as written
    PatternPointer pattern;  ///< equal patterns of a configuration are one
    Condition condition;
};

struct CompiledHeader {
    std::string name;
    expr::Program program;
};

struct HostPolicy::Compiled {
    config::VirtualHostSettings settings;
    std::vector<CompiledRule> rules;
    RuleIndex index;  ///< of `rules`
    Condition default_rule;
    std::vector<CompiledHeader> headers;
    std::vector<std::string> header_names;
};

struct Policy::Compiled {
    std::vector<HostPolicy> hosts;  ///< sorted by name
    std::vector<std::string> identity_headers;
    std::optional<expr::Program> what_to_trace;
};

}  // namespace sso::rules
