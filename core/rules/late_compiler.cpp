#include "core/rules/late_compiler.hpp"

#include <utility>

namespace sso::rules {
namespace {

/// Those that compiling looks at, without the virtual hosts themselves.
config::Settings without_hosts(const config::Settings& settings) {
    config::Settings copy;
    copy.expressions = settings.expressions;
    copy.authentication = settings.authentication;
    return copy;
}

}  // namespace

// Which attributes there can be was checked before; a warning would be nobody's to read.
LateCompiler::LateCompiler(const config::Settings& settings)
    : settings_(without_hosts(settings)), compiler_(settings_, "", diagnostics_, PolicyCompiler::Names::unknown) {}

const HostPolicy::Compiled& LateCompiler::compile(HostPolicy::State& state) {
    const std::lock_guard lock(mutex_);
    if (const auto* known = state.compiled.load(std::memory_order_relaxed)) return *known;
    auto compiled = compiler_.compile_parts(*state.settings);
    diagnostics_.clear();
    state.compiled.store(compiled.get(), std::memory_order_release);
    return *compiled.release();
}

}  // namespace sso::rules
