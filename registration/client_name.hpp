// Which machine asks: its address, and the name that a table or the DNS gives that address.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/network.hpp"
#include "core/base/result.hpp"
#include "core/config/settings.hpp"

namespace sso::registration {

/// SSH_CONNECTION: the two ends of the connection, as sshd writes it.
struct SshConnection {
    Address client;
    std::uint16_t client_port = 0;
    Address server;
    /// Exactly four fields: two numeric addresses, each before a port from 1 to 65535. @return `invalid`
    static Result<SshConnection> parse(std::string_view text);
};

struct ClientName {
    std::string host;   ///< short, in lower case
    std::string alias;  ///< where BackupPC reaches it: the full name, or the address itself
};

/// The lines `address-or-range name` of a hosts table; '#' begins a comment.
class HostsTable {
  public:
    /// @return `invalid`, naming the line: not an address and a name, or an address that stands there twice
    static Result<HostsTable> parse(std::string_view text);
    /// The name of the narrowest range that holds the address.
    [[nodiscard]] std::optional<std::string> find(const Address& address) const;
    [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }

  private:
    struct Row {
        Network network;
        std::string name;
    };
    std::vector<Row> rows_;
};

/// What the DNS is asked. Each answers `unavailable` when no server did; no names is an empty list.
struct Resolver {
    std::function<Result<std::vector<std::string>>(const Address&)> names_of;      ///< PTR
    std::function<Result<std::vector<Address>>(const std::string&)> addresses_of;  ///< A and AAAA
};
/// The servers of /etc/resolv.conf, five seconds at most for all questions of one process.
Resolver system_resolver();

/// A full name's first part when it ends in one of the suffixes.
std::optional<std::string> short_name(std::string_view name, const std::vector<std::string>& suffixes);

/// @return `not_found` when the address has no name that counts (none, several, not confirmed, reserved, an address
/// from
///         where nobody registers); `unavailable` when the DNS does not answer; `invalid` for a bad table
Result<ClientName> name_client(const SshConnection& connection, const config::RegistrationSettings& settings,
                               const Resolver& resolver);

}  // namespace sso::registration
