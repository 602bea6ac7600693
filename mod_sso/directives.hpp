// The SSO directives: what the administrator wrote in httpd's configuration, merged by httpd for each server and place.
#pragma once

#include "mod_sso/httpd.hpp"

namespace sso::httpd {

/// A directive that may be written On, Off, or not at all.
enum class Switch : unsigned char { unset, off, on };

/// What stands in a server (main or virtual host). Plain memory of the configuration's pool.
struct ServerSettings {
    const char* config_uri;                     ///< SSOConfig; null: not written
    const char* virtual_host;                   ///< SSOVirtualHost, lower case; null: not written
    const apr_array_header_t* trusted_proxies;  ///< SSOTrustedProxy, of apr_ipsubnet_t*; null: not written
    int store_timeout_ms;                       ///< SSOStoreTimeout; 0: not written, the configuration's holds
    bool engine_stands;                         ///< SSOEngine is written somewhere in this server, whatever it says
};

/// What holds at a place: a directory, a location, or a server's own level.
struct PlaceSettings {
    Switch engine;   ///< SSOEngine
    Switch recheck;  ///< SSORecheck
};

const ServerSettings& settings_of(const server_rec* server) noexcept;
const PlaceSettings& place_of(const request_rec* r) noexcept;

// for the module record
void* create_server_settings(apr_pool_t* pool, server_rec* server) noexcept;
void* merge_server_settings(apr_pool_t* pool, void* base, void* added) noexcept;
void* create_place_settings(apr_pool_t* pool, char* place) noexcept;
void* merge_place_settings(apr_pool_t* pool, void* base, void* added) noexcept;
extern const command_rec kDirectives[];

}  // namespace sso::httpd
