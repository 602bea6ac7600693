// A session whose attributes an administrator has called stale: they are read from the directory again, what follows
// from them is computed again, and the browser keeps its cookie. Nobody is asked for a password.
#pragma once

#include <optional>

#include "core/session/session.hpp"
#include "portal/site.hpp"

namespace sso::portal {

/// Reads the person anew and puts the session in the place of the old one, under the same cookie. When the login began,
/// how they proved who they are, and what the directory does not say stays as it was. A session that no login has made
/// (`ssoctl session create`) has nothing to be read anew, and serves on.
/// @return nothing when the directory no longer has the person: the session has ended; `unavailable` when it or the
/// store
///         does not answer, and then the session stays stale
Result<std::optional<session::Session>> refresh(Site& site, const session::SessionCookie& cookie,
                                                session::Session session, SysSeconds now);

}  // namespace sso::portal
