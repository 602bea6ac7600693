#include "mod_sso/reload.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "mod_sso/answers.hpp"
#include "mod_sso/configuration.hpp"
#include "mod_sso/restriction.hpp"

namespace sso::httpd {
namespace {

int say(request_rec* r, int status, const std::string& text) {
    r->status = status;
    ap_set_content_type(r, "text/plain; charset=utf-8");
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    apr_table_setn(r->headers_out, "X-Content-Type-Options", "nosniff");
    ap_set_content_length(r, static_cast<apr_off_t>(text.size()));
    ap_rwrite(text.data(), static_cast<int>(text.size()), r);
    return kOk;
}

}  // namespace

int reload(request_rec* r) {
    if (!is_restricted(r)) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      "SSO0450: sso-reload does nothing: no Require restricts this place, so everybody could ask");
        return refuse(r, HTTP_FORBIDDEN);
    }
    if (r->method_number != M_GET && r->method_number != M_POST) {
        ap_allow_methods(r, REPLACE_ALLOW, "GET", "POST", nullptr);
        return HTTP_METHOD_NOT_ALLOWED;
    }
    if (const int status = ap_discard_request_body(r); status != kOk) return status;

    const ConfigurationState state = look_now();
    if (state.refusal.empty() && !state.version.empty())
        return say(r, HTTP_OK, "version " + state.version + " serves\n");
    const auto first = std::find_if(state.refusal.begin(), state.refusal.end(), [](const auto& diagnostic) {
        return diagnostic.severity == config::Severity::error;
    });
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "SSO0451: sso-reload: the newest text of %s does not serve: %s",
                  state.uri.empty() ? "the configuration" : state.uri.c_str(),
                  first == state.refusal.end() ? "there is none" : printable(to_string(*first), 1024).c_str());
    return say(r, HTTP_INTERNAL_SERVER_ERROR, "refused; the error log says why\n");
}

}  // namespace sso::httpd
