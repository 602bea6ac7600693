#include "mod_sso/visit.hpp"

namespace sso::httpd {

#ifdef __SANITIZE_THREAD__
constinit std::atomic<unsigned> HandOver::turns{0};
#endif

Visit* find_inherited_visit(const request_rec* r) noexcept {
    // an internal redirect of a subrequest has both, and comes from the subrequest
    const request_rec* const origin = r->prev != nullptr ? r->prev : r->main;
    return origin == nullptr ? nullptr : find_visit(origin);
}

Visit& make_room_for_visit(request_rec* r) {
    conn_rec* const connection = r->connection;
    const bool may_use_connection = is_clients_own(r) && connection->master == nullptr;
    if (!may_use_connection || ConnectionMemory::of(connection) != nullptr) {
        return pool_new<Visit>(pool_of_headers(r));  // as in part_from
    }
    auto& memory = pool_new<ConnectionMemory>(connection->pool);
    ConnectionMemory::give(connection, memory);
    return memory.begin(r);
}

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

bool is_error_document(const request_rec* r) noexcept {
    for (const request_rec* before = r->prev; before != nullptr; before = before->prev) {
        if (ap_is_HTTP_ERROR(before->status)) return true;
    }
    return r->main != nullptr && is_error_document(r->main);
}

}  // namespace sso::httpd
