#include "core/rules/place_policy.hpp"

#include <utility>

#include "core/rules/policy_compiler.hpp"

namespace sso::rules {

PlaceOutcome compile_place(const config::VirtualHostSettings& written) {
    PlaceOutcome outcome;
    const config::Settings none;
    PolicyCompiler compiler(none, "", outcome.diagnostics, PolicyCompiler::Names::unknown);
    HostPolicy policy = compiler.compile_place(written);
    if (!config::has_errors(outcome.diagnostics)) outcome.policy = std::move(policy);
    return outcome;
}

bool is_member(SubjectView subject, std::string_view group) noexcept {
    const expr::Value groups = subject.find("groups");
    if (groups.type != expr::Type::text || group.empty()) return false;
    std::string_view rest = groups.view();
    while (true) {
        const auto end = rest.find(kMultiValueSeparator);
        if (rest.substr(0, end) == group) return true;
        if (end == rest.npos) return false;
        rest.remove_prefix(end + kMultiValueSeparator.size());
    }
}

}  // namespace sso::rules
