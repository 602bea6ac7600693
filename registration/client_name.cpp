#include "registration/client_name.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/text.hpp"
#include "core/config/names.hpp"
#include "core/config/private_file.hpp"
#include "registration/host_config.hpp"
#include "registration/registry.hpp"

namespace sso::registration {
namespace {

constexpr std::size_t kTableBytes = 16U << 20U;
constexpr std::size_t kMostNames = 4;

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (problem != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

tl::unexpected<Error> nameless(const Address& address, std::string_view why) {
    return fail(ErrorCode::not_found, address.text() + ": " + std::string(why));
}

Status check_address(const SshConnection& connection, const config::RegistrationSettings& settings) {
    const Address& client = connection.client;
    if (client.is_of_no_host()) return nameless(client, "is of no single machine");
    if (!settings.local_clients && (client.is_loopback() || client == connection.server)) {
        return nameless(client, "is the server's own; registration.local_clients allows it");
    }
    for (const std::string& text : settings.refused_addresses) {
        const auto network = Network::parse(text);
        if (network && network->contains(client)) return nameless(client, "is among registration.refused_addresses");
    }
    return {};
}

Result<ClientName> from_table(const Address& address, const config::RegistrationSettings& settings) {
    const auto text = config::read_file(settings.hosts_table, kTableBytes);
    if (!text) return fail(ErrorCode::invalid, "registration.hosts_table: " + text.error().detail);
    const auto table = HostsTable::parse(*text);
    if (!table) return fail(ErrorCode::invalid, printable(settings.hosts_table) + ": " + table.error().detail);
    const auto name = table->find(address);
    if (!name) return nameless(address, "is not in the hosts table");
    const auto host = short_name(*name, settings.dns_suffixes);
    // a name without a suffix of ours is a short name; BackupPC then reaches the machine by its address
    if (!host) return ClientName{to_lower(*name), address.text()};
    return ClientName{*host, to_lower(*name)};
}

Result<ClientName> from_dns(const Address& address, const config::RegistrationSettings& settings,
                            const Resolver& resolver) {
    const auto names = resolver.names_of(address);
    if (!names) return error_of(names);
    std::vector<ClientName> confirmed;
    for (std::size_t i = 0; i < std::min(names->size(), kMostNames); ++i) {
        const std::string name = to_lower((*names)[i]);
        const auto host = config::check_host_name(name) ? std::nullopt : short_name(name, settings.dns_suffixes);
        if (!host) continue;
        const auto addresses = resolver.addresses_of(name);
        if (!addresses) return error_of(addresses);
        const bool leads_back = std::find(addresses->begin(), addresses->end(), address) != addresses->end();
        if (leads_back) confirmed.push_back({*host, name});
    }
    if (confirmed.empty()) return nameless(address, "has no name that leads back to it");
    if (confirmed.size() > 1) return nameless(address, "has several names");
    return confirmed.front();
}

}  // namespace

Result<SshConnection> SshConnection::parse(std::string_view text) {
    const auto fields = split(text, ' ');
    if (fields.size() == 4) {
        const auto client = Address::parse(fields[0]);
        const auto client_port = parse_port(fields[1]);
        const auto server = Address::parse(fields[2]);
        if (client && client_port && server && parse_port(fields[3])) {
            return SshConnection{*client, *client_port, *server};
        }
    }
    return fail(ErrorCode::invalid, "SSH_CONNECTION is not as sshd writes it: sso-register is started by sshd alone");
}

Result<HostsTable> HostsTable::parse(std::string_view text) {
    HostsTable table;
    std::size_t number = 0;
    for (std::string_view line : split(text, '\n')) {
        ++number;
        const auto wrong = [number](std::string_view what) {
            return fail(ErrorCode::invalid, "line " + std::to_string(number) + ": " + std::string(what));
        };
        line = trim(line.substr(0, line.find('#')));
        if (line.ends_with('\r')) line = trim(line.substr(0, line.size() - 1));
        if (line.empty()) continue;
        const auto blank = line.find_first_of(" \t");
        const auto network = Network::parse(line.substr(0, blank));
        const std::string_view name = blank == line.npos ? "" : trim(line.substr(blank));
        if (!network) return wrong("does not begin with an address or a range of addresses");
        if (config::check_host_name(name)) return wrong("has no machine's name behind the address");
        const bool again = std::any_of(table.rows_.begin(), table.rows_.end(),
                                       [&](const Row& row) { return row.network == *network; });
        if (again) return wrong("names an address that an earlier line names");
        table.rows_.push_back({*network, std::string(name)});
    }
    return table;
}

std::optional<std::string> HostsTable::find(const Address& address) const {
    const Row* best = nullptr;
    for (const Row& row : rows_) {
        if (!row.network.contains(address)) continue;
        if (best == nullptr || row.network.length() > best->network.length()) best = &row;
    }
    return best == nullptr ? std::nullopt : std::optional(best->name);
}

std::optional<std::string> short_name(std::string_view name, const std::vector<std::string>& suffixes) {
    const std::string lower = to_lower(name);
    for (const std::string& suffix : suffixes) {
        if (!lower.ends_with(suffix)) continue;
        std::string host = lower.substr(0, lower.size() - suffix.size());
        if (is_host_name(host)) return host;
    }
    return std::nullopt;
}

Result<ClientName> name_client(const SshConnection& connection, const config::RegistrationSettings& settings,
                               const Resolver& resolver) {
    if (const auto good = check_address(connection, settings); !good) return error_of(good);
    auto named = settings.hosts_table.empty() ? from_dns(connection.client, settings, resolver)
                                              : from_table(connection.client, settings);
    if (!named) return named;
    if (!is_host_name(named->host))
        return nameless(connection.client, "has a name that cannot be a host's in BackupPC");
    if (is_reserved_host(named->host))
        return nameless(connection.client, "has a name that is reserved: " + named->host);
    return named;
}

}  // namespace sso::registration
