#include "core/rules/snapshot.hpp"

#include <utility>

#include "core/rules/policy_compiler.hpp"

namespace sso::rules {
namespace {

/// The compiler has its own copy. What is left was made among what reading the file took and gave back, and would hold
/// a page here and there: so it moves together, before the policy is made in what has become free.
void let_go_of_rules(std::vector<config::VirtualHostSettings>& hosts) {
    for (auto& host : hosts) std::vector<config::RuleSettings>().swap(host.rules);
    hosts = std::vector<config::VirtualHostSettings>(hosts);
}

}  // namespace

CheckOutcome check(const config::Document& document, Compile when) {
    auto parsed = config::parse_settings(document.text, document.origin);
    CheckOutcome outcome{nullptr, std::move(parsed.diagnostics), {}};
    const auto& readable = parsed.settings ? parsed.settings : parsed.draft;
    if (!readable) return outcome;
    PolicyCompiler compiler(*readable, document.origin, outcome.diagnostics);
    SubjectBuilder subjects = compiler.compile_subjects();  // first: it makes the macros known
    compiler.compile_hosts(when);
    if (when == Compile::at_first_use && parsed.settings) let_go_of_rules(parsed.settings->virtual_hosts);
    Policy policy = compiler.compile_policy();
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
