#include "mod_sso/logout.hpp"

#include <array>

#include "core/base/text.hpp"
#include "mod_sso/answers.hpp"

namespace sso::httpd {
namespace {

/// What an application says of a body that nobody will get.
constexpr std::array kAboutBody{"Content-Length", "Content-Encoding", "Content-Language", "Content-Range",
                                "Content-MD5",    "Content-Type",     "Accept-Ranges",    "ETag",
                                "Last-Modified",  "Expires"};

/// With these httpd might answer 304 or 206, in front of our redirect.
constexpr std::array kConditions{"If-Match", "If-Modified-Since", "If-None-Match", "If-Unmodified-Since", "If-Range",
                                 "Range"};

void take_cookie_away(request_rec* r, const config::CookieSettings& settings, const MatchedHost& host) {
    auto header = http::expired(session::session_cookie_header(settings, {}));
    if (host.settings().cross_domain) header.domain.clear();
    apr_table_add(r->err_headers_out, "Set-Cookie", header.text().c_str());
}

/// The redirect in place of the answer whose headers `r` holds.
void answer_redirect(request_rec* r, const char* target) {
    r->status = HTTP_MOVED_TEMPORARILY;
    r->status_line = nullptr;
    r->content_type = nullptr;
    r->content_encoding = nullptr;
    r->chunked = 0;
    for (const char* name : kAboutBody) apr_table_unset(r->headers_out, name);
    apr_table_setn(r->headers_out, "Location", target);
    apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
    apr_table_unset(r->headers_out, "Cache-Control");
    ap_set_content_length(r, 0);
}

}  // namespace

int end_session(request_rec* r, const Visit& visit, const MatchedHost& host, const rules::Logout& logout) {
    const config::Settings& settings = visit.live->snapshot->settings;
    const char* target = logout.target.empty() ? pool_copy(r->pool, settings.portal.url.text()) : logout.target.c_str();
    const bool ends_session = logout.kind != rules::LogoutKind::app;
    if (ends_session) {
        if (const auto ended = visit.live->sessions->end(visit.cookie); !ended) {
            ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "SSO0345: the session store does not end a session: %s",
                          printable(ended.error().detail).c_str());
            return refuse_for_now(r);
        }
        take_cookie_away(r, settings.cookie, host);
    }
    if (!visit.session) return redirect(r, target);
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r, "SSO0344: %s logs out of %s at %s%s",
                  printable(visit.session->user()).c_str(),
                  logout.kind == rules::LogoutKind::sso   ? "the session"
                  : logout.kind == rules::LogoutKind::app ? "the application"
                                                          : "application and session",
                  printable(host.name).c_str(), printable(view(r->uri)).c_str());
    // of a request that another proxy describes, the application is not behind us
    if (logout.kind == rules::LogoutKind::sso || visit.is_described) return redirect(r, target);
    for (const char* name : kConditions) apr_table_unset(r->headers_in, name);
    ap_add_output_filter(kLogoutFilter, const_cast<char*>(target), r, r->connection);
    return kDeclined;
}

apr_status_t filter_answer(ap_filter_t* f, apr_bucket_brigade* brigade) {
    request_rec* r = f->r;
    bool is_whole = false;
    for (apr_bucket* bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade);) {
        apr_bucket* next = APR_BUCKET_NEXT(bucket);
        if (APR_BUCKET_IS_EOS(bucket)) {
            is_whole = true;
            break;
        }
        if (!AP_BUCKET_IS_ERROR(bucket)) {
            // an application that still writes is let run to its end: it may end its sessions after the first byte
            const char* data = nullptr;
            apr_size_t size = 0;
            if (!APR_BUCKET_IS_METADATA(bucket))
                static_cast<void>(apr_bucket_read(bucket, &data, &size, APR_BLOCK_READ));
            next = APR_BUCKET_NEXT(bucket);  // reading may have split it
            apr_bucket_delete(bucket);
        }
        bucket = next;
    }
    if (!is_whole) return APR_SUCCESS;
    answer_redirect(r, static_cast<const char*>(f->ctx));
    ap_remove_output_filter(f);
    return ap_pass_brigade(f->next, brigade);
}

}  // namespace sso::httpd
