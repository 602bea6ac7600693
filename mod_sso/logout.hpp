// Rules that log out: the session's end, the cookie's, and an application that runs with its answer unseen.
#pragma once

#include "core/rules/decision.hpp"
#include "mod_sso/httpd.hpp"
#include "mod_sso/request_view.hpp"
#include "mod_sso/visit.hpp"

namespace sso::httpd {

/// Does what a logout rule asks for. Nobody known: there is nothing to end, and the browser goes to the target.
/// @return a redirect, or 503 when the session could not be ended; DECLINED when the application is to run first: then
///         its answer will be replaced by the redirect
int end_session(request_rec* r, const Visit& visit, const MatchedHost& host, const rules::Logout& logout);

/// Output filter that puts a redirect in the place of an application's answer, once that is made; `name` to add it by.
inline constexpr const char* kLogoutFilter = "SSO_LOGOUT";
apr_status_t filter_answer(ap_filter_t* f, apr_bucket_brigade* brigade);

}  // namespace sso::httpd
