#include "core/rules/explanation.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/http/path.hpp"
#include "core/rules/header_list.hpp"
#include "core/rules/spellings.hpp"

namespace sso::rules {
namespace {

constexpr std::string_view kMask = "***";
/// Pieces of the names of what nobody else is to see.
constexpr auto kSecretWords = std::to_array<std::string_view>(
    {"password", "passwd", "secret", "token", "authorization", "cookie", "private", "encrypt", "_session_id"});

bool names_a_secret(std::string_view text) {
    const std::string lower = to_lower(text);
    return std::any_of(kSecretWords.begin(), kSecretWords.end(),
                       [&](std::string_view word) { return lower.find(word) != lower.npos; });
}

std::string_view variable(const void* context, const expr::RequestName& name) {
    using Kind = expr::RequestName::Kind;
    const auto& question = *static_cast<const Question*>(context);
    const http::Url& url = question.url;
    switch (name.kind) {
        case Kind::request_method:
            return expr::or_empty(question.method);
        case Kind::remote_addr:
            return expr::or_empty(question.address);
        case Kind::query_string:
            return url.query() ? std::string_view(*url.query()) : std::string_view("");
        case Kind::request_scheme:
            return url.scheme();
        case Kind::server_name:
        case Kind::http_host:
            return url.host();
        default:
            return {};
    }
}

int status_of(Verdict verdict) noexcept {
    switch (verdict) {
        case Verdict::allow:
        case Verdict::unprotected:
        case Verdict::skip:
            return 200;
        case Verdict::authenticate:
        case Verdict::step_up:
        case Verdict::logout:
            return 302;
        case Verdict::maintenance:
            return 503;
        case Verdict::deny:
            return 403;
        case Verdict::fail:
            break;
    }
    return 500;
}

std::vector<ExplainedRule> with_texts(std::vector<TriedRule> tried, const config::VirtualHostSettings& host) {
    std::vector<ExplainedRule> explained;
    for (std::size_t i = 0; i < tried.size(); ++i) {
        const bool is_default = i >= host.rules.size() || tried[i].match == "default";
        const config::Located& condition = is_default ? host.default_rule : host.rules[i].allow;
        explained.push_back(
            {std::move(tried[i]), condition.text, is_default ? "" : host.rules[i].comment, condition.where});
    }
    return explained;
}

}  // namespace

Explanation explain(const Snapshot& snapshot, const Question& question, const Attributes* subject, SysSeconds now) {
    Explanation explanation;
    explanation.query = question.url.query().value_or("");
    explanation.path = question.url.path();
    if (subject != nullptr) explanation.user = snapshot.policy.trace_name(*subject, now);
    const HostPolicy* host = snapshot.policy.find_host(question.url.host());
    if (host == nullptr) return explanation;
    explanation.host = host->settings().name;
    const auto flawed = [&](std::string_view flaw) {
        explanation.flaw = std::string(flaw);
        explanation.status = 400;
        return explanation;
    };

    const bool keeps_slashes = host->settings().encoded_slashes == config::EncodedSlashes::keep;
    const std::string& raw = question.url.path();
    const auto path = http::canonical_path(raw, keeps_slashes);
    if (!path) return flawed(path.error().detail);
    const Reader reader{
        .drops_parameters = true, .decodes_again = keeps_slashes, .raw = keeps_slashes ? raw : std::string_view{}};
    const auto further = further_spellings(*path, reader);
    if (!further) return flawed(further.error().detail);

    RequestView request{.method = question.method,
                        .path = *path,
                        .query = explanation.query,
                        .host = question.url.host(),
                        .address = question.address,
                        .variable = variable,
                        .context = &question};
    std::vector<TriedRule> tried;
    Decision decision = host->explain(request, subject, now, tried);
    explanation.path = *path;
    for (const std::string& spelling : *further) {
        request.path = spelling;
        std::vector<TriedRule> other_tried;
        Decision other = host->explain(request, subject, now, other_tried);
        if (!is_stricter(other.verdict, decision.verdict)) continue;
        decision = std::move(other);
        tried = std::move(other_tried);
        explanation.path = spelling;
    }
    explanation.verdict = decision.verdict;
    explanation.status = status_of(decision.verdict);
    explanation.rule = std::string(decision.rule_source);
    explanation.tried = with_texts(std::move(tried), host->settings());
    if (decision.error) explanation.error = decision.error->detail;

    const bool is_told =
        subject != nullptr && (decision.verdict == Verdict::allow || decision.verdict == Verdict::unprotected);
    if (!is_told) return explanation;
    request.path = *path;
    struct Telling final : HeaderList {
        using HeaderList::HeaderList;
        void fail(const std::string& name, const Error& error) override {
            tell_taken();
            told.push_back({name, {}, {}, error.detail});
        }
        /// Those that were not told of yet, in their order among those that fail.
        void tell_taken() {
            for (; count < taken().size(); ++count) {
                told.push_back({taken()[count].name, taken()[count].value, {}, {}});
            }
        }
        std::vector<ExplainedHeader> told;
        std::size_t count = 0;
    } telling(*host);
    host->headers(request, *subject, now, telling);
    telling.tell_taken();
    explanation.headers = std::move(telling.told);
    const auto written = config::headers_of(host->settings());
    for (ExplainedHeader& header : explanation.headers) {
        const auto found = std::find_if(written.begin(), written.end(),
                                        [&](const config::HeaderSettings& row) { return row.name == header.name; });
        if (found != written.end()) header.expression = found->expression.text;
    }
    return explanation;
}

Explanation masked(Explanation explanation) {
    for (ExplainedHeader& header : explanation.headers) {
        const bool is_secret = names_a_secret(header.name) || names_a_secret(header.expression);
        if (is_secret && !header.value.empty()) header.value = kMask;
    }
    for (ExplainedRule& rule : explanation.tried) {
        for (expr::TraceStep& step : rule.tried.steps) {
            if (names_a_secret(step.source) && step.value != "undef") step.value = kMask;
        }
    }
    return explanation;
}

}  // namespace sso::rules
