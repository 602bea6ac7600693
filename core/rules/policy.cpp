#include "core/rules/policy.hpp"

#include <algorithm>
#include <utility>

#include "core/http/header.hpp"
#include "core/rules/environment.hpp"
#include "core/rules/policy_data.hpp"

namespace sso::rules {
namespace {

constexpr std::string_view kDefault = "default";
/// What the word `skip` inside an expression stands for (reference: expressions.md §2).
constexpr std::string_view kSkipValue = "999_SKIP";

Verdict verdict_of(Keyword keyword, bool is_known) noexcept {
    switch (keyword) {
        case Keyword::accept:
            return is_known ? Verdict::allow : Verdict::authenticate;
        case Keyword::deny:
            return is_known ? Verdict::deny : Verdict::authenticate;
        case Keyword::unprotect:
            return Verdict::unprotected;
        case Keyword::skip:
            return Verdict::skip;
        case Keyword::logout_sso:
        case Keyword::logout_app:
        case Keyword::logout_app_sso:
            break;  // refused when the configuration is read
    }
    return Verdict::fail;
}

/// Fills in verdict and error. Nobody known: an expression is asked only whether it would skip.
void apply(const Condition& condition, const RuleEnvironment& environment, bool is_known, Decision& decision,
           std::vector<expr::TraceStep>* trace) {
    if (condition.keyword) {
        decision.verdict = verdict_of(*condition.keyword, is_known);
        return;
    }
    const bool may_skip = condition.program->may_skip();
    if (!is_known && !may_skip) {
        decision.verdict = Verdict::authenticate;
        return;
    }
    const auto deny = [&](Error error) {
        decision.verdict = is_known ? Verdict::deny : Verdict::authenticate;
        decision.error = std::move(error);
    };
    if (!may_skip && trace == nullptr) {
        auto truth = condition.program->test(environment);
        if (!truth) return deny(std::move(truth.error()));
        decision.verdict = *truth ? Verdict::allow : Verdict::deny;
        return;
    }
    auto outcome = condition.program->evaluate(environment, trace);
    if (!outcome) return deny(std::move(outcome.error()));
    if (may_skip && outcome->text == kSkipValue) {
        decision.verdict = Verdict::skip;
    } else if (!is_known) {
        decision.verdict = Verdict::authenticate;
    } else {
        decision.verdict = outcome->truth ? Verdict::allow : Verdict::deny;
    }
}

/// The first rule whose pattern matches, by trying each, so that each can be told of.
FirstMatch try_rules(const std::vector<CompiledRule>& rules, std::string_view path, std::vector<TriedRule>& tried) {
    for (std::size_t i = 0; i < rules.size(); ++i) {
        auto matched = rules[i].pattern->matches(path);
        tried.push_back({rules[i].source, matched.value_or(false), {}});
        if (!matched) return {i, std::move(matched.error())};
        if (*matched) return {i, std::nullopt};
    }
    tried.push_back({std::string(kDefault), true, {}});
    return {};
}

Decision decide(const std::vector<CompiledRule>& rules, const Condition& default_rule, FirstMatch match,
                const RequestView& request, const Attributes* subject, SysSeconds now,
                std::vector<expr::TraceStep>* trace) {
    const RuleEnvironment environment(&request, subject, now);
    const bool is_known = subject != nullptr;
    const bool is_default = match.rule == FirstMatch::kNone;
    Decision decision;
    decision.rule = is_default ? -1 : static_cast<int>(match.rule);
    decision.rule_source = is_default ? kDefault : std::string_view(rules[match.rule].source);
    if (match.error) {  // whether the rule is for this path could not be found out
        decision.verdict = Verdict::deny;
        decision.error = std::move(match.error);
        return decision;
    }
    apply(is_default ? default_rule : rules[match.rule].condition, environment, is_known, decision, trace);
    return decision;
}

}  // namespace

HostPolicy::HostPolicy(std::unique_ptr<const Compiled> compiled) noexcept : compiled_(std::move(compiled)) {}
HostPolicy::HostPolicy(HostPolicy&&) noexcept = default;
HostPolicy& HostPolicy::operator=(HostPolicy&&) noexcept = default;
HostPolicy::~HostPolicy() = default;

Decision HostPolicy::decide(const RequestView& request, const Attributes* subject, SysSeconds now) const {
    return rules::decide(compiled_->rules, compiled_->default_rule, compiled_->index.find_first(request.path), request,
                         subject, now, nullptr);
}

Decision HostPolicy::explain(const RequestView& request, const Attributes* subject, SysSeconds now,
                             std::vector<TriedRule>& tried) const {
    tried.clear();
    auto match = try_rules(compiled_->rules, request.path, tried);
    return rules::decide(compiled_->rules, compiled_->default_rule, std::move(match), request, subject, now,
                         &tried.back().steps);
}

void HostPolicy::headers(const RequestView& request, const Attributes& subject, SysSeconds now, const HeaderSink& send,
                         const std::function<void(const std::string& name, const Error&)>& failed) const {
    const RuleEnvironment environment(&request, &subject, now);
    for (const CompiledHeader& header : compiled_->headers) {
        const auto outcome = header.program.evaluate(environment);
        if (outcome) {
            send(header.name, http::field_value(outcome->text));
        } else {
            failed(header.name, outcome.error());
        }
    }
}

const config::VirtualHostSettings& HostPolicy::settings() const noexcept {
    return compiled_->settings;
}

const std::vector<std::string>& HostPolicy::header_names() const noexcept {
    return compiled_->header_names;
}

Policy::Policy(std::unique_ptr<const Compiled> compiled) noexcept : compiled_(std::move(compiled)) {}
Policy::Policy(Policy&&) noexcept = default;
Policy::~Policy() = default;

const HostPolicy* Policy::find_host(std::string_view name) const noexcept {
    const auto& hosts = compiled_->hosts;
    const auto found =
        std::lower_bound(hosts.begin(), hosts.end(), name,
                         [](const HostPolicy& host, std::string_view wanted) { return host.settings().name < wanted; });
    return found != hosts.end() && found->settings().name == name ? &*found : nullptr;
}

const std::vector<std::string>& Policy::identity_headers() const noexcept {
    return compiled_->identity_headers;
}

std::string Policy::trace_name(const Attributes& subject, SysSeconds now) const {
    const RuleEnvironment environment(nullptr, &subject, now);
    const auto outcome = compiled_->what_to_trace->evaluate(environment);
    return outcome ? http::field_value(outcome->text) : std::string();
}

}  // namespace sso::rules
