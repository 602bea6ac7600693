// The directory: who is this, is the password theirs, what is known of them (libldap, RFC 4511).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/authn/filter.hpp"
#include "core/base/attributes.hpp"
#include "core/base/log.hpp"
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

/// One connection at a time, made when needed, made anew when it broke; servers are tried in order, and the one that
/// answered serves until it does not. Callable from one thread at a time. Every call is bounded by
/// `authentication.ldap.timeout`, which the servers share; only the lookup of a server's name in the DNS has the
/// system's own bounds.
class Directory {
  public:
    /// Reads the service account's password file; asks no server. Call it before the program has threads: it sets an
    /// environment variable, so that libldap takes no setting from elsewhere.
    /// @return `refused` or `not_found`, naming the file; `invalid`, naming the setting
    static Result<std::unique_ptr<Directory>> open(const config::LdapSettings& settings,
                                                   const std::vector<config::ExportedVariable>& exported,
                                                   LogSink log = {});
    virtual ~Directory() = default;

    /// Search with the service account, bind as what was found on a connection of its own, read the attributes. An
    /// empty password never binds (RFC 4513 §5.1.2), nor does one with a NUL.
    /// @return `refused` alike for an unknown name, several entries and a wrong password: the difference is in the log
    ///         (SSO0302, SSO0303) alone; `unavailable` when no server answered; `invalid` for a name that no account
    ///         can have; `limit` for an entry larger than we read
    virtual Result<Person> authenticate(std::string_view user, const Secret& password) = 0;
    /// The same without a password, for explain and refresh. @return `not_found`, also for several entries
    virtual Result<Person> find(std::string_view user) = 0;
    /// Whether the person's entry matches an RFC 4515 filter. @return `not_found` when the entry is gone; `invalid`
    virtual Result<bool> matches(const Person& person, std::string_view filter) = 0;
};

/// The longest login name that is looked up, and the longest password that is sent.
inline constexpr std::size_t kUserBytes = 256;
inline constexpr std::size_t kPasswordBytes = 4'096;

}  // namespace sso::authn
