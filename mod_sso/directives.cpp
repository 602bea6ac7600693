#include "mod_sso/directives.hpp"

#include <charconv>
#include <cstring>

#include "core/base/text.hpp"
#include "core/config/document.hpp"

namespace sso::httpd {
namespace {

constexpr int kLeastTimeoutMs = 10;
constexpr int kMostTimeoutMs = 60'000;

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

static const char* sso_engine(cmd_parms* cmd, void* place, int flag) noexcept {
    return guarded_directive(cmd, [&]() -> const char* {
        static_cast<PlaceSettings*>(place)->engine = to_switch(flag);
        own_settings(cmd->server).engine_stands = true;
        return nullptr;
    });
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
        const std::string_view digits = text;
        int value = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error != std::errc{} || end != digits.data() + digits.size() || value < kLeastTimeoutMs ||
            value > kMostTimeoutMs) {
            return apr_psprintf(cmd->pool, "SSOStoreTimeout: \"%s\" is not a number of milliseconds from %d to %d",
                                text, kLeastTimeoutMs, kMostTimeoutMs);
        }
        own_settings(cmd->server).store_timeout_ms = value;
        return nullptr;
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
}

constexpr int kServer = RSRC_CONF;
constexpr int kServerOrPlace = RSRC_CONF | ACCESS_CONF;

}  // namespace

const command_rec kDirectives[] = {
    AP_INIT_TAKE1("SSOConfig", sso_config, nullptr, kServer,
                  "where the configuration lives: file:/etc/mod_sso/sso.toml"),
    AP_INIT_FLAG("SSOEngine", sso_engine, nullptr, kServerOrPlace, "On: protect what is below"),
    AP_INIT_TAKE1("SSOVirtualHost", sso_virtual_host, nullptr, kServer, "use the rules of this name"),
    AP_INIT_TAKE1("SSOStoreTimeout", sso_store_timeout, nullptr, kServer,
                  "connect and reply time-out toward the session store, in milliseconds"),
    AP_INIT_ITERATE("SSOTrustedProxy", sso_trusted_proxy, nullptr, kServer,
                    "addresses and networks of proxies whose description of a request sso-auth believes"),
    AP_INIT_FLAG("SSORecheck", sso_recheck, nullptr, kServerOrPlace, "On: decide again on internal redirects"),
    {},
};

const ServerSettings& settings_of(const server_rec* server) noexcept {
    return *static_cast<const ServerSettings*>(ap_get_module_config(server->module_config, &sso_module));
}

const PlaceSettings& place_of(const request_rec* r) noexcept {
    return *static_cast<const PlaceSettings*>(ap_get_module_config(r->per_dir_config, &sso_module));
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
    };
}

}  // namespace sso::httpd
