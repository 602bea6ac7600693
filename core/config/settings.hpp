// Everything an administrator can say in sso.toml, as types. The table in settings_table.cpp drives parsing,
// ranges, defaults, the reference page and the manager's forms. Knows what a setting is, not what a rule means.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/diagnostic.hpp"
#include "core/expr/limits.hpp"
#include "core/http/url.hpp"

namespace sso::config {

/// Text with the place it was written at, for errors that only a later room can find (expressions, patterns).
struct Located {
    std::string text;
    Location where;       ///< of the opening quote
    bool on_line = false; /*!< written on one line between single quotes or without escapes: byte N of the text stands
                               where the file shows it */

    /// The place of a byte of the text: exact when `on_line`, else that of the text.
    [[nodiscard]] Location at(std::size_t offset) const noexcept;
};

/// A name and an expression; macros and groups keep their written order.
struct NamedExpression {
    std::string name;
    Located expression;
    Location where;
};

struct PortalSettings {
    http::Url url;                             ///< where browsers reach the portal
    std::vector<std::string> trusted_domains;  ///< further exact hosts a return address may name
};

enum class SameSite { lax, strict, none };

struct CookieSettings {
    std::string name;     ///< default: __Secure-sso when the portal is https, else sso
    std::string domain;   ///< ".example.com"; empty: the portal's host alone
    bool secure = false;  ///< default: the portal is https
    SameSite same_site = SameSite::lax;
    std::optional<std::chrono::seconds> max_age;  ///< absent: until the browser closes
};

struct SecuritySettings {
    std::string key_file = "/etc/mod_sso/key";
};

struct SessionSettings {
    std::string store = "lmdb:/var/lib/mod_sso/sessions";
    std::string store_password_file;  ///< empty: the store asks for none
    std::string store_ca_file;        ///< for rediss://; empty: the system's authorities
    std::chrono::milliseconds store_timeout{500};
    std::chrono::seconds lifetime{std::chrono::hours{20}};
    std::chrono::seconds idle_timeout{std::chrono::hours{1}};
    Located what_to_trace{"$uid", {}, false};
    Located custom_to_trace;  ///< a second name for logs, as REMOTE_CUSTOM; empty: none
};

struct HandlerSettings {
    bool maintenance = false;  ///< of every virtual host that does not say otherwise
    std::chrono::seconds maintenance_retry_after{std::chrono::minutes{5}};
    std::optional<http::Url> portal_url;  ///< where the module itself reaches the portal; absent: portal.url
    std::string portal_ca_file;           ///< for an https one; empty: the system's authorities
    std::chrono::milliseconds portal_timeout{std::chrono::seconds{5}};
    std::chrono::seconds basic_cache{std::chrono::minutes{5}};  ///< how long a password is believed
};

struct LdapSettings {
    std::vector<std::string> uri;
    std::string base;
    std::string bind_dn;
    std::string bind_password_file;
    std::string user_filter = "(&(objectClass=person)(uid=$user))";  ///< $user: the login typed, escaped
    std::string user_attribute = "uid";                              ///< names the person: sessions' `_user`
    std::chrono::milliseconds timeout{std::chrono::seconds{5}};
    bool start_tls = false;
    std::string ca_file;
    int level = 2;  ///< authenticationLevel of a session that a password has opened
};

struct AuthenticationSettings {
    std::vector<std::string> backends{"ldap"};
    LdapSettings ldap;

    /// The highest authenticationLevel that a way of logging in gives.
    [[nodiscard]] int highest_level() const noexcept;
};

/// Who may do what in the manager: rules, asked about somebody whom mod_sso has let in.
struct ManagerRoles {
    Located read{"deny", {}, false};      ///< see the configuration and the sessions
    Located sessions{"deny", {}, false};  ///< of those: end sessions
    Located change{"deny", {}, false};    ///< of those: publish versions
};

struct ManagerSettings {
    ManagerRoles roles;
};

/// `name = attribute`: what the session calls it, what the directory calls it.
struct ExportedVariable {
    std::string name;
    std::string attribute;
};

struct RuleSettings {
    Located match;             ///< regular expression on the path
    Located allow;             ///< keyword or expression
    std::optional<int> level;  ///< authenticationLevel that is asked for; absent: the virtual host's
    std::string comment;
};

struct HeaderSettings {
    std::string name;
    Located expression;
    Location where;
    bool optional = false;  ///< not sent at all where the value is empty
};

enum class EncodedSlashes { refuse, keep };

struct VirtualHostSettings {
    std::string name;                  ///< lower case; may be a wildcard
    Location where;                    ///< of the name, in its first table
    std::vector<std::string> aliases;  ///< lower case; further names of the same host
    std::optional<http::Url> url;      ///< as the browser sees it; default: the portal's scheme and port
    std::string title;                 ///< in the portal's menu; default: the name
    std::vector<RuleSettings> rules;
    Located default_rule{"accept", {}, false};
    std::optional<int> level;         ///< authenticationLevel that its rules ask for where they say nothing
    std::optional<bool> maintenance;  ///< absent: as everywhere
    std::optional<std::vector<HeaderSettings>> headers;  ///< absent: Auth-User = $uid, as in the seed
    EncodedSlashes encoded_slashes = EncodedSlashes::refuse;
    bool basic_login = false;     ///< programs log in with Authorization: Basic
    bool cross_domain = false;    ///< outside the cookie's domain: sessions come by one-time tickets
    bool service_tokens = false;  ///< applications call it with X-LLNG-TOKEN
    std::chrono::seconds service_token_lifetime{30};
    std::vector<std::string> service_headers;  ///< that a service token may bring along

    /// Whether a session may come in another way than by its cookie.
    [[nodiscard]] bool has_other_ways() const noexcept { return basic_login || cross_domain || service_tokens; }
};

/// The headers that the host's application gets: those that are written, else the seed's default.
std::vector<HeaderSettings> headers_of(const VirtualHostSettings& host);

enum class KeyType { ed25519, rsa };

/// Registration of machines over ssh: what sso-register goes by, and the portal's page of machines.
struct RegistrationSettings {
    std::optional<http::Url> url;  ///< BackupPC's pages; absent: machines cannot be registered
    std::string account = "backuppc";
    std::string state_folder = "/var/lib/mod_sso-registration";
    std::string backuppc_folder = "/etc/backuppc";
    std::string reload_program = "/usr/share/backuppc/bin/BackupPC_serverMesg";  ///< empty: BackupPC is not told
    std::vector<std::string> operating_systems{"linux", "mac", "windows"};
    std::string hosts_table;                ///< empty: machines are named by the DNS
    std::vector<std::string> dns_suffixes;  ///< with a dot in front
    std::vector<std::string> refused_addresses;
    bool local_clients = false;
    std::vector<std::string> confirm;  ///< ranges from where the owner must accept first
    std::chrono::seconds pending_lifetime{std::chrono::hours{7 * 24}};
    std::vector<std::string> reserved_logons;
    int hosts_per_logon = 10;
    std::string bind_dn;             ///< empty: as authentication.ldap
    std::string bind_password_file;  ///< of `bind_dn`
    KeyType key_type = KeyType::ed25519;
    std::string client_user = "bckpciuem";
    std::vector<std::string> shares{"/home", "/etc"};
    std::string limit_per_address = "5/10min";
    std::string limit_per_logon = "5/1h";
    std::string limit_total = "60/1min";
    std::string authorized_keys = "/etc/ssh/registration/backuppc";
    std::vector<std::string> register_from;  ///< ranges from where the register key is good; empty: anywhere
    std::string sweep_trigger = "/run/mod_sso/sweep";
};

/// How often something may happen: "5/10min".
struct Rate {
    std::uint32_t most = 0;
    std::chrono::seconds window{0};
    static std::optional<Rate> parse(std::string_view text);
};

/// What one expression may cost, as expr::Limits has it.
struct ExpressionSettings {
    int source_length = static_cast<int>(expr::Limits{}.source_bytes);
    int nesting = static_cast<int>(expr::Limits{}.nesting);
    int steps = static_cast<int>(expr::Limits{}.steps);
    int text_length = static_cast<int>(expr::Limits{}.string_bytes);
    int list_items = static_cast<int>(expr::Limits{}.list_items);
    int memory = static_cast<int>(expr::Limits{}.memory_bytes);
    int subject_length = static_cast<int>(expr::Limits{}.subject_bytes);
    int match_limit = static_cast<int>(expr::Limits{}.regex_match);

    [[nodiscard]] expr::Limits limits() const noexcept;
};

/// The whole configuration. `virtual_hosts` are in written order; names and aliases are unique among them all.
struct Settings {
    PortalSettings portal;
    CookieSettings cookie;
    SecuritySettings security;
    SessionSettings session;
    AuthenticationSettings authentication;
    HandlerSettings handler;
    ManagerSettings manager;
    RegistrationSettings registration;
    ExpressionSettings expressions;
    std::vector<ExportedVariable> exported_variables;
    std::vector<NamedExpression> macros;
    std::vector<NamedExpression> groups;
    std::vector<VirtualHostSettings> virtual_hosts;

    [[nodiscard]] const VirtualHostSettings* find_virtual_host(std::string_view name) const noexcept;
    /// The address at which browsers reach `host`: its `url`, else the portal's scheme and port.
    [[nodiscard]] http::Url url_of(const VirtualHostSettings& host) const;
    /// The same where it is asked for as `name`: an alias of it, or what its wildcard stands for.
    [[nodiscard]] http::Url url_of(const VirtualHostSettings& host, std::string_view name) const;
    /// Whether `url` is an address of `host`: its own, an alias's, or, within the session cookie's reach, one that its
    /// wildcard stands for.
    [[nodiscard]] bool is_address_of(const http::Url& url, const VirtualHostSettings& host) const;
};

/// A parsed configuration, and what was remarked (warnings) or wrong (errors: then no settings).
struct ParseOutcome {
    std::optional<Settings> settings;
    std::optional<Settings> draft;  ///< beside errors: what could be read, to look for further mistakes in it
    Diagnostics diagnostics;
};

/// The bounds of a configuration's text.
inline constexpr std::size_t kTextLimit = 4'194'304;

/// Reads TOML. Every mistake is reported, except that a syntax error hides those behind it. Bounded: kTextLimit.
/// @param origin  the file's name as it shall stand in messages
ParseOutcome parse_settings(std::string_view toml, std::string_view origin);

/// The settings table as Markdown: docs/settings.md.
std::string settings_reference();

}  // namespace sso::config
