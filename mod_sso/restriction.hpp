// Whether httpd's own authorisation keeps anybody out of a place, for pages that tell or do what is not for everybody.
#pragma once

#include "mod_sso/httpd.hpp"

namespace sso::httpd {

/// Whether a `Require` (or `Deny from`) restricts the place where `r` is: whether a stranger, from an address of
/// nobody's (RFC 5737) and not logged in, would be refused. `r` itself is left as it was.
bool is_restricted(request_rec* r);

}  // namespace sso::httpd
