// mod_sso as a part of httpd's own authorisation blocks: AuthType SSO with Require sso EXPRESSION and
// Require sso-group NAME….
#pragma once

#include "mod_sso/httpd.hpp"

namespace sso::httpd {

/// post_perdir_config: where AuthType SSO holds, r->user is whom the session is of, before httpd looks at any Require,
/// and the identity headers are set. Strangers are left to `authenticate`. @return DECLINED, or why nobody can be let
/// in
int recognise(request_rec* r);

/// check_authn: sends a stranger to the portal, where AuthType SSO holds. @return DECLINED for another AuthType
int authenticate(request_rec* r);

/// For register_hooks: makes the two kinds of Require known to httpd.
void register_requirements(apr_pool_t* pool) noexcept;

}  // namespace sso::httpd
