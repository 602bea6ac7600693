#include "mod_sso/authorization.hpp"

#include <vector>

#include "core/base/text.hpp"
#include "core/rules/place_policy.hpp"
#include "mod_sso/answers.hpp"
#include "mod_sso/directives.hpp"
#include "mod_sso/enforce.hpp"
#include "mod_sso/refusal_page.hpp"

namespace sso::httpd {
namespace {

/// What a Require asks for, compiled when httpd read it.
struct Expression {
    rules::HostPolicy policy;
};
struct Groups {
    std::vector<std::string> names;  ///< one of them is enough
};

/// Runs the body of a Require. Whatever it throws is a refusal.
template <class Body>
authz_status guarded_requirement(request_rec* r, Body&& body) noexcept {
    try {
        const Visit* visit = find_visit(r);
        // a user of another authentication has no session that could be asked
        if (visit == nullptr || !visit->session || r->user == nullptr) return AUTHZ_DENIED_NO_USER;
        if (std::forward<Body>(body)(visit->session->attributes)) return AUTHZ_GRANTED;
        show_refusal_page(r, visit->live->snapshot->settings,
                          view(visit->user));  // unless another Require lets them in
        return AUTHZ_DENIED;
    } catch (const std::exception& e) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "SSO0001: Require sso: %s", e.what());
    } catch (...) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "SSO0002: Require sso: unknown exception");
    }
    return AUTHZ_DENIED;
}

bool holds(request_rec* r, const rules::HostPolicy& policy, rules::SubjectView subject) {
    const SysSeconds now{std::chrono::seconds{apr_time_sec(r->request_time)}};
    const auto decision = policy.decide(view_of(r), subject, now);
    if (decision.error) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r, "SSO0346: a Require sso could not be evaluated: %s",
                      printable(decision.error->detail).c_str());
    }
    return decision.verdict == rules::Verdict::allow;
}

/// Whether all of an expression is one quoted text, which is true for everybody. httpd gives a Require its words with
/// the quotes that other directives want.
bool is_one_text(std::string_view expression) noexcept {
    const char quote = expression.empty() ? '\0' : expression.front();
    if (expression.size() < 2 || (quote != '"' && quote != '\'') || expression.back() != quote) return false;
    for (std::size_t i = 1; i + 1 < expression.size(); ++i) {
        if (expression[i] == quote) return false;
        if (expression[i] == '\\') ++i;
    }
    return true;
}

const char* parse_expression(cmd_parms* cmd, const char* text, const void** parsed) {
    config::VirtualHostSettings written;
    written.headers.emplace();
    written.default_rule = {std::string(trim(text)), {1, 1}, false};
    if (written.default_rule.text.empty()) return "Require sso: an expression is missing";
    if (is_one_text(written.default_rule.text)) {
        return "Require sso: in quotes this is a text, true for everybody; write the expression without them";
    }
    auto outcome = rules::compile_place(written);
    for (const auto& diagnostic : outcome.diagnostics) {
        if (diagnostic.severity != config::Severity::error) continue;
        return apr_pstrcat(cmd->pool, "Require sso: ", printable(diagnostic.message, 400).c_str(), nullptr);
    }
    // what lets strangers in, or logs out, is no condition on somebody
    const auto verdict = outcome.policy->decide({}, nullptr, {}).verdict;
    if (verdict != rules::Verdict::authenticate) {
        return "Require sso: write accept, deny or an expression without skip; the other keywords belong to SSORule";
    }
    *parsed = &pool_new<Expression>(cmd->pool, Expression{*std::move(outcome.policy)});
    return nullptr;
}

const char* parse_groups(cmd_parms* cmd, const char* text, const void** parsed) {
    Groups groups;
    while (*text != '\0') {
        const std::string_view name = ap_getword_conf(cmd->temp_pool, &text);
        if (!name.empty()) groups.names.emplace_back(name);
    }
    if (groups.names.empty()) return "Require sso-group: the name of a group is missing";
    *parsed = &pool_new<Groups>(cmd->pool, std::move(groups));
    return nullptr;
}

template <const char* (*Parse)(cmd_parms*, const char*, const void**)>
const char* guarded_parse(cmd_parms* cmd, const char* text, const void** parsed) noexcept {
    try {
        if (const char* refused = ap_check_cmd_context(cmd, NOT_IN_HTACCESS)) {
            return apr_pstrcat(cmd->pool, "Require sso: ", refused, nullptr);
        }
        note_presence(cmd);
        return Parse(cmd, text, parsed);
    } catch (const std::exception& e) {
        return apr_pstrcat(cmd->pool, "SSO0001: Require sso: ", e.what(), nullptr);
    } catch (...) {
        return "SSO0002: unknown exception in a Require sso";
    }
}

extern "C" {
static authz_status check_expression(request_rec* r, const char*, const void* parsed) noexcept {
    return guarded_requirement(r, [&](rules::SubjectView subject) {
        return holds(r, static_cast<const Expression*>(parsed)->policy, subject);
    });
}

static authz_status check_groups(request_rec* r, const char*, const void* parsed) noexcept {
    return guarded_requirement(r, [&](rules::SubjectView subject) {
        for (const auto& name : static_cast<const Groups*>(parsed)->names) {
            if (rules::is_member(subject, name)) return true;
        }
        return false;
    });
}

static const char* parse_require_sso(cmd_parms* cmd, const char* text, const void** parsed) noexcept {
    return guarded_parse<parse_expression>(cmd, text, parsed);
}

static const char* parse_require_sso_group(cmd_parms* cmd, const char* text, const void** parsed) noexcept {
    return guarded_parse<parse_groups>(cmd, text, parsed);
}
}

constexpr authz_provider kRequireSso{check_expression, parse_require_sso};
constexpr authz_provider kRequireSsoGroup{check_groups, parse_require_sso_group};

bool is_ours(const char* type) noexcept {
    return type != nullptr && equal_ignoring_case(type, "SSO");
}

Visit& visit_of(request_rec* r) {
    if (Visit* visit = find_visit(r)) return *visit;
    Visit& visit = begin_visit(r);
    scrub(r, visit);
    return visit;
}

}  // namespace

int recognise(request_rec* r) {
    if (!is_ours(ap_auth_type(r))) return kDeclined;
    const int status = admit(r, visit_of(r), Strangers::wait);
    return status == kOk ? kDeclined : status;
}

int authenticate(request_rec* r) {
    return is_ours(ap_auth_type(r)) ? admit(r, visit_of(r), Strangers::to_portal) : kDeclined;
}

void register_requirements(apr_pool_t* pool) noexcept {
    ap_register_auth_provider(pool, AUTHZ_PROVIDER_GROUP, "sso", AUTHZ_PROVIDER_VERSION, &kRequireSso,
                              AP_AUTH_INTERNAL_PER_CONF);
    ap_register_auth_provider(pool, AUTHZ_PROVIDER_GROUP, "sso-group", AUTHZ_PROVIDER_VERSION, &kRequireSsoGroup,
                              AP_AUTH_INTERNAL_PER_CONF);
}

}  // namespace sso::httpd
