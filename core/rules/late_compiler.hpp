// Compiles the virtual hosts of a configuration when they are asked for the first time: a process of thousands of them
// serves a few. Inside core/rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/rules/policy_compiler.hpp"
#include "core/rules/policy_data.hpp"

namespace sso::rules {

class LateCompiler {
  public:
    /// @param settings  what is needed of them is copied
    explicit LateCompiler(const config::Settings& settings);

    /// Copies the rules of the next host, so that its settings can do without them.
    void keep_rules(const config::VirtualHostSettings& host);
    /// No more rules come. Gives back the room that was kept for them.
    void close();

    /// What `state` is of, compiled now unless another thread was first. Equal patterns of all hosts are one. Whoever
    /// asks for a host that is being compiled waits for that one, and for no other.
    /// @pre its rules were kept
    const HostPolicy::Compiled& compile(HostPolicy::State& state);

  private:
    /// Where a rule's texts end in `texts_`. They begin where those of the rule before it end.
    struct KeptRule {
        std::uint32_t match_end;
        std::uint32_t allow_end;
        std::optional<int> level;
    };
    [[nodiscard]] config::VirtualHostSettings with_rules(const HostPolicy::State& state) const;

    std::string texts_;  // of all hosts: one piece of memory, where settings would be thousands among what is freed
    std::vector<KeptRule> rules_;
    std::vector<std::uint32_t> ends_;  // of each host's, in `rules_`
    const config::Settings settings_;
    PatternPool patterns_;
};

}  // namespace sso::rules
