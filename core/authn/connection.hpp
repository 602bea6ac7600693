// One connection to one LDAP server (libldap, protocol 3), of which every step ends by a deadline. For this room alone.
#pragma once

#include <ldap.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/secret.hpp"

namespace sso::authn {

using Deadline = std::chrono::steady_clock::time_point;

struct Entry {
    std::string dn;
    std::vector<std::pair<std::string, std::vector<std::string>>> attributes;  ///< as the server spells and orders them
};

struct SearchRequest {
    std::string base;
    enum class Scope { entry, subtree } scope = Scope::subtree;
    std::string filter;                   ///< checked: `check_filter`
    std::vector<std::string> attributes;  ///< at least one
    std::size_t most = 2;                 ///< entries; more are not read
};

enum class Encryption { none, start_tls, ldaps };

class Connection {
  public:
    struct Options {
        Encryption encryption = Encryption::none;
        std::string ca_file;  ///< empty: the system's authorities
    };

    /// libldap reads ldap.conf, $LDAPRC and ~/.ldaprc at its first use, and any of these could switch the check of
    /// certificates off or add an authority. What counts for us stands in our own configuration. Sets an environment
    /// variable the first time it is called; `open` calls it too.
    static void forbid_foreign_settings();

    /// Connects, and encrypts where asked: the server's certificate must be valid and bear the host of `uri`.
    /// @param uri  one ldap:// or ldaps:// server
    /// @return `unavailable`, naming the server and what failed
    static Result<Connection> open(const std::string& uri, const Options& options, Deadline deadline);

    /// Simple bind (RFC 4513 §5.1). An empty password is never sent: a server may answer it with success (§5.1.2).
    /// @return `refused` when the server says that these credentials do not do; `unavailable` for every other end
    Status bind(const std::string& dn, const Secret& password, Deadline deadline);

    /// At most `request.most` entries. Referrals are not followed.
    /// @return `not_found` when there is no such base, `limit` for an entry beyond our bounds, `unavailable` otherwise
    Result<std::vector<Entry>> search(const SearchRequest& request, Deadline deadline);

  private:
    struct Unbind {
        void operator()(LDAP* handle) const noexcept;
    };
    struct FreeMessage {
        void operator()(LDAPMessage* message) const noexcept;
    };
    using Message = std::unique_ptr<LDAPMessage, FreeMessage>;

    /// What libldap calls between connecting and encrypting; it must outlive the handle.
    struct Handshake;
    struct DeleteHandshake {
        void operator()(Handshake* handshake) const noexcept;
    };

    Connection(std::string uri, LDAP* handle) : uri_(std::move(uri)), handle_(handle) {}

    Status configure(const Options& options, Deadline deadline);
    Status connect(const Options& options, Deadline deadline);
    Status start_tls(const Options& options, Deadline deadline);
    [[nodiscard]] Result<Message> next_message(int id, Deadline deadline);
    /// The result code of a final message, and what the server said about it.
    std::pair<int, std::string> read_outcome(LDAPMessage* message);
    Result<Entry> read_entry(LDAPMessage* message);
    [[nodiscard]] tl::unexpected<Error> failed(ErrorCode code, std::string_view step, int ldap_code,
                                               std::string_view said = {}) const;
    [[nodiscard]] tl::unexpected<Error> handshake_failed(const Options& options) const;
    [[nodiscard]] std::string diagnostic() const;

    std::string uri_;
    std::unique_ptr<Handshake, DeleteHandshake> handshake_;
    std::unique_ptr<LDAP, Unbind> handle_;
};

}  // namespace sso::authn
