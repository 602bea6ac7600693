// A request_rec as the rules see it, and what no rule may be asked about.
#pragma once

#include <cstring>
#include <string_view>

#include "core/config/settings.hpp"
#include "core/rules/decision.hpp"
#include "core/rules/policy.hpp"
#include "core/rules/spellings.hpp"
#include "mod_sso/configuration.hpp"
#include "mod_sso/httpd.hpp"

namespace sso::httpd {

/// Views into `r`. Allocates nothing.
rules::RequestView view_of(request_rec* r) noexcept;

/// The request target as the client sent it: path and query, without the scheme and host of an absolute form.
std::string_view raw_target(const request_rec* r) noexcept;

/// Whether `path`, that of `r`, is one in which nothing was decoded or taken out and which every application reads
/// alike: almost every path is. It has no flaw, and no further spelling.
bool is_ordinary_path(const request_rec* r, std::string_view path) noexcept;

/// Why no rule may be asked about this request ("control byte in path"), or nothing. Allocates nothing.
std::string_view flaw_of(const request_rec* r, config::EncodedSlashes encoded_slashes) noexcept;

/// How the application that `r` goes to may read the path on.
rules::Reader reader_of(const request_rec* r, config::EncodedSlashes encoded_slashes) noexcept;

/// A virtual host of the configuration, and the name that a request came to it by.
struct MatchedHost {
    const rules::HostPolicy* policy;  ///< null: none is configured
    std::string_view name;            ///< its own, an alias, or what its wildcard stands for

    [[nodiscard]] const config::VirtualHostSettings& settings() const noexcept { return policy->settings(); }
};

/// The virtual host whose rules hold: SSOVirtualHost; else the Host name, if it is configured and the server that httpd
/// matched bears it; else ServerName. Of an SSOVirtualHost that is a wildcard the Host name must be one that it stands
/// for. Of a request that another proxy describes, the Host name.
MatchedHost find_host_by_all_names(const request_rec* r, const Live& live, bool is_described);

/// The same at less cost, as the Host name is ServerName as a rule.
inline MatchedHost find_host(const request_rec* r, const Live& live, bool is_described = false) {
    const auto& known = live.server_hosts.find(r->server);
    if (known.host != nullptr && r->hostname != nullptr && std::strcmp(r->hostname, known.name.data()) == 0 &&
        !is_described) {
        return {known.host, known.name};
    }
    return find_host_by_all_names(r, live, is_described);
}

/// Whether a script asks, which has no use for a login page.
bool is_script(const request_rec* r);

}  // namespace sso::httpd
