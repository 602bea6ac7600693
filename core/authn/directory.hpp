// The directory: who is this, is the password theirs, what is known of them (libldap, RFC 4511).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/attributes.hpp"
#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "core/config/settings.hpp"

namespace sso::authn {

/// A person as the directory knows them.
struct Person {
    std::string dn;
    std::string user;       ///< the value of `user_attribute`, as the directory spells it
    Attributes attributes;  ///< exported variables under their own names; several values joined by "; "; and `_dn`
};

/// One connection at a time, made when needed, made anew when it broke; servers are tried in order. Callable from one
/// thread at a time. Every call is bounded by `authentication.ldap.timeout`.
class Directory {
  public:
    /// Reads the service account's password file. @return `refused` or `not_found`, naming the file
    static Result<std::unique_ptr<Directory>> open(const config::LdapSettings& settings,
                                                   const std::vector<config::ExportedVariable>& exported);
    virtual ~Directory() = default;

    /// Search with the service account, bind as what was found, read the attributes. An empty password never binds
    /// (RFC 4513 §5.1.2).
    /// @return `refused` alike for an unknown name, several entries and a wrong password; `unavailable` when no server
    ///         answered; `invalid` for a name that no account can have
    virtual Result<Person> authenticate(std::string_view user, const Secret& password) = 0;
    /// The same without a password, for explain and refresh. @return `not_found`
    virtual Result<Person> find(std::string_view user) = 0;
    /// Whether the person's entry matches an RFC 4515 filter.
    virtual Result<bool> matches(const Person& person, std::string_view filter) = 0;
};

std::string escape_filter(std::string_view value);  ///< RFC 4515 §3
std::string escape_dn(std::string_view value);      ///< RFC 4514 §2.4

}  // namespace sso::authn
