#include "mod_sso/status.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "mod_sso/answers.hpp"
#include "mod_sso/restriction.hpp"
#include "mod_sso/shared_memory.hpp"
#include "mod_sso/status_report.hpp"

namespace sso::httpd {
namespace {

struct Format {
    std::string_view query;
    const char* media_type;
    std::string (*write)(const StatusReport&);
};
constexpr std::array kFormats{
    Format{"", "text/html; charset=utf-8", status_html},
    Format{"format=html", "text/html; charset=utf-8", status_html},
    Format{"format=json", "application/json", status_json},
    Format{"format=prometheus", "text/plain; version=0.0.4; charset=utf-8", status_prometheus},
};

}  // namespace

int show_status(request_rec* r) {
    if (!is_restricted(r)) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      "SSO0420: sso-status is not shown: no Require restricts this place, so everybody could read it");
        return refuse(r, HTTP_FORBIDDEN);
    }
    if (r->method_number != M_GET) {  // HEAD is GET to httpd
        ap_allow_methods(r, REPLACE_ALLOW, "GET", nullptr);
        return HTTP_METHOD_NOT_ALLOWED;
    }
    const auto* format =
        std::find_if(kFormats.begin(), kFormats.end(), [&](const Format& one) { return one.query == view(r->args); });
    if (format == kFormats.end()) return refuse(r, HTTP_BAD_REQUEST);

    const StatusReport report{.now = SysSeconds{std::chrono::seconds{apr_time_sec(r->request_time)}},
                              .process = ::getpid(),
                              .configuration = configuration_state(),
                              .sessions = session_state(),
                              .totals = shared_memory().counters.totals()};
    const std::string page = format->write(report);
    ap_set_content_type(r, format->media_type);
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    apr_table_setn(r->headers_out, "X-Content-Type-Options", "nosniff");
    apr_table_setn(r->headers_out, "Content-Security-Policy",
                   apr_pstrcat(r->pool, "default-src 'none'; style-src 'sha256-", status_style_hash().c_str(),
                               "'; frame-ancestors 'none'; base-uri 'none'", nullptr));
    ap_set_content_length(r, static_cast<apr_off_t>(page.size()));
    ap_rwrite(page.data(), static_cast<int>(page.size()), r);
    return kOk;
}

}  // namespace sso::httpd
