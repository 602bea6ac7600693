// What a session knows of a login by password, beside the directory's attributes. For the portal, which makes such
// sessions, and for those who tell what one would hold.
#pragma once

#include <string_view>

#include "core/authn/directory.hpp"
#include "core/base/attributes.hpp"
#include "core/base/clock.hpp"

namespace sso::authn {

/// A password was given and was right, or would be.
struct PasswordLogin {
    SysSeconds time;
    std::string_view address;  ///< the client's
    int level = 2;             ///< what `authentication.ldap.level` says
};

/// The person's attributes with the names that rules know of a login (reference: sessions.md §3): `_user`, `_auth`,
/// `_utime`, `ipAddr`, `authenticationLevel` and the like. Macros and groups are not among them.
Attributes login_attributes(const Person& person, const PasswordLogin& login);

}  // namespace sso::authn
