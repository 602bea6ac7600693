#include "mod_sso/restriction.hpp"

namespace sso::httpd {
namespace {

constexpr const char* kNobodysAddress = "192.0.2.1";

/// `r` as if a stranger had sent it, in whose name nothing is logged.
request_rec as_stranger(const request_rec& r, const ap_logconf& silence) {
    request_rec stranger = r;
    apr_sockaddr_info_get(&stranger.useragent_addr, kNobodysAddress, APR_INET, 0, 0, r.pool);
    stranger.useragent_ip = apr_pstrdup(r.pool, kNobodysAddress);
    stranger.useragent_host = apr_pstrdup(r.pool, "");  // looked up, and not found
    stranger.user = nullptr;
    stranger.headers_in = apr_table_make(r.pool, 1);
    stranger.log = &silence;
    return stranger;
}

bool refuses(int status) noexcept {
    return status != kOk && status != kDeclined;
}

}  // namespace

bool is_restricted(request_rec* r) {
    const ap_logconf silence{nullptr, -1};
    request_rec stranger = as_stranger(*r, silence);
    // `Require sso` knows a visitor by this
    void* visit = ap_get_module_config(r->request_config, &sso_module);
    ap_set_module_config(r->request_config, &sso_module, nullptr);
    const bool host_refused = refuses(ap_run_access_checker(&stranger));
    // DECLINED: somebody has to log in
    const bool place_refused = ap_run_access_checker_ex(&stranger) != kOk;
    ap_set_module_config(r->request_config, &sso_module, visit);
    return ap_satisfies(r) == SATISFY_ANY ? host_refused && place_refused : host_refused || place_refused;
}

}  // namespace sso::httpd
