// Compiles the virtual hosts of a configuration when they are asked for the first time: a process of thousands of them
// serves a few. Inside core/rules.
#pragma once

#include <mutex>

#include "core/rules/policy_compiler.hpp"
#include "core/rules/policy_data.hpp"

namespace sso::rules {

class LateCompiler {
  public:
    /// @param settings  what is needed of them is copied
    explicit LateCompiler(const config::Settings& settings);

    /// What `state` is of, compiled now unless another thread was first. Equal patterns of all hosts are one.
    /// @pre the host compiled without a mistake when the configuration was checked
    const HostPolicy::Compiled& compile(HostPolicy::State& state);

  private:
    std::mutex mutex_;
    config::Settings settings_;
    config::Diagnostics diagnostics_;
    PolicyCompiler compiler_;
};

}  // namespace sso::rules
