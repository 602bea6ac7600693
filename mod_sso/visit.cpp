#include "mod_sso/visit.hpp"

namespace sso::httpd {

Visit& part_from(request_rec* r, const Visit& visit) {
    auto& own = pool_new<Visit>(pool_of_headers(r));  // its session keeps what it puts into them
    own.live = visit.live;
    own.cookie = visit.cookie;
    own.session = visit.session;
    own.other = visit.other;
    own.store_error = visit.store_error;
    own.stranger_for = visit.stranger_for;
    ap_set_module_config(r->request_config, &sso_module, &own);
    return own;
}

void inherit_visit(request_rec* r) noexcept {
    const request_rec* origin = r->main != nullptr ? r->main : r->prev;
    if (origin != nullptr) ap_set_module_config(r->request_config, &sso_module, find_visit(origin));
}

bool is_error_document(const request_rec* r) noexcept {
    for (const request_rec* before = r->prev; before != nullptr; before = before->prev) {
        if (ap_is_HTTP_ERROR(before->status)) return true;
    }
    return r->main != nullptr && is_error_document(r->main);
}

}  // namespace sso::httpd
