#include "core/config/settings_table.hpp"

namespace sso::config {
namespace {

using namespace std::chrono_literals;

constexpr std::array kPortalFields{
    Field<PortalSettings>{.name = "url",
                          .member = &PortalSettings::url,
                          .kind = "URL",
                          .help = "Where browsers reach the portal.",
                          .presence = Presence::required},
    Field<PortalSettings>{.name = "trusted_domains",
                          .member = &PortalSettings::trusted_domains,
                          .kind = "list of host names",
                          .help = "Further exact hosts to which a person may be sent back after login; only https or "
                                  "the portal's scheme, on the scheme's own port.",
                          .check = check_host_name},
};

constexpr std::array kCookieFields{
    Field<CookieSettings>{.name = "name",
                          .member = &CookieSettings::name,
                          .kind = "cookie name",
                          .help = "The session cookie's name.",
                          .check = check_cookie_name,
                          .default_text = "`__Secure-sso` when the cookie is secure, else `sso`"},
    Field<CookieSettings>{.name = "domain",
                          .member = &CookieSettings::domain,
                          .kind = "domain",
                          .help =
                              "The domain that the portal and all virtual hosts have in common, as in .example.com. "
                              "Empty: the portal's host alone.",
                          .check = check_cookie_domain},
    Field<CookieSettings>{.name = "secure",
                          .member = &CookieSettings::secure,
                          .kind = "boolean",
                          .help = "Whether the cookie travels over https only.",
                          .default_text = "true when the portal is https"},
    Field<CookieSettings>{.name = "same_site",
                          .member = &CookieSettings::same_site,
                          .kind = "word",
                          .help = "From which sites a request brings the cookie along (SameSite)."},
    Field<CookieSettings>{.name = "max_age",
                          .member = &CookieSettings::max_age,
                          .kind = "duration",
                          .help = "How long the browser keeps the cookie.",
                          .range = {1min, 8'760h},
                          .default_text = "until the browser closes"},
};

constexpr std::array kSecurityFields{
    Field<SecuritySettings>{.name = "key_file",
                            .member = &SecuritySettings::key_file,
                            .kind = "file",
                            .help = "The site key: one line of 64 hexadecimal digits, a second one during a rotation. "
                                    "Not readable by everybody. `ssoctl key new` makes one.",
                            .check = check_path},
};

constexpr std::array kSessionFields{
    Field<SessionSettings>{.name = "store",
                           .member = &SessionSettings::store,
                           .kind = "store URI",
                           .help = "Where sessions are kept: `lmdb:FOLDER` on this machine, `redis://HOST[:PORT]` for "
                                   "several.",
                           .check = check_store_uri},
    Field<SessionSettings>{.name = "store_password_file",
                           .member = &SessionSettings::store_password_file,
                           .kind = "file",
                           .help = "Holds the store's password.",
                           .check = check_path},
    Field<SessionSettings>{.name = "store_ca_file",
                           .member = &SessionSettings::store_ca_file,
                           .kind = "file",
                           .help = "The certificate authorities that vouch for a rediss:// store. Empty: the system's.",
                           .check = check_path},
    Field<SessionSettings>{.name = "store_timeout",
                           .member = &SessionSettings::store_timeout,
                           .kind = "duration",
                           .help = "How long to wait for the store to connect and to answer. In httpd, "
                                   "`SSOStoreTimeout` takes its place.",
                           .range = {10ms, 30s}},
    Field<SessionSettings>{.name = "lifetime",
                           .member = &SessionSettings::lifetime,
                           .kind = "duration",
                           .help = "Time after authentication at which a session ends, used or not.",
                           .range = {5min, 168h}},
    Field<SessionSettings>{.name = "idle_timeout",
                           .member = &SessionSettings::idle_timeout,
                           .kind = "duration",
                           .help = "Time without a request after which a session ends.",
                           .range = {1min, 24h}},
    Field<SessionSettings>{.name = "what_to_trace",
                           .member = &SessionSettings::what_to_trace,
                           .kind = "expression",
                           .help = "The name that logs show and applications get as REMOTE_USER."},
    Field<SessionSettings>{.name = "custom_to_trace",
                           .member = &SessionSettings::custom_to_trace,
                           .kind = "expression",
                           .help = "A second name for logs: httpd gets it as the environment variable REMOTE_CUSTOM, "
                                   "`%{REMOTE_CUSTOM}e` in a log format."},
};

/// Levels as LemonLDAP::NG's sites use them go from 0 to 5 or so.
constexpr NumberRange kLevels{0, 99};

constexpr std::array kAuthenticationFields{
    Field<AuthenticationSettings>{.name = "backends",
                                  .member = &AuthenticationSettings::backends,
                                  .kind = "list of words",
                                  .help = "Ways to log in, tried in order: `ldap`.",
                                  .check = check_backend},
};
constexpr std::array<std::string_view, 1> kAuthenticationTables{"ldap"};

constexpr std::array kLdapFields{
    Field<LdapSettings>{.name = "uri",
                        .member = &LdapSettings::uri,
                        .kind = "list of LDAP URIs",
                        .help = "The directory's servers, tried in order.",
                        .check = check_ldap_uri,
                        .default_text = "none; required with the backend `ldap`"},
    Field<LdapSettings>{.name = "base",
                        .member = &LdapSettings::base,
                        .kind = "DN",
                        .help = "Below which entry people are searched for.",
                        .default_text = "none; required with the backend `ldap`"},
    Field<LdapSettings>{.name = "bind_dn",
                        .member = &LdapSettings::bind_dn,
                        .kind = "DN",
                        .help = "The account that searches. Empty: anonymously."},
    Field<LdapSettings>{.name = "bind_password_file",
                        .member = &LdapSettings::bind_password_file,
                        .kind = "file",
                        .help = "Holds that account's password; read by the portal alone.",
                        .check = check_path},
    Field<LdapSettings>{.name = "user_filter",
                        .member = &LdapSettings::user_filter,
                        .kind = "LDAP filter",
                        .help = "Finds a person; `$user` is the name that was typed, escaped.",
                        .check = check_user_filter},
    Field<LdapSettings>{.name = "user_attribute",
                        .member = &LdapSettings::user_attribute,
                        .kind = "attribute",
                        .help = "The attribute that names a person; sessions keep it as `_user`.",
                        .check = check_attribute},
    Field<LdapSettings>{.name = "timeout",
                        .member = &LdapSettings::timeout,
                        .kind = "duration",
                        .help = "How long to wait for the directory.",
                        .range = {100ms, 60s}},
    Field<LdapSettings>{.name = "start_tls",
                        .member = &LdapSettings::start_tls,
                        .kind = "boolean",
                        .help = "Whether an ldap:// connection is encrypted by StartTLS before anything is said."},
    Field<LdapSettings>{.name = "ca_file",
                        .member = &LdapSettings::ca_file,
                        .kind = "file",
                        .help = "The certificate authorities that vouch for the directory. Empty: the system's.",
                        .check = check_path},
    Field<LdapSettings>{.name = "level",
                        .member = &LdapSettings::level,
                        .kind = "whole number",
                        .help = "The authentication level, `$authenticationLevel`, of a session that a password of the "
                                "directory has opened.",
                        .numbers = kLevels},
};

constexpr std::array kHandlerFields{
    Field<HandlerSettings>{.name = "maintenance",
                           .member = &HandlerSettings::maintenance,
                           .kind = "boolean",
                           .help = "Whether every virtual host that does not say otherwise answers 503 and a page that "
                                   "asks for patience."},
    Field<HandlerSettings>{.name = "maintenance_retry_after",
                           .member = &HandlerSettings::maintenance_retry_after,
                           .kind = "duration",
                           .help = "When browsers and scripts are told to come back (Retry-After).",
                           .range = {1s, 24h}},
    Field<HandlerSettings>{.name = "portal_url",
                           .member = &HandlerSettings::portal_url,
                           .kind = "URL",
                           .help = "Where the Apache module itself reaches the portal, to ask about a name and a "
                                   "password (`basic_login`): an internal address, say. The portal is asked under the "
                                   "host name of `portal.url` all the same.",
                           .default_text = "`portal.url`"},
    Field<HandlerSettings>{.name = "portal_ca_file",
                           .member = &HandlerSettings::portal_ca_file,
                           .kind = "file",
                           .help = "The authorities, in PEM form, of which one must have signed the portal's "
                                   "certificate, when the module asks it over https. Empty: the system's.",
                           .check = check_path},
    Field<HandlerSettings>{.name = "portal_timeout",
                           .member = &HandlerSettings::portal_timeout,
                           .kind = "duration",
                           .help = "How long the module waits for the portal's word on a name and a password. It takes "
                                   "the time of the directory; then the answer is 503.",
                           .range = {100ms, 1min}},
    Field<HandlerSettings>{.name = "basic_cache",
                           .member = &HandlerSettings::basic_cache,
                           .kind = "duration",
                           .help = "How long a name and a password that were right are taken to be right again, while "
                                   "their session lives. A password that was changed is good for so long.",
                           .range = {1s, 1h}},
};

constexpr std::array<std::string_view, 1> kManagerTables{"roles"};

constexpr std::array kManagerRoleFields{
    Field<ManagerRoles>{.name = "read",
                        .member = &ManagerRoles::read,
                        .kind = "rule",
                        .help = "Who may see the configuration and the sessions: accept (whoever the manager's virtual "
                                "host lets in), deny, or an expression, as in `$groups =~ /\\badministrators\\b/`."},
    Field<ManagerRoles>{.name = "sessions",
                        .member = &ManagerRoles::sessions,
                        .kind = "rule",
                        .help = "Who of those may end sessions."},
    Field<ManagerRoles>{.name = "change",
                        .member = &ManagerRoles::change,
                        .kind = "rule",
                        .help = "Who of those may publish versions of the configuration, this table included."},
};

constexpr std::array kExpressionFields{
    Field<ExpressionSettings>{.name = "source_length",
                              .member = &ExpressionSettings::source_length,
                              .kind = "bytes",
                              .help = "The longest text of an expression or a pattern.",
                              .numbers = {256, 65536}},
    Field<ExpressionSettings>{.name = "nesting",
                              .member = &ExpressionSettings::nesting,
                              .kind = "number",
                              .help = "How deep parentheses, brackets and operators may stand within each other.",
                              .numbers = {10, 200}},
    Field<ExpressionSettings>{.name = "steps",
                              .member = &ExpressionSettings::steps,
                              .kind = "number",
                              .help = "How much one evaluation may do: operations, items of lists, pieces of 64 bytes.",
                              .numbers = {1000, 10000000}},
    Field<ExpressionSettings>{.name = "text_length",
                              .member = &ExpressionSettings::text_length,
                              .kind = "bytes",
                              .help = "The longest text that an expression may make.",
                              .numbers = {1024, 1048576}},
    Field<ExpressionSettings>{.name = "list_items",
                              .member = &ExpressionSettings::list_items,
                              .kind = "number",
                              .help = "The most items that a list may have.",
                              .numbers = {100, 100000}},
    Field<ExpressionSettings>{.name = "memory",
                              .member = &ExpressionSettings::memory,
                              .kind = "bytes",
                              .help = "What all values of one evaluation may take.",
                              .numbers = {65536, 67108864}},
    Field<ExpressionSettings>{.name = "subject_length",
                              .member = &ExpressionSettings::subject_length,
                              .kind = "bytes",
                              .help = "The longest text, and the longest address, that a pattern is tried on.",
                              .numbers = {1024, 1048576}},
    Field<ExpressionSettings>{.name = "match_limit",
                              .member = &ExpressionSettings::match_limit,
                              .kind = "number",
                              .help = "How hard a pattern may try to match (PCRE2's match limit).",
                              .numbers = {1000, 10000000}},
};

constexpr std::array kVirtualHostFields{
    Field<VirtualHostSettings>{.name = "url",
                               .member = &VirtualHostSettings::url,
                               .kind = "URL",
                               .help = "The application's address as the browser sees it.",
                               .default_text = "the virtual host's name with the portal's scheme and port"},
    Field<VirtualHostSettings>{.name = "aliases",
                               .member = &VirtualHostSettings::aliases,
                               .kind = "list of host names",
                               .help = "Further names of the host, with the same rules. Browsers reach it under each "
                                       "with the scheme and port of `url`.",
                               .check = check_host_name},
    Field<VirtualHostSettings>{.name = "title",
                               .member = &VirtualHostSettings::title,
                               .kind = "text",
                               .help = "The application's name in the portal's menu.",
                               .default_text = "the virtual host's name"},
    Field<VirtualHostSettings>{.name = "default",
                               .member = &VirtualHostSettings::default_rule,
                               .kind = "rule",
                               .help = "What holds where no rule matches, written as in `allow` of a rule."},
    Field<VirtualHostSettings>{.name = "level",
                               .member = &VirtualHostSettings::level,
                               .kind = "whole number",
                               .help = "The authentication level that a session must have for whatever rule says "
                                       "nothing else. Below it, people log in again with something stronger.",
                               .numbers = kLevels},
    Field<VirtualHostSettings>{.name = "maintenance",
                               .member = &VirtualHostSettings::maintenance,
                               .kind = "boolean",
                               .help = "Whether the host answers 503 and a page that asks for patience.",
                               .default_text = "as `handler.maintenance`"},
    Field<VirtualHostSettings>{.name = "encoded_slashes",
                               .member = &VirtualHostSettings::encoded_slashes,
                               .kind = "word",
                               .help =
                                   "What happens to a request whose path holds %2F or %5C: refused, or kept, and then "
                                   "both spellings must pass the rules."},
    Field<VirtualHostSettings>{.name = "basic_login",
                               .member = &VirtualHostSettings::basic_login,
                               .kind = "boolean",
                               .help = "Whether programs may log in here with a name and a password in each request "
                                       "(Authorization: Basic). The application does not see them."},
    Field<VirtualHostSettings>{.name = "cross_domain",
                               .member = &VirtualHostSettings::cross_domain,
                               .kind = "boolean",
                               .help = "Whether the host is outside the session cookie's domain. After the login the "
                                       "portal hands the session over by a ticket that is good once, for a minute, in "
                                       "the browser that was sent to log in."},
    Field<VirtualHostSettings>{.name = "service_tokens",
                               .member = &VirtualHostSettings::service_tokens,
                               .kind = "boolean",
                               .help = "Whether another application may call this one in somebody's name, with a "
                                       "header X-LLNG-TOKEN that `token($_session_id, 'HOST', …)` has made."},
    Field<VirtualHostSettings>{.name = "service_token_lifetime",
                               .member = &VirtualHostSettings::service_token_lifetime,
                               .kind = "duration",
                               .help = "How old such a token may be.",
                               .range = {1s, 1h}},
    Field<VirtualHostSettings>{.name = "service_headers",
                               .member = &VirtualHostSettings::service_headers,
                               .kind = "list of header names",
                               .help = "Headers that such a token may bring along, as in `token($_session_id, 'HOST', "
                                       "'X-Scope=read')`. No client can set them otherwise.",
                               .check = check_header_name},
};
constexpr std::array<std::string_view, 2> kVirtualHostTables{"rules", "headers"};

constexpr std::array kRuleFields{
    Field<RuleSettings>{.name = "match",
                        .member = &RuleSettings::match,
                        .kind = "regular expression",
                        .help = "Which paths the rule is for. It is searched anywhere in the decoded path unless "
                                "anchored, and never sees the query.",
                        .presence = Presence::required},
    Field<RuleSettings>{.name = "allow",
                        .member = &RuleSettings::allow,
                        .kind = "rule",
                        .help = "accept, deny, unprotect, skip or an expression; or logout_sso, logout_app or "
                                "logout_app_sso, each with the address to go to then, which else is the portal's.",
                        .presence = Presence::required},
    Field<RuleSettings>{.name = "level",
                        .member = &RuleSettings::level,
                        .kind = "whole number",
                        .help = "The authentication level that a session must have.",
                        .numbers = kLevels,
                        .default_text = "the virtual host's `level`"},
    Field<RuleSettings>{.name = "comment",
                        .member = &RuleSettings::comment,
                        .kind = "text",
                        .help = "A remark for those who read it later."},
};

constexpr std::array kHeaderFields{
    Field<HeaderSettings>{.name = "value",
                          .member = &HeaderSettings::expression,
                          .kind = "text with an expression",
                          .help = "The header's value.",
                          .presence = Presence::required},
    Field<HeaderSettings>{.name = "optional",
                          .member = &HeaderSettings::optional,
                          .kind = "boolean",
                          .help = "Whether the header is left out where its value is empty. Else the application gets "
                                  "an empty header."},
};

}  // namespace

constinit const Section<PortalSettings> kPortal{"portal", "The place where people log in.", kPortalFields};
constinit const Section<CookieSettings> kCookie{"cookie", "The session cookie.", kCookieFields};
constinit const Section<SecuritySettings> kSecurity{"security", "What seals and signs.", kSecurityFields};
constinit const Section<SessionSettings> kSession{"session", "How long a login holds, and where it is kept.",
                                                  kSessionFields};
constinit const Section<AuthenticationSettings> kAuthentication{"authentication", "How people log in.",
                                                                kAuthenticationFields, kAuthenticationTables};
constinit const Section<LdapSettings> kLdap{"authentication.ldap", "The directory.", kLdapFields};
constinit const Section<ManagerSettings> kManager{
    "manager", "The pages and the REST of the manager.", {}, kManagerTables};
constinit const Section<ManagerRoles> kManagerRoles{
    "manager.roles",
    "Who may do what in the manager. Each is a rule about what a login would give the person now: exported variables, "
    "macros, groups; `$ip` is the address that the request comes from. Without this table the manager shows nothing "
    "and "
    "takes nothing, whoever its virtual host lets in; a rule that fails gives nothing, either. `ssoctl` does not ask "
    "it.",
    kManagerRoleFields};
constinit const Section<HandlerSettings> kHandler{"handler", "What the Apache module does on every virtual host.",
                                                  kHandlerFields};
constinit const Section<ExpressionSettings> kExpressions{
    "expressions",
    "How much one expression may cost. A rule that reaches a bound denies, a header is not sent, a macro or group does "
    "not hold, and the log names it.",
    kExpressionFields};
constinit const Section<VirtualHostSettings> kVirtualHost{
    "vhost.\"NAME\"",
    "One protected host. NAME is its host name, without port; or a wildcard, in which `*` stands for any text and `%` "
    "for "
    "any without a dot. A name or an alias that is written out goes before a wildcard; of wildcards go first those "
    "that "
    "begin with neither, then those that begin with `%`, then `*`; among these the longer one.",
    kVirtualHostFields, kVirtualHostTables};
constinit const Section<RuleSettings> kRule{
    "vhost.\"NAME\".rules[]", "The rules of a virtual host, tried in written order; the first that matches decides.",
    kRuleFields};

constinit const Section<HeaderSettings> kHeader{
    "vhost.\"NAME\".headers.HEADER", "A header written as a table: `Auth-Mail = { value = '$mail', optional = true }`.",
    kHeaderFields};

constinit const std::array<OpenTable, 4> kOpenTables{
    OpenTable{"exported_variables", "name", "directory attribute",
              "What is read of a person at login: the name that expressions use, and the attribute that the directory "
              "keeps it in."},
    OpenTable{"macros", "name", "expression", "Computed at login, in written order; each sees those before it."},
    OpenTable{"groups", "group", "`{ expression }`, LDAP filter, filter with `{ expression }` parts, or expression",
              "Who belongs to it, computed at login in written order. The names of all groups that hold are in "
              "`$groups`, separated by `; `."},
    OpenTable{"vhost.\"NAME\".headers", "header", "expression, or a table as below",
              "What the application is told, in written order. Without this table: `Auth-User = '$uid'`."},
};

constinit const std::array<std::string_view, 13> kTopLevel{
    "portal", "cookie", "security", "session",     "authentication", "manager", "registration", "exported_variables",
    "macros", "groups", "handler",  "expressions", "vhost"};

}  // namespace sso::config
