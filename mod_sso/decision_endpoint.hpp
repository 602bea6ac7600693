// `SetHandler sso-auth`: decides for other reverse proxies, which describe in headers what they were asked for.
#pragma once

#include "mod_sso/httpd.hpp"

namespace sso::httpd {

inline constexpr std::string_view kDecisionEndpoint = "sso-auth";

/// Decides on the request that is described, by the rules of the virtual host that it names, as if it had come here.
/// Allowed: 204 with the virtual host's headers, empty where there is nothing to say, and in `Cookie` what the
/// application shall get of the cookies. Believes nobody but addresses of SSOTrustedProxy: 403 for others.
int answer_proxy(request_rec* r);

}  // namespace sso::httpd
