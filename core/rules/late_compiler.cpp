#include "core/rules/late_compiler.hpp"

#include <limits>
#include <mutex>
#include <new>

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

LateCompiler::LateCompiler(const config::Settings& settings) : settings_(without_hosts(settings)) {}

void LateCompiler::keep_rules(const config::VirtualHostSettings& host) {
    static_assert(config::kTextLimit <= std::numeric_limits<std::uint32_t>::max());
    for (const config::RuleSettings& rule : host.rules) {
        texts_ += rule.match.text;
        const auto match_end = static_cast<std::uint32_t>(texts_.size());
        texts_ += rule.allow.text;
        rules_.push_back({match_end, static_cast<std::uint32_t>(texts_.size()), rule.level});
    }
    ends_.push_back(static_cast<std::uint32_t>(rules_.size()));
}

void LateCompiler::close() {
    texts_.shrink_to_fit();
    rules_.shrink_to_fit();
    ends_.shrink_to_fit();
}

/// Every text stands where the host does: mistakes, which would tell the place, have all been found.
config::VirtualHostSettings LateCompiler::with_rules(const HostPolicy::State& state) const {
    config::VirtualHostSettings host = *state.settings;
    host.rules.clear();
    const std::uint32_t first = state.place == 0 ? 0 : ends_[state.place - 1];
    std::size_t begin = first == 0 ? 0 : rules_[first - 1].allow_end;
    for (std::uint32_t i = first; i < ends_[state.place]; ++i) {
        const KeptRule& kept = rules_[i];
        config::RuleSettings& rule = host.rules.emplace_back();
        rule.match = {texts_.substr(begin, kept.match_end - begin), host.where, false};
        rule.allow = {texts_.substr(kept.match_end, kept.allow_end - kept.match_end), host.where, false};
        rule.level = kept.level;
        begin = kept.allow_end;
    }
    return host;
}

const HostPolicy::Compiled& LateCompiler::compile(HostPolicy::State& state) {
    const std::lock_guard lock(state.compiling);
    if (const auto* known = state.compiled.load(std::memory_order_relaxed)) return *known;
    config::Diagnostics diagnostics;
    // Which attributes there can be was checked before; a warning would be nobody's to read.
    PolicyCompiler compiler(settings_, "", diagnostics, PolicyCompiler::Names::unknown, &patterns_);
    auto compiled = compiler.compile_parts(with_rules(state));
    // All mistakes have been found before: what fails now does so for want of memory, and leaves a rule out.
    if (config::has_errors(diagnostics)) throw std::bad_alloc();
    state.compiled.store(compiled.get(), std::memory_order_release);
    return *compiled.release();
}

}  // namespace sso::rules
