#include "mod_sso/visit.hpp"

namespace sso::httpd {
namespace {

void attach(request_rec* r, Visit* visit) noexcept {
    ap_set_module_config(r->request_config, &sso_module, visit);
}

}  // namespace

Visit* find_visit(const request_rec* r) noexcept {
    return static_cast<Visit*>(ap_get_module_config(r->request_config, &sso_module));
}

Visit& begin_visit(request_rec* r) {
    auto& visit = pool_new<Visit>(r->pool);
    visit.live = current_live();
    attach(r, &visit);
    return visit;
}

Visit& part_from(request_rec* r, const Visit& visit) {
    auto& own = pool_new<Visit>(r->pool);
    own.live = visit.live;
    own.cookie = visit.cookie;
    own.session = visit.session;
    own.other = visit.other;
    own.store_error = visit.store_error;
    own.stranger_for = visit.stranger_for;
    attach(r, &own);
    return own;
}

void inherit_visit(request_rec* r) noexcept {
    const request_rec* origin = r->main != nullptr ? r->main : r->prev;
    if (origin != nullptr) attach(r, find_visit(origin));
}

bool is_error_document(const request_rec* r) noexcept {
    for (const request_rec* before = r->prev; before != nullptr; before = before->prev) {
        if (ap_is_HTTP_ERROR(before->status)) return true;
    }
    return r->main != nullptr && is_error_document(r->main);
}

}  // namespace sso::httpd
