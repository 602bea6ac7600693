// httpd's headers, their macros tamed, and the few words for crossing between httpd's pools and C++. The one file that
// includes httpd; for every file of this room that deals with a request_rec.
#pragma once

// before httpd.h, which forbids strtoul by a macro that <cstdlib> does not survive
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

// C++20 has what this asks for: command tables then hold typed functions
#define AP_HAVE_DESIGNATED_INITIALIZER
#include <ap_config.h>
#include <ap_listen.h>
#include <ap_mpm.h>
#include <ap_provider.h>
#include <ap_socache.h>
#include <apr_global_mutex.h>
#include <apr_hash.h>
#include <apr_network_io.h>
#include <apr_pools.h>
#include <apr_strings.h>
#include <apr_tables.h>
#include <apr_thread_proc.h>
#include <http_config.h>
#include <http_core.h>
#include <http_log.h>
#include <http_main.h>
#include <http_protocol.h>
#include <http_request.h>
#include <httpd.h>
#include <mod_auth.h>
#include <mpm_common.h>
#include <util_filter.h>
#include <util_mutex.h>
#undef strtoul

extern "C" module AP_MODULE_DECLARE_DATA sso_module;
APLOG_USE_MODULE(sso);

namespace sso::httpd {

inline constexpr int kOk = OK;
inline constexpr int kDeclined = DECLINED;
inline constexpr int kDone = DONE;
#undef OK
#undef DECLINED
#undef DONE

/// Builds a T that dies with `pool`. The pool owns it; keep the reference no longer than the pool.
template <class T, class... Args>
T& pool_new(apr_pool_t* pool, Args&&... args) {
    static_assert(alignof(T) <= 8, "APR pools align to 8 bytes (APR_ALIGN_DEFAULT)");
    void* const memory = apr_palloc(pool, sizeof(T));
    T* object = nullptr;
    if constexpr (sizeof...(Args) == 0) {
        object = ::new (memory) T;  // with "T()" all of it would be zeroed first
    } else {
        object = ::new (memory) T(std::forward<Args>(args)...);
    }
    if constexpr (!std::is_trivially_destructible_v<T>) {
        auto destroy = [](void* p) -> apr_status_t {
            static_cast<T*>(p)->~T();
            return APR_SUCCESS;
        };
        apr_pool_cleanup_register(pool, object, destroy, apr_pool_cleanup_null);
    }
    return *object;
}

/// The text with a NUL at its end, living as long as `pool`.
inline const char* pool_copy(apr_pool_t* pool, std::string_view text) {
    return apr_pstrmemdup(pool, text.data(), text.size());
}

/// What sets names in the table from now on, each once: apr_table_setn, or what costs less where nothing stands in it.
inline auto setter_of(const apr_table_t* table) noexcept {
    return apr_is_empty_table(table) != 0 ? apr_table_addn : apr_table_setn;
}
inline void set_first(apr_table_t* table, const char* name, const char* value) noexcept {
    setter_of(table)(table, name, value);
}

/// A C string of httpd's as a view; null is empty.
inline std::string_view view(const char* text) noexcept {
    return text == nullptr ? std::string_view{} : text;
}

/// Runs the body of one hook. Whatever it throws becomes a log line and a 500. Never DECLINED: that would tell httpd to
/// go on and serve the page. (The body itself answers DECLINED for allow.)
template <class Body>
int guarded(request_rec* r, const char* hook, Body&& body) noexcept {
    try {
        return std::forward<Body>(body)();
    } catch (const std::exception& e) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "SSO0001: %s: %s", hook, e.what());
    } catch (...) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "SSO0002: %s: unknown exception", hook);
    }
    return HTTP_INTERNAL_SERVER_ERROR;
}

}  // namespace sso::httpd
