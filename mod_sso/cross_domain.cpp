#include "mod_sso/cross_domain.hpp"

#include <string>

#include "core/base/text.hpp"
#include "core/credentials/ticket.hpp"
#include "core/http/cookie.hpp"
#include "core/session/session_cookie.hpp"
#include "mod_sso/answers.hpp"
#include "mod_sso/configuration.hpp"
#include "mod_sso/cookies.hpp"
#include "mod_sso/other_ways.hpp"

namespace sso::httpd {
namespace {

constexpr std::chrono::seconds kSecretLifetime{std::chrono::hours{1}};

std::string_view secret_name(const config::CookieSettings& cookie) noexcept {
    return cookie.secure ? "__Host-sso-browser" : "sso-browser";
}

/// Of this host alone: the cookie's domain is elsewhere.
void give_cookie(request_rec* r, http::SetCookie cookie) {
    cookie.domain.clear();
    apr_table_addn(r->err_headers_out, "Set-Cookie", pool_copy(r->pool, cookie.text()));
}

void give_secret(request_rec* r, const config::CookieSettings& settings, const std::string& secret) {
    http::SetCookie cookie;
    cookie.name = secret_name(settings);
    cookie.value = secret;
    cookie.secure = settings.secure;
    cookie.max_age = kSecretLifetime;
    give_cookie(r, std::move(cookie));
}

}  // namespace

void take_browser_secret(request_rec* r, Visit& visit) {
    const std::string_view name = secret_name(visit.live->snapshot->settings.cookie);
    const auto secret = http::cookie_value(view(apr_table_get(r->headers_in, "Cookie")), name);
    if (!secret) return;
    other_way(r, visit).browser = *secret;
    cut_cookie(r->headers_in, pool_of_headers(r), name);
}

int redeem_ticket(request_rec* r, Visit& visit, const MatchedHost& host, SysSeconds now) {
    const bool may_bear_one = r->method_number == M_GET && r->header_only == 0 && r->args != nullptr &&
                              r->main == nullptr && r->prev == nullptr && !visit.is_described;
    if (!may_bear_one) return kDeclined;
    const Live& live = *visit.live;
    const config::Settings& settings = live.snapshot->settings;
    const auto taken = credentials::take_parameter(raw_target(r), credentials::ticket_parameter(settings.cookie.name));
    if (!taken.value) return kDeclined;

    visit.outcome = Outcome::to_login;
    const http::Url here = settings.url_of(host.settings(), host.name);
    const std::string_view secret = visit.other == nullptr ? std::string_view() : visit.other->browser;
    const auto session = live.sessions->redeem(*taken.value, here.origin(), credentials::browser_mark(secret), now);
    if (!session) {
        visit.outcome = Outcome::unavailable;
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "SSO0710: the session store does not give a ticket out: %s",
                      printable(session.error().detail).c_str());
        return refuse_for_now(r);
    }
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "SSO0711: a ticket for %s is %s", printable(host.name).c_str(),
                  *session ? "redeemed" : "not good: it was used, is over, or is another host's or browser's");
    if (*session) give_cookie(r, session::session_cookie_header(settings.cookie, **session));
    apr_table_setn(r->err_headers_out, "Referrer-Policy", "no-referrer");
    return redirect(r, here.with_path(taken.rest).text());
}

http::Url marked_address(request_rec* r, const config::Settings& settings, const http::Url& wanted) {
    const Visit* visit = find_visit(r);
    std::string secret;
    if (visit != nullptr && visit->other != nullptr) secret = visit->other->browser;
    if (!credentials::is_browser_secret(secret)) {
        secret = credentials::new_browser_secret();
        give_secret(r, settings.cookie, secret);
    }
    const std::string name = credentials::ticket_parameter(settings.cookie.name);
    const std::string target = wanted.path() + (wanted.query() ? "?" + *wanted.query() : std::string());
    const auto clean = credentials::take_parameter(target, name).rest;
    return wanted.with_path(credentials::with_parameter(clean, name, credentials::browser_mark(secret)));
}

}  // namespace sso::httpd
