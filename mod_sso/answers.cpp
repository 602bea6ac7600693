#include "mod_sso/answers.hpp"

#include <array>

#include "core/base/text.hpp"
#include "core/rules/return_address.hpp"
#include "mod_sso/cross_domain.hpp"
#include "mod_sso/other_ways.hpp"
#include "mod_sso/refusal_page.hpp"

namespace sso::httpd {
namespace {

constexpr std::chrono::seconds kRetryAfter{5};

/// By which mod_cache joins a request. httpd's, null where mod_cache is not loaded; they do not change while it serves.
constexpr std::array kCacheFilters{"CACHE_SAVE", "CACHE_SAVE_SUBREQ"};
using CacheFilters = std::array<const ap_filter_rec_t*, kCacheFilters.size()>;
CacheFilters cache_filters{};

/// A string of JSON, or of a header: addresses of ours are ASCII, so the quote and the backslash alone need an escape.
std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + '"';
}

/// 401 for a script, with the members of RFC 9457. Written here and not by httpd's error pages, which would make it
/// HTML or an error document.
int answer_script(request_rec* r, const std::string& login_url, const http::Url& portal, std::string_view detail) {
    apr_table_setn(r->err_headers_out, "WWW-Authenticate", pool_copy(r->pool, "SSO portal=" + quoted(portal.text())));
    // a subrequest answers nobody: httpd takes its status (mod_dir does, for a folder's index) or leaves its page out
    if (r->main != nullptr) return refuse(r, HTTP_UNAUTHORIZED);
    r->status = refuse(r, HTTP_UNAUTHORIZED);
    ap_discard_request_body(r);
    ap_run_insert_error_filter(r);  // Header always …, as on every error of httpd's
    ap_set_content_type(r, "application/json");
    const std::string body = R"({"type":"about:blank","title":"Unauthorized","status":401,"detail":")" +
                             std::string(detail) + R"(","login_url":)" + quoted(login_url) + "}\n";
    ap_set_content_length(r, static_cast<apr_off_t>(body.size()));
    ap_rwrite(body.data(), static_cast<int>(body.size()), r);
    return kDone;
}

/// What the browser asked for, at the host's own origin.
http::Url wanted_address(request_rec* r, const config::Settings& settings, const MatchedHost& host) {
    const request_rec* first = r;
    while (first->main != nullptr || first->prev != nullptr) {
        first = first->main != nullptr ? first->main : first->prev;
    }
    const http::Url wanted = settings.url_of(host.settings(), host.name).with_path(raw_target(first));
    return host.settings().cross_domain ? marked_address(r, settings, wanted) : wanted;
}

/// "app.example.com/page", without the query, which may hold secrets.
std::string place_name(const request_rec* r, const MatchedHost& host) {
    return printable(host.name) + printable(view(r->uri));
}

}  // namespace

void find_cache_filters() noexcept {
    for (std::size_t i = 0; i < kCacheFilters.size(); ++i) {
        cache_filters[i] = ap_get_output_filter_handle(kCacheFilters[i]);
    }
}

void leave_cache(request_rec* r) {
    if (cache_filters == CacheFilters{}) return;
    // with CacheQuickHandler Off mod_cache joins the request later, and goes by this
    apr_table_setn(r->subprocess_env, "no-cache", "1");
    for (ap_filter_t *filter = r->output_filters, *next = nullptr; filter != nullptr; filter = next) {
        next = filter->next;
        if (filter->frec == cache_filters[0] || filter->frec == cache_filters[1]) ap_remove_output_filter(filter);
    }
}

int refuse(request_rec* r, int status) {
    apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
    return status;
}

int refuse_for_now(request_rec* r) {
    return refuse_for_now(r, kRetryAfter);
}

int refuse_for_now(request_rec* r, std::chrono::seconds retry_after) {
    apr_table_setn(r->err_headers_out, "Retry-After", pool_copy(r->pool, std::to_string(retry_after.count())));
    return refuse(r, HTTP_SERVICE_UNAVAILABLE);
}

int redirect(request_rec* r, std::string_view address) {
    apr_table_setn(r->headers_out, "Location", pool_copy(r->pool, address));
    return refuse(r, HTTP_MOVED_TEMPORARILY);
}

int send_to_login(request_rec* r, const Visit& visit, const MatchedHost& host) {
    const config::Settings& settings = visit.live->snapshot->settings;
    const std::string login_url = rules::login_url(settings, wanted_address(r, settings, host));
    const bool script = is_script(r);
    if (wants_challenge(r, host)) {
        ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "SSO0704: nobody is known at %s: asked for a name and a password",
                      place_name(r, host).c_str());
        return challenge(r, settings);
    }
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "SSO0340: nobody is known at %s, %s: %s", place_name(r, host).c_str(),
                  visit.stranger_for, script ? "401 for a script" : "sent to the portal");
    if (script) return answer_script(r, login_url, settings.portal.url, "Log in at login_url, then ask again.");
    return redirect(r, login_url);
}

int send_to_step_up(request_rec* r, const Visit& visit, const MatchedHost& host, const rules::Decision& decision) {
    const config::Settings& settings = visit.live->snapshot->settings;
    const std::string user = printable(view(visit.user));
    const int held = rules::authentication_level(visit.session->attributes);
    if (decision.level > settings.authentication.highest_level()) {
        ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r,
                      "SSO0342: %s may not have %s: rule %s asks for level %d, which no way of logging in gives",
                      user.c_str(), place_name(r, host).c_str(), printable(decision.rule_source).c_str(),
                      decision.level);
        show_level_page(r, settings, view(visit.user));
        return refuse(r, HTTP_FORBIDDEN);
    }
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r,
                  "SSO0341: %s is asked for a stronger login at %s: level %d, and rule %s asks for %d", user.c_str(),
                  place_name(r, host).c_str(), held, printable(decision.rule_source).c_str(), decision.level);
    const std::string upgrade_url = rules::upgrade_url(settings, wanted_address(r, settings, host), decision.level);
    if (!is_script(r)) return redirect(r, upgrade_url);
    return answer_script(r, upgrade_url, settings.portal.url,
                         "This needs a stronger login: log in again at login_url, then ask again.");
}

int refuse_in_maintenance(request_rec* r, const config::Settings& settings, const MatchedHost& host) {
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "SSO0343: %s is in maintenance", place_name(r, host).c_str());
    show_maintenance_page(r);
    return refuse_for_now(r, settings.handler.maintenance_retry_after);
}

}  // namespace sso::httpd
