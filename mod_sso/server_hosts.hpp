// Which virtual host of one configuration each of httpd's servers has under its ServerName, unless SSOVirtualHost says.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/rules/policy.hpp"
#include "mod_sso/directives.hpp"
#include "mod_sso/httpd.hpp"

namespace sso::httpd {

/// Immutable, safe from any thread; lives no longer than httpd's configuration and the policy. Finding costs a few
/// instructions, as every request does it.
class ServerHosts {
  public:
    ServerHosts(const server_rec* main_server, const rules::Policy& policy) {
        std::vector<Entry> known;
        for (const server_rec* server = main_server; server != nullptr; server = server->next) {
            // where SSOVirtualHost is written, that names the virtual host
            if (server->server_hostname == nullptr || settings_of(server).virtual_host != nullptr) continue;
            if (const auto* host = policy.find_host(server->server_hostname)) {
                known.push_back({server, host, server->server_hostname});
            }
        }
        const std::size_t places = std::bit_ceil(2 * known.size() + 2);  // half of them stay empty
        shift_ = 64U - static_cast<unsigned>(std::countr_zero(places));
        entries_.resize(places);
        for (const Entry& entry : known) entries_[place_of(entry.server)] = entry;
    }

    struct Entry {
        const server_rec* server = nullptr;
        const rules::HostPolicy* host = nullptr;  ///< null: the server has none
        std::string_view name;                    ///< ServerName
    };
    [[nodiscard]] const Entry& find(const server_rec* server) const noexcept { return entries_[place_of(server)]; }

  private:
    /// Where the server is, or an empty place.
    [[nodiscard]] std::size_t place_of(const server_rec* server) const noexcept {
        constexpr std::uint64_t kOdd = 0x9E37'79B9'7F4A'7C15;
        std::size_t place = (reinterpret_cast<std::uintptr_t>(server) * kOdd) >> shift_;
        while (entries_[place].server != nullptr && entries_[place].server != server) {
            place = (place + 1) & (entries_.size() - 1);
        }
        return place;
    }

    std::vector<Entry> entries_;
    unsigned shift_ = 0;
};

}  // namespace sso::httpd
