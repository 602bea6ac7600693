// A visit: what is known of one request of a client's, shared with the internal redirects and subrequests that httpd
// makes of it. The first decision carries over to them.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

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

/// Lives in the pool of the request that began it, which outlives those that share it.
struct Visit {
    std::shared_ptr<const Live> live;  ///< the configuration that the request started with; null: there is none
    std::string_view cookie;           ///< the session cookie as it came; it stands in no header any more
    session::HeldSession session;      ///< who asks; none: nobody is known
    std::optional<Error> store_error;  ///< why that could not be found out
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
    bool has_ordinary_path = false;           ///< that was decided on: every application reads it alike
    bool is_described = false;                ///< another proxy describes it: no server of ours bears its host
    Outcome outcome = Outcome::failed;        ///< of the last decision
};

/// The visit that `r` is part of, or null: it began before any SSOEngine was in sight, or before httpd could read it.
inline Visit* find_visit(const request_rec* r) noexcept {
    return static_cast<Visit*>(ap_get_module_config(r->request_config, &sso_module));
}

/// Begins a visit with `r`, with the current configuration.
inline Visit& begin_visit(request_rec* r) {
    auto& visit = pool_new<Visit>(r->pool);
    visit.live = live_for(r);
    ap_set_module_config(r->request_config, &sso_module, &visit);
    return visit;
}

/// A visit of `r`'s own that knows what `visit` knows, for a decision that shall not hold for the request `r` came
/// from.
Visit& part_from(request_rec* r, const Visit& visit);

/// Lets a new internal redirect or subrequest share the visit of the request it comes from.
void inherit_visit(request_rec* r) noexcept;

/// Whether httpd is answering an error with `r`: an ErrorDocument, or what that was redirected to.
bool is_error_document(const request_rec* r) noexcept;

}  // namespace sso::httpd
