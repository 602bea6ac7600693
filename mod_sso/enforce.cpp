#include "mod_sso/enforce.hpp"

#include <chrono>
#include <optional>

#include "core/base/text.hpp"
#include "core/rules/spellings.hpp"
#include "mod_sso/answers.hpp"
#include "mod_sso/authorization.hpp"
#include "mod_sso/cookies.hpp"
#include "mod_sso/cross_domain.hpp"
#include "mod_sso/detection.hpp"
#include "mod_sso/directives.hpp"
#include "mod_sso/logout.hpp"
#include "mod_sso/other_ways.hpp"
#include "mod_sso/refusal_page.hpp"
#include "mod_sso/request_view.hpp"
#include "mod_sso/service_tokens.hpp"
#include "mod_sso/shared_memory.hpp"
#include "mod_sso/tally.hpp"
#include "mod_sso/variables.hpp"

namespace sso::httpd {
namespace {

using session::Steady;

/// By its record httpd finds it at once, by its name it looks for it.
constinit ap_filter_rec_t* trailer_filter = nullptr;

// What follows is one way that almost every request goes, in pieces that can be read. A call costs some twenty
// instructions; so what is on the way becomes one function, and what is beside it stays out of it.
#define SSO_ON_THE_WAY [[gnu::always_inline]] inline
#define SSO_ASIDE [[gnu::cold, gnu::noinline]]

/// How long a session that is held here may serve.
session::SessionCache::Terms terms_of(const request_rec* r, const Live& live) noexcept {
    const auto& written = settings_of(r->server);
    session::SessionCache::Terms terms;
    if (!live.sessions->can_be_listened_to()) terms.fresh = cache_ttl_of(written);
    terms.lease = lease_of(written);
    return terms;
}

/// What is kept with the session of what `policy` makes of it, worked out now; null where it cannot be kept. Lives as
/// long as the visit.
SSO_ASIDE const session::SessionMemo* make_memo(const Visit& visit, const rules::HostPolicy& policy, SysSeconds now) {
    const auto sessions = visit.live->sessions->sessions();
    if (!sessions) return nullptr;
    (*sessions)->remember(visit.session, policy.remember(visit.session->attributes, now));
    return visit.session.find_memo(policy.number());
}

/// The same, worked out if it was not before.
SSO_ON_THE_WAY const rules::SubjectMemo* memo_of(const Visit& visit, const rules::HostPolicy& policy, SysSeconds now) {
    const session::SessionMemo* memo = visit.session.find_memo(policy.number());
    if (memo == nullptr) memo = make_memo(visit, policy, now);
    return static_cast<const rules::SubjectMemo*>(memo);  // nobody else's memos bear a policy's number
}

/// Calls `use` with the header names that are ours, as far as they are known.
template <class Use>
void with_identity_names(const Visit& visit, Use&& use) {
    if (visit.live) return std::forward<Use>(use)(visit.live->identity_names);
    std::forward<Use>(use)(*names_without_configuration());
}

Visitor stranger(const char* why) noexcept {
    return {.session = {}, .stranger_for = why};
}

/// Until the portal has read a stale session anew, nobody is known: the rules send them there.
Visitor known(session::HeldSession session) noexcept {
    if (session->stale) return stranger("the session is to be read anew");
    return {.session = std::move(session)};
}

[[gnu::always_inline]] inline void set_user(request_rec* r, const Visit& visit) noexcept {
    r->user = const_cast<char*>(visit.user);  // httpd's word for a text that nobody writes to
    r->ap_auth_type = const_cast<char*>("SSO");
}

/// As `name_user`.
SSO_ON_THE_WAY void name_visitor(request_rec* r, const Visit& visit) {
    if (visit.user == nullptr || (ap_auth_type(r) != nullptr && has_foreign_authentication(r))) return;
    set_user(r, visit);
}

// the decision, applied

SSO_ON_THE_WAY int let_in(request_rec* r, Visit& visit, const rules::HostPolicy& host,
                          const rules::RequestView& request, SysSeconds now, const rules::SubjectMemo* memo = nullptr) {
    const PlaceRules* own = place_of(r).headers;
    const rules::HostPolicy& headers = own != nullptr && own->policy ? *own->policy : host;
    if (memo == nullptr || memo->subject() != headers.number()) memo = memo_of(visit, headers, now);
    visit.identity = make_identity(r, headers, request, visit.session->attributes, now, memo);
    if (visit.other != nullptr) visit.identity = with_service_headers(r, visit, *visit.identity);
    add_all(r->headers_in, *visit.identity);
    name_visitor(r, visit);
    forbid_sharing(r);
    return kDeclined;
}

SSO_ASIDE int let_anybody_in(request_rec* r, Visit& visit, const rules::HostPolicy& host,
                             const rules::RequestView& request, SysSeconds now) {
    apr_table_mergen(r->err_headers_out, "Vary", "Cookie");  // another cookie, another page
    return visit.session ? let_in(r, visit, host, request, now) : kDeclined;
}

SSO_ASIDE int deny(request_rec* r, const Visit& visit, const rules::HostPolicy& host, const rules::Decision& decision) {
    name_user(r, visit);
    if (decision.error) {
        ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r, "SSO0008: rule %s of %s could not be evaluated: %s",
                      printable(decision.rule_source).c_str(), host.settings().name.c_str(),
                      printable(decision.error->detail).c_str());
    }
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r, "SSO0010: %s may not have %s%s: rule %s",
                  visit.user == nullptr ? "nobody" : printable(visit.user).c_str(), host.settings().name.c_str(),
                  printable(view(r->uri)).c_str(), printable(decision.rule_source).c_str());
    show_refusal_page(r, visit.live->snapshot->settings, view(visit.user));
    return refuse(r, HTTP_FORBIDDEN);
}

/// Lets an application run whose answer is not shown, and ends the session: what the rule asks for. The application
/// still learns whose sessions it is to end.
SSO_ASIDE int log_out(request_rec* r, Visit& visit, const MatchedHost& host, const rules::RequestView& request,
                      const rules::Logout& logout, SysSeconds now) {
    name_user(r, visit);
    const int answer = end_session(r, visit, host, logout);
    if (answer != kDeclined) return answer;
    return let_in(r, visit, *host.policy, request, now);
}

SSO_ASIDE int answer_otherwise(request_rec* r, Visit& visit, const MatchedHost& host, const rules::RequestView& request,
                               const rules::Decision& decision, SysSeconds now) {
    switch (decision.verdict) {
        case rules::Verdict::unprotected:
            return let_anybody_in(r, visit, *host.policy, request, now);
        case rules::Verdict::skip:
            return kDeclined;
        case rules::Verdict::authenticate:
            // an error document is no page that somebody wanted
            return is_error_document(r) ? refuse(r, HTTP_FORBIDDEN) : send_to_login(r, visit, host);
        case rules::Verdict::step_up:
            name_user(r, visit);
            return is_error_document(r) ? refuse(r, HTTP_FORBIDDEN) : send_to_step_up(r, visit, host, decision);
        case rules::Verdict::logout:
            return log_out(r, visit, host, request, *decision.logout, now);
        case rules::Verdict::maintenance:
            return refuse_in_maintenance(r, visit.live->snapshot->settings, host);
        case rules::Verdict::deny:
            return deny(r, visit, *host.policy, decision);
        case rules::Verdict::allow:  // somebody was asked for and nobody is known: the rules never say so
        case rules::Verdict::fail:
            break;
    }
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "SSO0006: no decision on %s%s, rule %s: %s",
                  host.settings().name.c_str(), printable(view(r->uri)).c_str(),
                  printable(decision.rule_source).c_str(),
                  decision.error ? printable(decision.error->detail).c_str() : "no reason given");
    return refuse(r, HTTP_INTERNAL_SERVER_ERROR);
}

/// @param memo  of the rules that decided, or null
SSO_ON_THE_WAY int apply(request_rec* r, Visit& visit, const MatchedHost& host, const rules::RequestView& request,
                         const rules::Decision& decision, SysSeconds now, const rules::SubjectMemo* memo) {
    visit.outcome = outcome_of(decision.verdict);
    if (decision.verdict != rules::Verdict::allow || !visit.session) {
        return answer_otherwise(r, visit, host, request, decision, now);
    }
    return let_in(r, visit, *host.policy, request, now, memo);
}

/// Whether the rules let anybody in, so that it does not matter who asks.
bool is_open(rules::Verdict verdict) noexcept {
    return verdict == rules::Verdict::unprotected || verdict == rules::Verdict::skip;
}

SSO_ASIDE int refuse_flawed(request_rec* r, Visit& visit, std::string_view flaw) {
    visit.outcome = Outcome::malformed;
    const std::string_view target = raw_target(r);  // the query may hold secrets, and has no part in this
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "SSO0012: refused %s%s: %s", visit.host->settings().name.c_str(),
                  printable(target.substr(0, target.find('?'))).c_str(), printable(flaw).c_str());
    return refuse(r, HTTP_BAD_REQUEST);
}

SSO_ASIDE int refuse_without_configuration(request_rec* r, Visit& visit) {
    visit.outcome = Outcome::no_configuration;
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "SSO0003: there is no configuration, so nobody may have %s",
                  printable(view(r->uri)).c_str());
    return refuse_for_now(r);
}

SSO_ASIDE int refuse_unknown_host(request_rec* r, Visit& visit) {
    visit.outcome = Outcome::unknown_host;
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r, "SSO0011: no virtual host of the configuration for Host %s at %s",
                  r->hostname == nullptr ? "(none)" : printable(r->hostname).c_str(),
                  r->server->server_hostname == nullptr ? "(no ServerName)" : r->server->server_hostname);
    return refuse(r, HTTP_FORBIDDEN);
}

/// A ticket or a service token, where the host takes it: before the cookie.
/// @return DECLINED to go on
SSO_ASIDE int use_other_ways(request_rec* r, Visit& visit, const MatchedHost& host, SysSeconds now) {
    if (host.policy->in_maintenance()) return kDeclined;
    const int answer = host.settings().cross_domain ? redeem_ticket(r, visit, host, now) : kDeclined;
    return answer == kDeclined ? use_service_token(r, visit, host, now) : answer;
}

SSO_ASIDE const char* custom_name_of(request_rec* r, const Visit& visit, SysSeconds now) {
    const auto custom = visit.live->snapshot->policy.custom_name(visit.session->attributes, now);
    return custom ? header_safe(r->pool, *custom) : nullptr;
}

/// Finds out by the cookie who asks.
SSO_ON_THE_WAY void recognise_visitor(request_rec* r, Visit& visit, SysSeconds now, Steady steady) {
    if (!visit.cookie.empty()) {
        shared_memory().counters.count_lookup(r->connection->id);
        // as a rule it is all at hand
        if (auto* const opened = visit.live->sessions->opened()) {
            visit.session = opened->find_held(visit.cookie, now, steady, visit.neighbour);
            if (visit.session) return;
        }
    }
    auto visitor = find_visitor(r, *visit.live, visit.cookie, now);
    if (visitor) {
        visit.session = std::move(visitor->session);
        visit.stranger_for = visitor->stranger_for;
    } else {
        visit.store_error = std::move(visitor).error();
    }
}

/// Another module may have set one of our headers meanwhile, and not every verdict brings one of ours to take its
/// place. Once ours are in, they stay.
SSO_ASIDE void look_over_again(const request_rec* r, Visit& visit) {
    const IdentityNames& names = visit.live->identity_names;
    visit.headers = look_over(r->headers_in, names);
    if (!visit.headers.identity || visit.identity) return;
    remove_identity(r->headers_in, names);
    visit.headers = look_over(r->headers_in, names);
}

/// Finds out which virtual host is asked for what, and who asks.
/// @param request  of `r`; is told whether its path is an ordinary one
/// @return DECLINED to go on, or the refusal of a request that nothing can be decided on
SSO_ON_THE_WAY int meet(request_rec* r, Visit& visit, rules::RequestView& request, MatchedHost& host, SysSeconds now,
                        Steady steady) {
    if (!visit.live) return refuse_without_configuration(r, visit);
    const Live& live = *visit.live;
    if (!still_holds(visit.headers, r->headers_in)) look_over_again(r, visit);
    // whatever becomes of the request, applications have no use for the cookie, those that make error pages included
    const auto cookie = take_cookie(r, live, visit.headers.cookie);
    if (!cookie.empty()) visit.cookie = cookie;
    host = find_host(r, live, visit.is_described);
    visit.host = host.policy;
    if (host.policy == nullptr) return refuse_unknown_host(r, visit);
    request.is_ordinary = is_ordinary_path(r, request.path);
    const auto flaw = request.is_ordinary ? std::string_view() : flaw_of(r, host.settings().encoded_slashes);
    if (!flaw.empty()) return refuse_flawed(r, visit, flaw);
    const bool has_other_ways = host.settings().has_other_ways();
    if (has_other_ways) {
        take_credentials(r, visit, host);
        if (const int answer = use_other_ways(r, visit, host, now); answer != kDeclined) return answer;
    }
    if (!visit.session && !visit.store_error && !host.policy->in_maintenance()) {
        // a ticket's trip to the store takes its time
        recognise_visitor(r, visit, now, has_other_ways ? std::chrono::steady_clock::now() : steady);
        if (has_other_ways && !visit.session && !visit.store_error) {
            if (const int answer = log_in_program(r, visit, host, now); answer != kDeclined) return answer;
        }
    }
    if (visit.session) {
        visit.user = visit.session->user().data();  // the visit keeps it
        if (live.snapshot->policy.has_custom_name()) visit.custom = custom_name_of(r, visit, now);
    }
    leave_cache(r);
    return kDeclined;
}

SSO_ASIDE int refuse_without_store(request_rec* r, Visit& visit) {
    visit.outcome = Outcome::unavailable;
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "SSO0004: the session store does not answer: %s",
                  printable(visit.store_error->detail).c_str());
    return refuse_for_now(r);
}

SSO_ASIDE int refuse_without_rules(request_rec* r) {
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "SSO0006: the SSORules of the place of %s were not compiled",
                  printable(view(r->uri)).c_str());
    return refuse(r, HTTP_INTERNAL_SERVER_ERROR);
}

/// Writes down what was decided, and applies it.
/// @param memo  as `apply`
SSO_ON_THE_WAY int carry_out(request_rec* r, Visit& visit, const MatchedHost& host, const rules::RequestView& request,
                             const rules::Decision& decision, SysSeconds now, const rules::SubjectMemo* memo) {
    if (visit.store_error && !is_open(decision.verdict)) return refuse_without_store(r, visit);
    visit.verdict = rules::name(decision.verdict).data();  // literals, and texts of the policy that the visit keeps
    visit.rule = decision.rule_source.data();
    if (decision.verdict == rules::Verdict::skip) visit.user = visit.custom = nullptr;
    describe(r, visit);
    return apply(r, visit, host, request, decision, now, memo);
}

SSO_ASIDE int decide_by_every_spelling(request_rec* r, Visit& visit, const MatchedHost& host,
                                       const rules::RequestView& request, const rules::RulesInForce& rules,
                                       rules::SubjectView subject, SysSeconds now) {
    const auto decision =
        rules::decide_every_spelling(rules, request, subject, now, reader_of(r, host.settings().encoded_slashes));
    if (!decision) return refuse_flawed(r, visit, decision.error().detail);
    return carry_out(r, visit, host, request, *decision, now, rules.memo);
}

SSO_ON_THE_WAY int decide(request_rec* r, Visit& visit, Steady steady) {
    visit.judged = r->uri;  // whatever comes of it
    visit.place = place_of(r).rules;
    const SysSeconds now{std::chrono::seconds{apr_time_sec(r->request_time)}};
    auto request = view_of(r);
    MatchedHost host{};
    if (const int refusal = meet(r, visit, request, host, now, steady); refusal != kDeclined) return refusal;
    if (visit.place != nullptr && !visit.place->policy) return refuse_without_rules(r);
    rules::RulesInForce rules{*host.policy, rules_at(r)};
    if (visit.session) rules.memo = memo_of(visit, rules.deciding(), now);
    const rules::SubjectView subject = visit.session ? rules::SubjectView(visit.session->attributes) : nullptr;
    if (request.is_ordinary) {
        return carry_out(r, visit, host, request, rules::decide_one_spelling(rules, request, subject, now), now,
                         rules.memo);
    }
    return decide_by_every_spelling(r, visit, host, request, rules, subject, now);
}

SSO_ON_THE_WAY void scrub_by(request_rec* r, Visit& visit, const IdentityNames& names) {
    visit.headers = look_over(r->headers_in, names);
    if (visit.headers.transfer || r->proto_num >= HTTP_VERSION(2, 0)) watch_trailers(r);
    if (!visit.headers.identity && !visit.headers.lists) return;  // almost always
    scrub_headers(r, names, visit.headers);
    visit.headers = {};
}

SSO_ASIDE void scrub_without_configuration(request_rec* r, Visit& visit) {
    scrub_by(r, visit, *names_without_configuration());
}

/// Goes on with what was decided before.
int carry_over(request_rec* r, const Visit& visit) {
    name_user(r, visit);
    describe(r, visit);
    return kDeclined;
}

/// An error document is for those, too, who were refused: it is served, to nobody in particular. Where httpd gave up on
/// a request before anything was decided, the document is a page like any other: an application that makes pages of the
/// address in REDIRECT_URL would answer in the name of rules that nobody asked. Refused, httpd sends its own page.
int serve_error_document(request_rec* r, Visit& visit) {
    return visit.judged == nullptr ? judge(r, visit, Timed::decision) : carry_over(r, visit);
}

/// As `enforce`, whatever `r` is and has gone through.
[[gnu::noinline]] int enforce_on_any(request_rec* r) {
    const auto& place = place_of(r);
    if (place.engine == Switch::detection_only) observe(r);
    if (place.engine != Switch::on) return recognise(r);
    Visit* visit = find_visit(r);
    if (visit == nullptr) {  // httpd gave up on the client's request before it was read whole
        visit = &begin_visit(r);
        scrub(r, *visit);
    }
    if (is_error_document(r)) return serve_error_document(r, *visit);
    if (r->method_number == M_OPTIONS && view(r->uri) == "*") return kDeclined;  // asks the server, not for a page
    if (visit->judged == nullptr) {
        // A request for an open place may end in a protected one. A subrequest's decision is its own.
        return judge(r, r->main != nullptr ? part_from(r, *visit) : *visit, Timed::decision);
    }
    // Rules of a place of its own were not asked yet. Others were, and what an application at one address does with
    // another is its own affair, as it is behind a proxy: a front controller serves all addresses.
    const bool same_rules = visit->place == place.rules;
    if (same_rules && (place.recheck != Switch::on || view(visit->judged) == view(r->uri))) {
        return carry_over(r, *visit);
    }
    if (visit->live) remove_identity(r->headers_in, visit->live->identity_names);
    return judge(r, part_from(r, *visit), Timed::decision);
}

}  // namespace

int enforce(request_rec* r) {
    if (is_clients_own(r) && r->method_number != M_OPTIONS && place_of(r).engine == Switch::on) {  // almost always
        Visit* const visit = find_visit(r);
        if (visit != nullptr && visit->judged == nullptr) return judge(r, *visit, Timed::decision);
    }
    return enforce_on_any(r);
}

int admit(request_rec* r, Visit& visit, Strangers strangers) {
    const SysSeconds now{std::chrono::seconds{apr_time_sec(r->request_time)}};
    auto request = view_of(r);
    MatchedHost host{};
    const int refusal = meet(r, visit, request, host, now, std::chrono::steady_clock::now());
    if (refusal != kDeclined) return refusal;
    const config::Settings& settings = visit.live->snapshot->settings;
    if (host.policy->in_maintenance()) return refuse_in_maintenance(r, settings, host);
    if (!visit.session && strangers == Strangers::wait) return kDeclined;
    if (visit.store_error) return refuse_without_store(r, visit);
    if (!visit.session) return send_to_login(r, visit, host);
    rules::Decision level;
    level.level = host.settings().level.value_or(0);
    level.rule_source = "level";
    if (rules::authentication_level(visit.session->attributes) < level.level) {
        return send_to_step_up(r, visit, host, level);
    }
    if (!visit.identity) static_cast<void>(let_in(r, visit, *host.policy, request, now));
    set_user(r, visit);
    return kOk;
}

Result<Visitor> find_visitor(request_rec* r, const Live& live, std::string_view cookie, SysSeconds now) {
    if (cookie.empty()) return stranger("no session cookie");
    const auto sessions = live.sessions->sessions();
    if (!sessions) return tl::unexpected<Error>(sessions.error());
    auto found = (*sessions)->resume(cookie, now, terms_of(r, live));
    if (found) return known(*std::move(found));
    switch (found.error().code) {
        case ErrorCode::not_found:
            return stranger("no such session");
        case ErrorCode::expired:
            return stranger("the session has expired");
        case ErrorCode::corrupt:
            ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r, "SSO0005: a session cannot be read: %s",
                          printable(found.error().detail).c_str());
            return stranger("the session cannot be read");
        default:
            return tl::unexpected<Error>(std::move(found).error());
    }
}

const rules::HostPolicy* rules_at(const request_rec* r) noexcept {
    const PlaceRules* place = place_of(r).rules;
    return place != nullptr && place->policy ? &*place->policy : nullptr;
}

int judge(request_rec* r, Visit& visit, Timed what) {
    const Tally tally(what);
    const int status = decide(r, visit, tally.began());
    tally.done(r, visit);
    return status;
}

void scrub(request_rec* r, Visit& visit) {
    if (!visit.live) return scrub_without_configuration(r, visit);
    if (visit.live->keeps_credentials) keep_credentials(r, visit);
    scrub_by(r, visit, visit.live->identity_names);
}

void watch_trailers_by(ap_filter_rec_t* filter) noexcept {
    trailer_filter = filter;
}

void watch_trailers(request_rec* r) {
    const bool may_have_trailers =
        r->proto_num >= HTTP_VERSION(2, 0) || apr_table_get(r->headers_in, "Transfer-Encoding") != nullptr;
    if (may_have_trailers && r->main == nullptr) {
        ap_add_input_filter_handle(trailer_filter, nullptr, r, r->connection);
    }
}

void name_user(request_rec* r, const Visit& visit) {
    name_visitor(r, visit);
}

void name_user_late(request_rec* r) {
    const Visit* visit = find_visit(r);
    if (visit == nullptr || visit->user == nullptr || r->user != nullptr) return;
    set_user(r, *visit);
}

bool has_foreign_authentication(request_rec* r) {
    const std::string_view type = view(ap_auth_type(r));
    return !type.empty() && !equal_ignoring_case(type, "None") && !equal_ignoring_case(type, "SSO");
}

apr_status_t filter_trailers(ap_filter_t* f, apr_bucket_brigade* brigade, ap_input_mode_t mode, apr_read_type_e block,
                             apr_off_t wanted) {
    request_rec* r = f->r;
    const apr_table_t* before = r->headers_in;
    const apr_status_t status = ap_get_brigade(f->next, brigade, mode, block, wanted);
    const Visit* visit = find_visit(r);
    if (visit == nullptr) return status;
    const bool merged = r->headers_in != before;  // by httpd, into a new table
    with_identity_names(*visit, [&](const IdentityNames& names) {
        if (r->trailers_in != nullptr) remove_identity(r->trailers_in, names);
        if (merged) remove_identity(r->headers_in, names);
    });
    if (merged && visit->host != nullptr) {
        cut_cookie(r->headers_in, pool_of_headers(r), visit->live->snapshot->settings.cookie.name);
        if (visit->identity) add_all(r->headers_in, *visit->identity);
    }
    return status;
}

}  // namespace sso::httpd
