#include "mod_sso/answers.hpp"

#include "core/rules/return_address.hpp"
#include "mod_sso/request_view.hpp"

namespace sso::httpd {
namespace {

constexpr const char* kRetryAfterSeconds = "5";

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
int answer_script(request_rec* r, const std::string& login_url, const http::Url& portal) {
    apr_table_setn(r->err_headers_out, "WWW-Authenticate", pool_copy(r->pool, "SSO portal=" + quoted(portal.text())));
    // a subrequest answers nobody: httpd takes its status (mod_dir does, for a folder's index) or leaves its page out
    if (r->main != nullptr) return refuse(r, HTTP_UNAUTHORIZED);
    r->status = refuse(r, HTTP_UNAUTHORIZED);
    ap_discard_request_body(r);
    ap_run_insert_error_filter(r);  // Header always …, as on every error of httpd's
    ap_set_content_type(r, "application/json");
    const std::string body =
        "{\"type\":\"about:blank\",\"title\":\"Unauthorized\",\"status\":401,"
        "\"detail\":\"Log in at login_url, then ask again.\",\"login_url\":" +
        quoted(login_url) + "}\n";
    ap_set_content_length(r, static_cast<apr_off_t>(body.size()));
    ap_rwrite(body.data(), static_cast<int>(body.size()), r);
    return kDone;
}

}  // namespace

void forbid_sharing(request_rec* r) {
    apr_table_setn(r->err_headers_out, "Cache-Control", "private");
}

void leave_cache(request_rec* r) {
    // with CacheQuickHandler Off mod_cache joins the request later, and goes by this
    apr_table_setn(r->subprocess_env, "no-cache", "1");
    for (ap_filter_t *filter = r->output_filters, *next = nullptr; filter != nullptr; filter = next) {
        next = filter->next;
        const std::string_view name = filter->frec->name;
        if (name == "cache_save" || name == "cache_save_subreq") ap_remove_output_filter(filter);
    }
}

int refuse(request_rec* r, int status) {
    apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
    return status;
}

int refuse_for_now(request_rec* r) {
    apr_table_setn(r->err_headers_out, "Retry-After", kRetryAfterSeconds);
    return refuse(r, HTTP_SERVICE_UNAVAILABLE);
}

int send_to_login(request_rec* r, const config::Settings& settings, const rules::HostPolicy& host) {
    const request_rec* first = r;
    while (first->main != nullptr || first->prev != nullptr) {
        first = first->main != nullptr ? first->main : first->prev;
    }
    const auto wanted = settings.url_of(host.settings()).with_path(raw_target(first));
    const std::string login_url = rules::login_url(settings, wanted);
    if (is_script(r)) return answer_script(r, login_url, settings.portal.url);
    apr_table_setn(r->headers_out, "Location", pool_copy(r->pool, login_url));
    return refuse(r, HTTP_MOVED_TEMPORARILY);
}

}  // namespace sso::httpd
