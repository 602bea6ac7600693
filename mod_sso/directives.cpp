#include "mod_sso/directives.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "core/base/text.hpp"
#include "core/config/document.hpp"

namespace sso::httpd {
namespace {

constexpr int kLeastTimeoutMs = 10;
constexpr int kMostTimeoutMs = 60'000;
constexpr int kMostTtlSeconds = 600;
constexpr int kMostLeaseSeconds = 3'600;
constexpr std::chrono::seconds kLease{30};
constexpr std::chrono::seconds kCacheTtl{1};
constexpr apr_int64_t kMostEntries = 10'000'000;
constexpr apr_int64_t kMostBytes = apr_int64_t{64} << 30;

/// Runs the body of a directive. What it throws becomes the message that httpd prints.
template <class Body>
const char* guarded_directive(cmd_parms* cmd, Body&& body) noexcept {
    try {
        // RSRC_CONF and ACCESS_CONF keep directives out of .htaccess already; AllowOverrideList must not let them in
        if (const char* refused = ap_check_cmd_context(cmd, NOT_IN_HTACCESS | NOT_IN_LIMIT)) return refused;
        return std::forward<Body>(body)();
    } catch (const std::exception& e) {
        return apr_pstrcat(cmd->pool, "SSO0001: ", cmd->cmd->name, ": ", e.what(), nullptr);
    } catch (...) {
        return "SSO0002: unknown exception in an SSO directive";
    }
}

ServerSettings& own_settings(server_rec* server) noexcept {
    return *static_cast<ServerSettings*>(ap_get_module_config(server->module_config, &sso_module));
}

/// Reads a whole number into `into`. @return what is wrong with it, or null
template <class Number>
const char* read_number(cmd_parms* cmd, std::string_view text, const char* of, Number least, Number most,
                        Number& into) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most) {
        return apr_psprintf(cmd->pool,
                            "%s: \"%s\" is not a number of %s from %" APR_INT64_T_FMT " to %" APR_INT64_T_FMT,
                            cmd->cmd->name, text.data(), of, apr_int64_t{least}, apr_int64_t{most});
    }
    into = value;
    return nullptr;
}

Switch to_switch(int flag) noexcept {
    return flag != 0 ? Switch::on : Switch::off;
}

extern "C" {
static const char* sso_config(cmd_parms* cmd, void*, const char* uri) noexcept {
    return guarded_directive(cmd, [&]() -> const char* {
        if (const char* refused = ap_check_cmd_context(cmd, GLOBAL_ONLY)) return refused;
        const auto source = config::open_source(uri);  // opens nothing: says whether we know such a place
        if (!source) return apr_pstrcat(cmd->pool, "SSOConfig: ", source.error().detail.c_str(), nullptr);
        own_settings(cmd->server).config_uri = uri;
        return nullptr;
    });
}

static const char* sso_engine(cmd_parms* cmd, void* place, const char* word) noexcept {
    return guarded_directive(cmd, [&]() -> const char* {
        Switch engine = Switch::unset;
        if (equal_ignoring_case(word, "On")) engine = Switch::on;
        if (equal_ignoring_case(word, "Off")) engine = Switch::off;
        if (equal_ignoring_case(word, "DetectionOnly")) engine = Switch::detection_only;
        if (engine == Switch::unset) return "SSOEngine must be On, Off or DetectionOnly";
        static_cast<PlaceSettings*>(place)->engine = engine;
        if (engine != Switch::detection_only) note_presence(cmd);
        return nullptr;
    });
}

static const char* sso_rule(cmd_parms* cmd, void* place, const char* match, const char* allow,
                            const char* level) noexcept {
    return guarded_directive(
        cmd, [&] { return add_rule(cmd, static_cast<PlaceSettings*>(place)->rules, match, allow, level); });
}

static const char* sso_default(cmd_parms* cmd, void* place, const char* allow) noexcept {
    return guarded_directive(cmd, [&] { return set_default(cmd, static_cast<PlaceSettings*>(place)->rules, allow); });
}

static const char* sso_header(cmd_parms* cmd, void* place, const char* name, const char* value,
                              const char* optional) noexcept {
    return guarded_directive(
        cmd, [&] { return add_header(cmd, static_cast<PlaceSettings*>(place)->headers, name, value, optional); });
}

static const char* sso_virtual_host(cmd_parms* cmd, void*, const char* name) noexcept {
    return guarded_directive(cmd, [&]() -> const char* {
        if (const char* refused = ap_check_cmd_context(cmd, NOT_IN_DIR_CONTEXT)) return refused;
        own_settings(cmd->server).virtual_host = pool_copy(cmd->pool, to_lower(name));
        return nullptr;
    });
}

static const char* sso_store_timeout(cmd_parms* cmd, void*, const char* text) noexcept {
    return guarded_directive(cmd, [&]() -> const char* {
        if (const char* refused = ap_check_cmd_context(cmd, GLOBAL_ONLY)) return refused;
        return read_number(cmd, text, "milliseconds", kLeastTimeoutMs, kMostTimeoutMs,
                           own_settings(cmd->server).store_timeout_ms);
    });
}

static const char* sso_cache_ttl(cmd_parms* cmd, void*, const char* text) noexcept {
    return guarded_directive(cmd, [&]() -> const char* {
        if (const char* refused = ap_check_cmd_context(cmd, NOT_IN_DIR_CONTEXT)) return refused;
        return read_number(cmd, text, "seconds", 0, kMostTtlSeconds, own_settings(cmd->server).cache_ttl_seconds);
    });
}

static const char* sso_lease(cmd_parms* cmd, void*, const char* text) noexcept {
    return guarded_directive(cmd, [&]() -> const char* {
        if (const char* refused = ap_check_cmd_context(cmd, NOT_IN_DIR_CONTEXT)) return refused;
        return read_number(cmd, text, "seconds", 0, kMostLeaseSeconds, own_settings(cmd->server).lease_seconds);
    });
}

static const char* sso_local_cache(cmd_parms* cmd, void*, const char* entries, const char* bytes) noexcept {
    return guarded_directive(cmd, [&]() -> const char* {
        if (const char* refused = ap_check_cmd_context(cmd, GLOBAL_ONLY)) return refused;
        auto& settings = own_settings(cmd->server);
        if (const char* wrong =
                read_number(cmd, entries, "sessions", apr_int64_t{0}, kMostEntries, settings.local_entries)) {
            return wrong;
        }
        if (bytes == nullptr) return nullptr;
        const auto size = parse_size(bytes);
        if (!size || *size > kMostBytes) {
            return apr_psprintf(cmd->pool, "SSOLocalCache: \"%s\" is no size, as 8388608, 8192k or 8M, up to 64G",
                                bytes);
        }
        settings.local_bytes = *size;
        return nullptr;
    });
}

static const char* sso_cache(cmd_parms* cmd, void*, const char* text) noexcept {
    return guarded_directive(cmd, [&]() -> const char* {
        if (const char* refused = ap_check_cmd_context(cmd, GLOBAL_ONLY)) return refused;
        return choose_shared_cache(cmd, text, own_settings(cmd->server).shared_cache);
    });
}

static const char* sso_trusted_proxy(cmd_parms* cmd, void*, const char* text) noexcept {
    return guarded_directive(cmd, [&]() -> const char* {
        if (const char* refused = ap_check_cmd_context(cmd, NOT_IN_DIR_CONTEXT)) return refused;
        char* address = apr_pstrdup(cmd->temp_pool, text);
        char* bits = std::strchr(address, '/');
        if (bits != nullptr) *bits++ = '\0';
        apr_ipsubnet_t* subnet = nullptr;
        if (apr_ipsubnet_create(&subnet, address, bits, cmd->pool) != APR_SUCCESS) {
            return apr_psprintf(cmd->pool,
                                "SSOTrustedProxy: \"%s\" is neither an address nor a network as 192.0.2.0/24", text);
        }
        auto& settings = own_settings(cmd->server);
        auto* proxies = settings.trusted_proxies == nullptr ? apr_array_make(cmd->pool, 4, sizeof(apr_ipsubnet_t*))
                                                            : apr_array_copy(cmd->pool, settings.trusted_proxies);
        *static_cast<apr_ipsubnet_t**>(apr_array_push(proxies)) = subnet;
        settings.trusted_proxies = proxies;
        return nullptr;
    });
}

static const char* sso_recheck(cmd_parms* cmd, void* place, int flag) noexcept {
    return guarded_directive(cmd, [&]() -> const char* {
        static_cast<PlaceSettings*>(place)->recheck = to_switch(flag);
        return nullptr;
    });
}

static const char* sso_environment(cmd_parms* cmd, void* place, int flag) noexcept {
    return guarded_directive(cmd, [&]() -> const char* {
        static_cast<PlaceSettings*>(place)->environment = to_switch(flag);
        return nullptr;
    });
}
}

constexpr int kServer = RSRC_CONF;
constexpr int kServerOrPlace = RSRC_CONF | ACCESS_CONF;

}  // namespace

const command_rec kDirectives[] = {
    AP_INIT_TAKE1("SSOConfig", sso_config, nullptr, kServer,
                  "where the configuration lives: file:/etc/mod_sso/sso.toml"),
    AP_INIT_TAKE1("SSOEngine", sso_engine, nullptr, kServerOrPlace,
                  "On: protect what is below; DetectionOnly: log what would be decided"),
    AP_INIT_TAKE1("SSOVirtualHost", sso_virtual_host, nullptr, kServer, "use the rules of this name"),
    AP_INIT_TAKE1("SSOStoreTimeout", sso_store_timeout, nullptr, kServer,
                  "connect and reply time-out toward the session store, in milliseconds"),
    AP_INIT_ITERATE("SSOTrustedProxy", sso_trusted_proxy, nullptr, kServer,
                    "addresses and networks of proxies whose description of a request sso-auth believes"),
    AP_INIT_TAKE1("SSOCache", sso_cache, nullptr, kServer,
                  "the cache that httpd's processes share: a socache provider, as shmcb:8M; or Off"),
    AP_INIT_TAKE12("SSOLocalCache", sso_local_cache, nullptr, kServer,
                   "how many sessions, and bytes of them, each process keeps at hand: ENTRIES [BYTES]"),
    AP_INIT_TAKE1("SSOCacheTTL", sso_cache_ttl, nullptr, kServer,
                  "seconds that a cached session may serve with a store that cannot say what has ended"),
    AP_INIT_TAKE1("SSOLease", sso_lease, nullptr, kServer,
                  "seconds that cached sessions serve after the last word from the store"),
    AP_INIT_FLAG("SSORecheck", sso_recheck, nullptr, kServerOrPlace, "On: decide again on internal redirects"),
    AP_INIT_FLAG("SSOEnvironment", sso_environment, nullptr, kServerOrPlace,
                 "On: SSO_VERDICT, SSO_RULE and SSO_USER stand in the environment of programs, too"),
    AP_INIT_TAKE23("SSORule", sso_rule, nullptr, kServerOrPlace,
                   "a pattern on the path, whom it lets in, and level=N if it asks for one"),
    AP_INIT_TAKE1("SSODefault", sso_default, nullptr, kServerOrPlace,
                  "whom the place lets in where no SSORule matches"),
    AP_INIT_TAKE23("SSOHeader", sso_header, nullptr, kServerOrPlace,
                   "a header for the application, its value, and optional if it is left out when empty"),
    {},
};

std::optional<apr_int64_t> parse_size(std::string_view text) noexcept {
    apr_int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || value < 0 || value > kMostBytes) return std::nullopt;
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (unit.empty()) return value;
    if (equal_ignoring_case(unit, "k")) return value << 10;
    if (equal_ignoring_case(unit, "m")) return value << 20;
    if (equal_ignoring_case(unit, "g") && value <= kMostBytes >> 30) return value << 30;
    return std::nullopt;
}

void note_presence(cmd_parms* cmd) noexcept {
    // httpd makes a server's settings when it meets a directive of ours in it, and a Require is none
    void* settings = ap_get_module_config(cmd->server->module_config, &sso_module);
    if (settings == nullptr) {
        settings = create_server_settings(cmd->pool, cmd->server);
        ap_set_module_config(cmd->server->module_config, &sso_module, settings);
    }
    static_cast<ServerSettings*>(settings)->engine_stands = true;
}

const ServerSettings& settings_of(const server_rec* server) noexcept {
    return *static_cast<const ServerSettings*>(ap_get_module_config(server->module_config, &sso_module));
}

const PlaceSettings& place_of(const request_rec* r) noexcept {
    return *static_cast<const PlaceSettings*>(ap_get_module_config(r->per_dir_config, &sso_module));
}

std::chrono::seconds lease_of(const ServerSettings& settings) noexcept {
    return settings.lease_seconds >= 0 ? std::chrono::seconds(settings.lease_seconds) : kLease;
}

std::chrono::seconds cache_ttl_of(const ServerSettings& settings) noexcept {
    return settings.cache_ttl_seconds >= 0 ? std::chrono::seconds(settings.cache_ttl_seconds) : kCacheTtl;
}

bool is_used(const server_rec* main_server) noexcept {
    if (settings_of(main_server).config_uri != nullptr) return true;
    for (const server_rec* server = main_server; server != nullptr; server = server->next) {
        if (settings_of(server).engine_stands) return true;
    }
    return false;
}

std::chrono::seconds longest_lease(const server_rec* main_server) noexcept {
    std::chrono::seconds longest{0};
    for (const server_rec* server = main_server; server != nullptr; server = server->next) {
        longest = std::max(longest, lease_of(settings_of(server)));
    }
    return longest;
}

void* create_server_settings(apr_pool_t* pool, server_rec*) noexcept {
    return ::new (apr_palloc(pool, sizeof(ServerSettings))) ServerSettings{};
}

void* merge_server_settings(apr_pool_t* pool, void* base_settings, void* added_settings) noexcept {
    const auto& base = *static_cast<const ServerSettings*>(base_settings);
    const auto& added = *static_cast<const ServerSettings*>(added_settings);
    return ::new (apr_palloc(pool, sizeof(ServerSettings))) ServerSettings{
        .config_uri = added.config_uri != nullptr ? added.config_uri : base.config_uri,
        .virtual_host = added.virtual_host,  // the main server's name is nobody else's
        .trusted_proxies = added.trusted_proxies != nullptr ? added.trusted_proxies : base.trusted_proxies,
        .store_timeout_ms = added.store_timeout_ms != 0 ? added.store_timeout_ms : base.store_timeout_ms,
        .shared_cache = added.shared_cache != nullptr ? added.shared_cache : base.shared_cache,
        .local_entries = added.local_entries >= 0 ? added.local_entries : base.local_entries,
        .local_bytes = added.local_bytes >= 0 ? added.local_bytes : base.local_bytes,
        .cache_ttl_seconds = added.cache_ttl_seconds >= 0 ? added.cache_ttl_seconds : base.cache_ttl_seconds,
        .lease_seconds = added.lease_seconds >= 0 ? added.lease_seconds : base.lease_seconds,
        .engine_stands = base.engine_stands || added.engine_stands,
    };
}

void* create_place_settings(apr_pool_t* pool, char*) noexcept {
    return ::new (apr_palloc(pool, sizeof(PlaceSettings))) PlaceSettings{};
}

void* merge_place_settings(apr_pool_t* pool, void* base_settings, void* added_settings) noexcept {
    const auto& base = *static_cast<const PlaceSettings*>(base_settings);
    const auto& added = *static_cast<const PlaceSettings*>(added_settings);
    const auto inherit = [](Switch outer, Switch inner) { return inner == Switch::unset ? outer : inner; };
    return ::new (apr_palloc(pool, sizeof(PlaceSettings))) PlaceSettings{
        .engine = inherit(base.engine, added.engine),
        .recheck = inherit(base.recheck, added.recheck),
        .environment = inherit(base.environment, added.environment),
        .rules = added.rules != nullptr ? added.rules : base.rules,
        .headers = added.headers != nullptr ? added.headers : base.headers,
    };
}

}  // namespace sso::httpd
