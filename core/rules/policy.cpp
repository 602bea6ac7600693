#include "core/rules/policy.hpp"

#include <atomic>
#include <utility>

#include "core/http/header.hpp"
#include "core/rules/environment.hpp"
#include "core/rules/late_compiler.hpp"
#include "core/rules/policy_data.hpp"

namespace sso::rules {
namespace {

constexpr std::string_view kDefault = "default";
/// What the word `skip` inside an expression stands for (reference: expressions.md §2).
constexpr std::string_view kSkipValue = "999_SKIP";
constexpr std::size_t kUsualTexts = 256;  // of one host's headers

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
            return Verdict::logout;
    }
    return Verdict::fail;
}

/// Fills in what the condition says. Nobody known: an expression is asked only whether it would skip. The level is
/// looked at first, as LemonLDAP::NG does: after a stronger login, macros and with them the rule may come out
/// otherwise.
/// @param memo  null: nothing is remembered; else the condition's is `place_in_memo`
[[gnu::noinline]] void apply(const Condition& condition, const RuleEnvironment& environment, SubjectView subject,
                             const SubjectMemo* memo, std::size_t place_in_memo, Decision& decision,
                             std::vector<expr::TraceStep>* trace) {
    const bool is_known = static_cast<bool>(subject);
    if (condition.keyword) {
        decision.verdict = verdict_of(*condition.keyword, is_known);
        if (condition.logout) decision.logout = &*condition.logout;
    }
    const bool asks_for_level = condition.level > 0 && is_known;
    if (asks_for_level && (!condition.keyword || decision.verdict == Verdict::allow) &&
        authentication_level(subject) < condition.level) {
        decision.verdict = Verdict::step_up;
        decision.level = condition.level;
        return;
    }
    if (condition.keyword) return;
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
        const bool remembers = memo != nullptr && condition.is_of_subject;
        if (const auto known = remembers ? memo->truth(place_in_memo) : std::nullopt) {
            decision.verdict = *known ? Verdict::allow : Verdict::deny;
            return;
        }
        auto truth = condition.program->test(environment);
        if (!truth) return deny(std::move(truth.error()));
        if (remembers) memo->remember_truth(place_in_memo, *truth);
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

/// Fills in `decision` by the rule that matches first, if its truth is remembered.
/// @param rule  as `RuleIndex::find_by_texts` gives it
[[gnu::always_inline]] inline bool decide_by_memory(const std::vector<CompiledRule>& rules,
                                                    const Condition& default_rule, std::size_t rule,
                                                    const SubjectMemo& memo, Decision& decision) noexcept {
    if (rule == RuleIndex::kUnsure) return false;
    const bool is_default = rule == FirstMatch::kNone;
    const Condition& condition = is_default ? default_rule : rules[rule].condition;
    if (!condition.is_of_subject || condition.level != 0) return false;
    const auto known = memo.truth(is_default ? rules.size() : rule);
    if (!known) return false;
    decision.rule = is_default ? -1 : static_cast<int>(rule);
    decision.rule_source = is_default ? kDefault : std::string_view(rules[rule].source);
    decision.verdict = *known ? Verdict::allow : Verdict::deny;
    return true;
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

Decision decide(const std::vector<CompiledRule>& rules, const Condition& default_rule, FirstMatch&& match,
                const RequestView& request, SubjectView subject, SysSeconds now, const SubjectMemo* memo,
                std::vector<expr::TraceStep>* trace) {
    const bool is_default = match.rule == FirstMatch::kNone;
    Decision decision;
    decision.rule = is_default ? -1 : static_cast<int>(match.rule);
    decision.rule_source = is_default ? kDefault : std::string_view(rules[match.rule].source);
    if (match.error) {  // whether the rule is for this path could not be found out
        decision.verdict = Verdict::deny;
        decision.error = std::move(match.error);
        return decision;
    }
    if (memo != nullptr && decide_by_memory(rules, default_rule, match.rule, *memo, decision)) return decision;
    const Condition& condition = is_default ? default_rule : rules[match.rule].condition;
    const std::size_t place_in_memo = is_default ? rules.size() : match.rule;
    apply(condition, RuleEnvironment(&request, subject, now), subject, memo, place_in_memo, decision, trace);
    return decision;
}

/// A header whose text takes a machine, or is not clean.
[[gnu::cold]] void make_any(const CompiledHeader& header, const RuleEnvironment& environment, expr::TextRoom& room,
                            HeaderSink& sink) {
    const auto text = header.program.render(environment, room);
    if (!text) return sink.fail(header.name, text.error());
    const std::string value = http::field_value(*text);
    if (!header.optional || !value.empty()) sink.make(header.name.c_str(), value);
}

/// @return how long it is
std::size_t append_field_value(std::string& texts, std::string_view value) {
    const std::size_t before = texts.size();
    if (http::is_plain_field_value(value)) {
        texts += value;
    } else {
        texts += http::field_value(value);
    }
    return texts.size() - before;
}

[[gnu::cold]] Decision patience() noexcept {
    Decision decision;
    decision.verdict = Verdict::maintenance;
    decision.rule_source = "maintenance";
    return decision;
}

}  // namespace

std::uint64_t next_policy_number() noexcept {
    static constinit std::atomic<std::uint64_t> last{0};
    return ++last;
}

HostPolicy::HostPolicy(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
HostPolicy::HostPolicy(HostPolicy&&) noexcept = default;
HostPolicy& HostPolicy::operator=(HostPolicy&&) noexcept = default;
HostPolicy::~HostPolicy() = default;

const HostPolicy::Compiled& HostPolicy::compiled() const {
    const Compiled* known = state_->compiled.load(std::memory_order_acquire);
    return known != nullptr ? *known : state_->compiler->compile(*state_);
}

const SubjectMemo* HostPolicy::own(const SubjectMemo* memo) const noexcept {
    return memo != nullptr && memo->subject() == state_->number ? memo : nullptr;
}

Decision HostPolicy::decide(const RequestView& request, SubjectView subject, SysSeconds now,
                            const SubjectMemo* memo) const {
    const Compiled* const host = state_->compiled.load(std::memory_order_acquire);
    const SubjectMemo* const remembered = own(memo);
    if (host != nullptr && remembered != nullptr && request.is_ordinary && !state_->maintenance) {  // almost always
        Decision decision;
        if (decide_by_memory(host->rules, host->default_rule, host->index.find_by_texts(request.path), *remembered,
                             decision)) {
            return decision;
        }
    }
    return decide_by_evaluation(request, subject, now, remembered);
}

Decision HostPolicy::decide_by_evaluation(const RequestView& request, SubjectView subject, SysSeconds now,
                                          const SubjectMemo* memo) const {
    if (state_->maintenance) return patience();
    const Compiled& host = compiled();
    return rules::decide(host.rules, host.default_rule, host.index.find_first(request.path, request.is_ordinary),
                         request, subject, now, memo, nullptr);
}

Decision HostPolicy::decide_by(const HostPolicy& place, const RequestView& request, SubjectView subject, SysSeconds now,
                               const SubjectMemo* memo) const {
    if (state_->maintenance) return patience();
    Decision decision = place.decide(request, subject, now, memo);
    const int level = state_->settings->level.value_or(0);
    if (decision.verdict == Verdict::allow && level > 0 && authentication_level(subject) < level) {
        decision.verdict = Verdict::step_up;
        decision.level = level;
    }
    return decision;
}

Decision HostPolicy::explain(const RequestView& request, SubjectView subject, SysSeconds now,
                             std::vector<TriedRule>& tried) const {
    tried.clear();
    if (state_->maintenance) return patience();
    const Compiled& host = compiled();
    auto match = try_rules(host.rules, request.path, tried);
    return rules::decide(host.rules, host.default_rule, std::move(match), request, subject, now, nullptr,
                         &tried.back().steps);
}

void HostPolicy::headers(const RequestView& request, SubjectView subject, SysSeconds now, HeaderSink& sink,
                         const SubjectMemo* memo) const {
    const SubjectMemo* const remembered = own(memo);
    const RuleEnvironment environment(&request, subject, now);
    const ReadyHeader* known = remembered == nullptr ? nullptr : remembered->headers().data();
    expr::TextRoom room;
    for (const CompiledHeader& header : compiled().headers) {
        if (known != nullptr) {
            const ReadyHeader& kept = *known++;
            if (kept.value != nullptr) {
                if (!header.optional || *kept.value != '\0') sink.keep(kept);
                continue;
            }
        }
        const std::string_view text = header.program.render_short(environment, room);
        if (text.data() == nullptr || !http::is_plain_field_value(text)) {
            make_any(header, environment, room, sink);
        } else if (!header.optional || !text.empty()) {
            sink.make(header.name.c_str(), text);
        }
    }
}

std::optional<std::span<const ReadyHeader>> HostPolicy::ready_headers(const SubjectMemo* memo) const noexcept {
    const SubjectMemo* const remembered = own(memo);
    return remembered == nullptr ? std::nullopt : remembered->all_headers();
}

std::unique_ptr<SubjectMemo> HostPolicy::remember(SubjectView subject, SysSeconds now) const {
    const RuleEnvironment environment(nullptr, subject, now);
    const Compiled& host = compiled();
    std::vector<SubjectMemo::Header> headers;
    headers.reserve(host.headers.size());
    std::string texts;
    texts.reserve(kUsualTexts);
    bool is_complete = true;
    expr::TextRoom room;
    for (const CompiledHeader& header : host.headers) {
        headers.push_back({header.name.c_str(), std::nullopt});
        if (!header.program.depends_on_request()) {
            if (const auto text = header.program.render(environment, room)) {
                headers.back().size = append_field_value(texts, *text);
                texts += '\0';
            }
        }
        is_complete = is_complete && headers.back().size && !(header.optional && *headers.back().size == 0);
    }
    return SubjectMemo::make(state_->number, host.rules.size() + 1, headers, texts, is_complete);
}

std::uint64_t HostPolicy::number() const noexcept {
    return state_->number;
}

bool HostPolicy::in_maintenance() const noexcept {
    return state_->maintenance;
}

const config::VirtualHostSettings& HostPolicy::settings() const noexcept {
    return *state_->settings;
}

const std::vector<std::string>& HostPolicy::header_names() const {
    return compiled().header_names;
}

bool HostPolicy::is_compiled() const noexcept {
    return state_->compiled.load(std::memory_order_acquire) != nullptr;
}

Policy::Policy(std::unique_ptr<const Compiled> compiled) noexcept : compiled_(std::move(compiled)) {}
Policy::Policy(Policy&&) noexcept = default;
Policy::~Policy() = default;

const HostPolicy* Policy::find_host(std::string_view name) const noexcept {
    const auto index = compiled_->names.find(name);
    return index ? &compiled_->hosts[*index] : nullptr;
}

const std::vector<std::string>& Policy::identity_headers() const noexcept {
    return compiled_->identity_headers;
}

std::string Policy::trace_name(SubjectView subject, SysSeconds now) const {
    const RuleEnvironment environment(nullptr, subject, now);
    const auto outcome = compiled_->what_to_trace->evaluate(environment);
    return outcome ? http::field_value(outcome->text) : std::string();
}

std::optional<std::string> Policy::custom_name(SubjectView subject, SysSeconds now) const {
    if (!compiled_->custom_to_trace) return std::nullopt;
    const RuleEnvironment environment(nullptr, subject, now);
    const auto outcome = compiled_->custom_to_trace->evaluate(environment);
    return outcome ? http::field_value(outcome->text) : std::string();
}

bool Policy::has_custom_name() const noexcept {
    return compiled_->custom_to_trace.has_value();
}

std::optional<bool> Policy::role_of_all(ManagerRole role) const noexcept {
    const Condition& condition = compiled_->roles.at(static_cast<std::size_t>(role));
    if (condition.keyword) return *condition.keyword == Keyword::accept;
    return condition.program ? std::nullopt : std::optional(false);
}

bool Policy::has_role(ManagerRole role, const RequestView& request, const Attributes& subject, SysSeconds now) const {
    if (const auto of_all = role_of_all(role)) return *of_all;
    const RuleEnvironment environment(&request, &subject, now);
    const Condition& condition = compiled_->roles.at(static_cast<std::size_t>(role));
    return condition.program->test(environment).value_or(false);
}

}  // namespace sso::rules
