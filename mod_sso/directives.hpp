// The SSO directives: what the administrator wrote in httpd's configuration, merged by httpd for each server and place.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "mod_sso/httpd.hpp"
#include "mod_sso/place_rules.hpp"
#include "mod_sso/shared_cache.hpp"

namespace sso::httpd {

/// A directive that may be written On, Off, or not at all; SSOEngine has a third word, DetectionOnly.
enum class Switch : unsigned char { unset, off, on, detection_only };

/// What stands in a server (main or virtual host). Plain memory of the configuration's pool.
struct ServerSettings {
    const char* config_uri;                     ///< SSOConfig; null: not written
    const char* virtual_host;                   ///< SSOVirtualHost, lower case; null: not written
    const apr_array_header_t* trusted_proxies;  ///< SSOTrustedProxy, of apr_ipsubnet_t*; null: not written
    int store_timeout_ms;                       ///< SSOStoreTimeout; 0: not written, the configuration's holds
    const SharedCacheChoice* shared_cache;      ///< SSOCache; null: not written
    apr_int64_t local_entries = -1;             ///< SSOLocalCache's first word; -1: not written
    apr_int64_t local_bytes = -1;               ///< its second; -1: not written
    int cache_ttl_seconds = -1;                 ///< SSOCacheTTL; -1: not written
    int lease_seconds = -1;                     ///< SSOLease; -1: not written
    bool engine_stands;  ///< SSOEngine On or Off, or a Require sso, is written somewhere in this server
};

/// What holds at a place: a directory, a location, or a server's own level.
struct PlaceSettings {
    Switch engine;        ///< SSOEngine
    Switch recheck;       ///< SSORecheck
    Switch environment;   ///< SSOEnvironment; unset: as `note_variables` found
    PlaceRules* rules;    ///< SSORule and SSODefault; null: none, the virtual host's hold
    PlaceRules* headers;  ///< SSOHeader, likewise
};

/// "8388608", "8192k", "8M", "1G" as bytes; nothing for what is no size.
std::optional<apr_int64_t> parse_size(std::string_view text) noexcept;

/// Says that something of ours protects a place of the server that a directive stands in, so that its requests are
/// looked at from their beginning.
void note_presence(cmd_parms* cmd) noexcept;

const ServerSettings& settings_of(const server_rec* server) noexcept;
const PlaceSettings& place_of(const request_rec* r) noexcept;

/// How long cached sessions serve in this server after the last word of the store.
std::chrono::seconds lease_of(const ServerSettings& settings) noexcept;
/// How long they serve after the store was asked, with a store that cannot say what has ended.
std::chrono::seconds cache_ttl_of(const ServerSettings& settings) noexcept;
/// Whether the main server or any other names a configuration or has something protected.
bool is_used(const server_rec* main_server) noexcept;
/// The longest lease of all servers'.
std::chrono::seconds longest_lease(const server_rec* main_server) noexcept;

// for the module record
void* create_server_settings(apr_pool_t* pool, server_rec* server) noexcept;
void* merge_server_settings(apr_pool_t* pool, void* base, void* added) noexcept;
void* create_place_settings(apr_pool_t* pool, char* place) noexcept;
void* merge_place_settings(apr_pool_t* pool, void* base, void* added) noexcept;
extern const command_rec kDirectives[];

}  // namespace sso::httpd
