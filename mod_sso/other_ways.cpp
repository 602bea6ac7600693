#include "mod_sso/other_ways.hpp"

#include <string>

#include "core/base/text.hpp"
#include "core/credentials/basic.hpp"
#include "core/credentials/service_token.hpp"
#include "core/http/header.hpp"
#include "core/session/session_cookie.hpp"
#include "mod_sso/answers.hpp"
#include "mod_sso/cross_domain.hpp"
#include "mod_sso/enforce.hpp"

namespace sso::httpd {
namespace {

using credentials::BasicAnswer;

constexpr const char* kAuthorization = "Authorization";
constexpr const char* kGuessWindow = "300";  // seconds: the portal's

/// Whether names and passwords are for us here. Not where httpd's own authentication wants them, and not in a request
/// that another proxy describes, for that one would send them on to the application.
bool takes_password(request_rec* r, const MatchedHost& host) {
    const Visit* visit = find_visit(r);
    return host.settings().basic_login && !(visit != nullptr && visit->is_described) && !has_foreign_authentication(r);
}

SysSeconds time_now() {
    return SysSeconds(std::chrono::seconds(apr_time_sec(apr_time_now())));
}

Result<BasicAnswer> understand(const credentials::PortalAnswer& answer) {
    switch (answer.status) {
        case HTTP_OK:
            if (!session::SessionCookie::parse(answer.body)) {
                return fail(ErrorCode::invalid, "the portal's 200 brings no session");
            }
            return BasicAnswer{BasicAnswer::Kind::right, answer.body, {}};
        case HTTP_UNAUTHORIZED:
            return BasicAnswer{BasicAnswer::Kind::wrong, {}, {}};
        case HTTP_TOO_MANY_REQUESTS:
            return BasicAnswer{BasicAnswer::Kind::too_many_guesses, {}, {}};
        case HTTP_FORBIDDEN:
            return fail(ErrorCode::refused,
                        "the portal answers 403: its site key or its clock is not ours, as its own log says");
        default:
            return fail(ErrorCode::unavailable, "the portal answers " + std::to_string(answer.status));
    }
}

Result<BasicAnswer> ask_portal(request_rec* r, OtherWays& ways, const credentials::NameAndPassword& given) {
    const auto keys = ways.secrets.keys();
    if (!keys) return error_of(keys);
    const credentials::BasicQuestion question{given.user,
                                              Secret(std::string(given.password.reveal())),
                                              std::string(view(r->useragent_ip)),
                                              std::string(view(apr_table_get(r->headers_in, "User-Agent"))),
                                              {}};
    const Secret form = (*keys)->basic.form(question, time_now());
    const auto answer = ways.portal.post("basic", form.reveal());
    if (!answer) return error_of(answer);
    return understand(*answer);
}

int refuse_without_portal(request_rec* r, Visit& visit, std::string_view why) {
    visit.outcome = Outcome::unavailable;
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "SSO0702: a name and a password could not be checked: %s",
                  printable(why).c_str());
    return refuse_for_now(r);
}

int refuse_wrong(request_rec* r, Visit& visit, const char* what) {
    visit.outcome = Outcome::to_login;
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r, "SSO0701: %s at %s", what, visit.host->settings().name.c_str());
    return challenge(r, visit.live->snapshot->settings);
}

int refuse_guesses(request_rec* r, Visit& visit) {
    visit.outcome = Outcome::denied;
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r, "SSO0703: too many names and passwords were tried, lately at %s",
                  visit.host->settings().name.c_str());
    apr_table_setn(r->err_headers_out, "Retry-After", kGuessWindow);
    return refuse(r, HTTP_TOO_MANY_REQUESTS);
}

}  // namespace

/// Everything of the settings that they are made from.
struct OtherWays::Basis {
    std::string key_file;
    credentials::PortalClient::Target portal;
    credentials::BasicLogins::Limits logins;
    std::string store;

    explicit Basis(const config::Settings& settings)
        : key_file(settings.security.key_file),
          portal{settings.handler.portal_url.value_or(settings.portal.url), settings.portal.url,
                 settings.handler.portal_ca_file, settings.handler.portal_timeout},
          store(settings.session.store) {
        logins.right = settings.handler.basic_cache;
        logins.timeout = settings.handler.portal_timeout;
    }
    friend bool operator==(const Basis&, const Basis&) = default;
};

OtherWays::OtherWays(const config::Settings& settings) : OtherWays(std::make_shared<const Basis>(settings)) {}

OtherWays::OtherWays(std::shared_ptr<const Basis> basis)
    : secrets(basis->key_file), portal(basis->portal), logins(basis->logins), basis_(std::move(basis)) {}

bool OtherWays::serves(const config::Settings& settings) const {
    return *basis_ == Basis(settings);
}

OtherWay& other_way(request_rec* r, Visit& visit) {
    if (visit.other == nullptr) visit.other = &pool_new<OtherWay>(r->pool);
    return *visit.other;
}

void keep_credentials(request_rec* r, Visit& visit) {
    if (const char* authorization = apr_table_get(r->headers_in, kAuthorization)) {
        other_way(r, visit).authorization = authorization;
    }
    if (const char* token = apr_table_get(r->headers_in, credentials::kServiceTokenHeader)) {
        other_way(r, visit).token = token;
    }
}

void take_credentials(request_rec* r, Visit& visit, const MatchedHost& host) {
    if (host.settings().cross_domain) take_browser_secret(r, visit);
    if (!takes_password(r, host)) return;
    const char* authorization = apr_table_get(r->headers_in, kAuthorization);
    if (authorization == nullptr || !credentials::is_basic(authorization)) return;
    other_way(r, visit).authorization = authorization;
    apr_table_unset(r->headers_in, kAuthorization);
}

int log_in_program(request_rec* r, Visit& visit, const MatchedHost& host, SysSeconds now) {
    if (visit.other == nullptr || !takes_password(r, host)) return kDeclined;
    if (!visit.other->token.empty()) return kDeclined;  // whose word was asked for
    const std::string_view authorization = visit.other->authorization;
    if (!credentials::is_basic(authorization)) return kDeclined;
    const auto given = credentials::parse_basic(authorization);
    if (!given) return refuse_wrong(r, visit, "Authorization: Basic holds no name and password");

    const Live& live = *visit.live;
    OtherWays& ways = *live.other_ways;
    const std::string_view password = given->password.reveal();
    constexpr int kAttempts = 2;  // the second where the session of the first has ended
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const auto answer = ways.logins.login(given->user, password, [&] { return ask_portal(r, ways, *given); });
        if (!answer) return refuse_without_portal(r, visit, answer.error().detail);
        if (!answer->replaced.empty())
            static_cast<void>(live.sessions->end(answer->replaced));  // else its time ends it
        if (answer->kind == BasicAnswer::Kind::too_many_guesses) return refuse_guesses(r, visit);
        if (answer->kind == BasicAnswer::Kind::wrong) return refuse_wrong(r, visit, "wrong name or password");
        auto visitor = find_visitor(r, live, answer->session, now);
        if (!visitor) {
            visit.store_error = std::move(visitor).error();
            return kDeclined;
        }
        if (visitor->session) {
            visit.session = std::move(visitor->session);
            visit.cookie = pool_copy(r->pool, answer->session);
            return kDeclined;
        }
        ways.logins.forget(given->user, password, answer->session);
    }
    return refuse_without_portal(r, visit, "the portal's session is not in our store: session.store must be the same");
}

bool wants_challenge(request_rec* r, const MatchedHost& host) {
    if (!takes_password(r, host)) return false;
    const auto header = [&](const char* name) { return view(apr_table_get(r->headers_in, name)); };
    const bool is_browser = !header("Sec-Fetch-Mode").empty() || !header("X-Requested-With").empty() ||
                            header("Accept").find("text/html") != std::string_view::npos ||
                            header("User-Agent").starts_with("Mozilla/");
    return !is_browser;
}

int challenge(request_rec* r, const config::Settings& settings) {
    const std::string words = "Basic realm=\"" + settings.portal.url.host() + "\", charset=\"UTF-8\"";
    apr_table_addn(r->err_headers_out, "WWW-Authenticate", pool_copy(r->pool, words));
    return refuse(r, HTTP_UNAUTHORIZED);
}

}  // namespace sso::httpd
