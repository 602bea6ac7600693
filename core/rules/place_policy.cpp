#include "core/rules/place_policy.hpp"

#include <utility>

#include "core/rules/policy_compiler.hpp"

namespace sso::rules {

PlaceOutcome compile_place(const config::VirtualHostSettings& written) {
    PlaceOutcome outcome;
    const config::Settings none;
    PolicyCompiler compiler(none, "", outcome.diagnostics, PolicyCompiler::Names::unknown);
    HostPolicy policy = compiler.compile_host(written);
    if (!config::has_errors(outcome.diagnostics)) outcome.policy = std::move(policy);
    return outcome;
}

bool is_member(const Attributes& subject, std::string_view group) noexcept {
    const AttributeValue* groups = subject.find("groups");
    const std::string* names = groups == nullptr ? nullptr : groups->text();
    if (names == nullptr || group.empty()) return false;
    std::string_view rest = *names;
    while (true) {
        const auto end = rest.find(kMultiValueSeparator);
        if (rest.substr(0, end) == group) return true;
        if (end == rest.npos) return false;
        rest.remove_prefix(end + kMultiValueSeparator.size());
    }
}

}  // namespace sso::rules
