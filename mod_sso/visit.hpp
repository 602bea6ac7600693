// A visit: what is known of one request of a client's, shared with the internal redirects and subrequests that httpd
// makes of it. The first decision carries over to them.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>

#include "mod_sso/configuration.hpp"
#include "mod_sso/counters.hpp"
#include "mod_sso/headers.hpp"
#include "mod_sso/httpd.hpp"
#include "mod_sso/place_rules.hpp"

namespace sso::httpd {

/// What a request brought beside or in place of its cookie, at a virtual host that takes it.
struct OtherWay {
    std::string_view authorization;  ///< the header as it came; it may stand in the request no more
    std::string_view token;          ///< the service token, which does not
    std::string_view browser;        ///< the secret of this browser at a host outside the cookie's domain
    Identity headers;                ///< what the service token brought along for the application
    bool is_program = false;         ///< nobody that could be sent to a page to log in
};

/// What a visit has found out so far, in views and pointers alone.
struct Findings {
    std::string_view cookie;                     ///< the session cookie as it came; it stands in no header any more
    const char* stranger_for = "nobody looked";  ///< why nobody is known, for logs; a literal
    const char* judged = nullptr;                ///< the path that was decided on; null: nothing was decided yet
    const char* user = nullptr;                  ///< the session's user, for logs and REMOTE_USER
    std::optional<Identity> identity;  ///< the headers that the application gets from us; none: it was not let in
    OtherWay* other = nullptr;         ///< null: nothing of that kind was looked for, or found
    const rules::HostPolicy* host = nullptr;  ///< whose rules held; null: none was found
    const PlaceRules* place = nullptr;        ///< httpd's own that held in their place; null: none
    const char* verdict = nullptr;            ///< of the last decision, for logs
    const char* rule = nullptr;               ///< that gave it
    const char* custom = nullptr;             ///< session.custom_to_trace; null: none is configured, or nobody is known
    HeadersSeen headers;                      ///< of the request's headers, when they were looked over last
    bool is_described = false;                ///< another proxy describes it: no server of ours bears its host
    Outcome outcome = Outcome::failed;        ///< of the last decision
};

static_assert(std::is_trivially_destructible_v<Findings>, "the next visit takes their place");

/// Outlives the request that began it, and those that share it.
struct Visit : Findings {
    std::shared_ptr<const Live> live;  ///< the configuration that the request started with; null: there is none
    session::HeldSession session;      ///< who asks; none: nobody is known
    session::HeldSession neighbour;    ///< who asked last on this connection: a guess at who asks now, and no more
    std::optional<Error> store_error;  ///< why that could not be found out
};

/// For the thread sanitizer alone: httpd gives a connection's memory to another thread by libapr's atomics, which it
/// does not see. What was done in such memory is done before anything begins in it.
class HandOver {
#ifdef __SANITIZE_THREAD__
  public:
    HandOver() noexcept {
        turns.fetch_add(1, std::memory_order_acq_rel);
    }
    ~HandOver() {
        turns.fetch_add(1, std::memory_order_acq_rel);
    }

  private:
    static constinit std::atomic<unsigned> turns;
#endif
};

/// What a connection keeps for its requests, which use it one at a time: the next one's visit takes the place of the
/// last one's. A request that comes while the one before it is still being written does without, and so does a stream
/// of HTTP/2, which has a connection of its own.
struct ConnectionMemory {
    [[no_unique_address]] HandOver hand_over;  ///< begins first and ends last
    Visit visit;
    const request_rec* request = nullptr;     ///< whose visit it is, until it is logged
    class LastHeader* last_header = nullptr;  ///< see `take_cookie`; null: none is remembered

    /// Null: it has none yet, or is to have none.
    [[gnu::no_sanitize("thread")]] static ConnectionMemory* of(const conn_rec* connection) noexcept {
        return static_cast<ConnectionMemory*>(ap_get_module_config(connection->conn_config, &sso_module));
    }
    [[gnu::no_sanitize("thread")]] static void give(conn_rec* connection, ConnectionMemory& memory) noexcept {
        ap_set_module_config(connection->conn_config, &sso_module, &memory);
    }
    /// That of `r`'s connection, if it is `r`'s to use.
    static ConnectionMemory* used_by(const request_rec* r) noexcept {
        ConnectionMemory* const memory = of(r->connection);
        return memory != nullptr && memory->request == r ? memory : nullptr;
    }
    Visit& begin(const request_rec* r) noexcept {
        request = r;
        ::new (static_cast<Findings*>(&visit)) Findings;  // with "{}" they would be made elsewhere and copied
        visit.neighbour = std::move(visit.session);
        visit.store_error.reset();
        return visit;
    }
    void let_go() noexcept {
        visit.neighbour = {};
        visit.session = {};
        visit.live.reset();
    }
};

/// Whether it is what a client asked for, and no subrequest or internal redirect of httpd's.
inline bool is_clients_own(const request_rec* r) noexcept {
    return r->main == nullptr && r->prev == nullptr;
}

/// The visit of the request that `r` came from, or null. `r` has none of its own.
Visit* find_inherited_visit(const request_rec* r) noexcept;

/// The visit that `r` is part of: its own, or as an internal redirect or subrequest that of the request it came from.
/// Null: httpd gave up before it could read the request, or no SSOEngine stands in the server.
inline Visit* find_visit(const request_rec* r) noexcept {
    auto* const own = static_cast<Visit*>(ap_get_module_config(r->request_config, &sso_module));
    return own != nullptr ? own : find_inherited_visit(r);
}

/// In memory of the request's own, or in that which its connection is to have from now on.
[[gnu::cold, gnu::noinline]] Visit& make_room_for_visit(request_rec* r);

/// Begins a visit with `r`, with the current configuration.
inline Visit& begin_visit(request_rec* r) {
    ConnectionMemory* const memory = ConnectionMemory::of(r->connection);
    const bool is_free = memory != nullptr && memory->request == nullptr && is_clients_own(r);
    Visit& visit = is_free ? memory->begin(r) : make_room_for_visit(r);
    if (!is_live_for(r, visit.live.get())) {
        visit.neighbour = {};  // it is of the store that was
        visit.live = live_for(r);
    }
    ap_set_module_config(r->request_config, &sso_module, &visit);
    return visit;
}

/// The request has been logged: its visit is over.
inline void end_visit(const request_rec* r) noexcept {
    if (ConnectionMemory* const memory = ConnectionMemory::used_by(r)) memory->request = nullptr;
}

/// A request begins that takes no part in this: the connection need not hold what the last visit held.
inline void forget_last_visit(const conn_rec* connection) noexcept {
    ConnectionMemory* const memory = ConnectionMemory::of(connection);
    if (memory != nullptr && memory->request == nullptr) memory->let_go();
}

/// A visit of `r`'s own that knows what `visit` knows, for a decision that shall not hold for the request `r` came
/// from.
Visit& part_from(request_rec* r, const Visit& visit);

/// Whether httpd is answering an error with `r`: an ErrorDocument, or what that was redirected to.
bool is_error_document(const request_rec* r) noexcept;

}  // namespace sso::httpd
