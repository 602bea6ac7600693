// Which virtual host of one configuration each of httpd's servers has under its ServerName.
#pragma once

#include <unordered_map>

#include "core/rules/policy.hpp"
#include "mod_sso/httpd.hpp"

namespace sso::httpd {

/// Immutable, safe from any thread; lives no longer than httpd's configuration and the policy.
class ServerHosts {
  public:
    ServerHosts(const server_rec* main_server, const rules::Policy& policy) {
        for (const server_rec* server = main_server; server != nullptr; server = server->next) {
            if (server->server_hostname == nullptr) continue;
            if (const auto* host = policy.find_host(server->server_hostname)) hosts_.emplace(server, host);
        }
    }

    /// Null for a server that has none.
    [[nodiscard]] const rules::HostPolicy* find(const server_rec* server) const noexcept {
        const auto found = hosts_.find(server);
        return found == hosts_.end() ? nullptr : found->second;
    }

  private:
    std::unordered_map<const server_rec*, const rules::HostPolicy*> hosts_;
};

}  // namespace sso::httpd
