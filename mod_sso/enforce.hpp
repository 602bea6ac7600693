// Decides on a request and applies the decision: lets it pass with the identity headers, or answers it.
#pragma once

#include "mod_sso/httpd.hpp"
#include "mod_sso/visit.hpp"

namespace sso::httpd {

/// The place where `r` is now is protected: decides, unless the decision on the client's request carries over.
/// @return DECLINED to go on (httpd's own Require still has its say), DONE when the answer was written, else a status
int enforce(request_rec* r);

/// Decides on `r` as it is, applies the decision, and counts what came of it. @return as `enforce`
int judge(request_rec* r, Visit& visit, Timed what);

/// What becomes of those whom nobody knows, at a place of AuthType SSO.
enum class Strangers { wait, to_portal };

/// For a place of AuthType SSO: lets in whoever is known, with the identity headers, whatever the rules say of them.
/// @return OK; DECLINED for a stranger who waits; or the answer to anybody else
int admit(request_rec* r, Visit& visit, Strangers strangers);

/// Who asks: a session, or why there is none.
struct Visitor {
    session::HeldSession session;
    const char* stranger_for = "";  ///< why there is none, for logs; a literal
};

/// The session that the cookie opens; none without a cookie, or with one that opens nothing.
/// @return an error when the store could not say
Result<Visitor> find_visitor(request_rec* r, const Live& live, std::string_view cookie, SysSeconds now);

/// The rules that httpd's own configuration has for the place where `r` is; null: none.
const rules::HostPolicy* rules_at(const request_rec* r) noexcept;

/// Takes what is ours out of the request's headers, before anybody reads them, and out of the trailers when they come.
void scrub(request_rec* r, Visit& visit);

/// Has trailers looked at when they come: with the body, after every decision. Where MergeTrailers is on they become
/// headers then. An internal redirect leaves the filters of the request that it comes from behind, so it needs its own.
void watch_trailers(request_rec* r);
/// With `filter`, which calls `filter_trailers`; before the first request.
void watch_trailers_by(ap_filter_rec_t* filter) noexcept;

/// Sets r->user to whom the visit knows, unless the place asks for an authentication of its own.
void name_user(request_rec* r, const Visit& visit);

/// The same after httpd's own authentication, where that was configured and named nobody.
void name_user_late(request_rec* r);

/// Whether another authentication than ours guards the place (AuthType Basic …): then it names the user.
bool has_foreign_authentication(request_rec* r);

/// Input filter that keeps trailers from becoming identity headers.
apr_status_t filter_trailers(ap_filter_t* f, apr_bucket_brigade* brigade, ap_input_mode_t mode, apr_read_type_e block,
                             apr_off_t wanted);

}  // namespace sso::httpd
