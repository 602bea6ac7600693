// L2: sealed sessions that the processes of a host share, kept by one of httpd's own small-object caches (ap_socache).
#pragma once

#include "core/session/record_cache.hpp"
#include "mod_sso/httpd.hpp"

namespace sso::httpd {

/// What SSOCache chooses. Plain memory of the configuration's pool.
struct SharedCacheChoice {
    const ap_socache_provider_t* provider;  ///< null: Off
    ap_socache_instance_t* instance;        ///< the provider's, not yet ready for use
};

/// SSOCache: PROVIDER, PROVIDER:ARGUMENTS or Off. @return what is wrong, or null
const char* choose_shared_cache(cmd_parms* cmd, const char* text, const SharedCacheChoice*& into);

/// pre_config: names the lock, so that the directive Mutex can speak of it.
void register_shared_cache(apr_pool_t* pconf) noexcept;
/// post_config, in the parent: makes what was chosen, or the default. Whatever fails, httpd starts, and there is none.
void prepare_shared_cache(apr_pool_t* pconf, server_rec* main_server);
/// child_init: the child's hold on the lock.
void start_shared_cache(server_rec* main_server) noexcept;

/// Null: there is none. After `start_shared_cache`; lives as long as the configuration's pool, which is to the end of a
/// child's process.
session::RecordCache* shared_cache() noexcept;
/// Whether it is kept in a server, which may not answer: httpd's providers wait for those without end.
bool is_shared_cache_a_server() noexcept;

}  // namespace sso::httpd
