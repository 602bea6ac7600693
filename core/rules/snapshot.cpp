#include "core/rules/snapshot.hpp"

#include <utility>

#include "core/rules/policy_compiler.hpp"

namespace sso::rules {

CheckOutcome check(const config::Document& document, Compile when) {
    auto parsed = config::parse_settings(document.text, document.origin);
    CheckOutcome outcome{nullptr, std::move(parsed.diagnostics), {}};
    const auto& readable = parsed.settings ? parsed.settings : parsed.draft;
    if (!readable) return outcome;
    PolicyCompiler compiler(*readable, document.origin, outcome.diagnostics);
    SubjectBuilder subjects = compiler.compile_subjects();  // first: it makes the macros known
    Policy policy = compiler.compile_policy(when);
    config::sort_by_place(outcome.diagnostics);
    if (config::has_errors(outcome.diagnostics)) {
        outcome.refused_headers = policy.identity_headers();
        return outcome;
    }
    outcome.snapshot = std::make_shared<const Snapshot>(
        Snapshot{document.version, std::move(*parsed.settings), std::move(policy), std::move(subjects)});
    return outcome;
}

}  // namespace sso::rules
