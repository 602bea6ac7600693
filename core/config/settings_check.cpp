#include "core/config/settings_check.hpp"

#include <algorithm>

#include "core/base/network.hpp"
#include "core/base/text.hpp"
#include "core/config/duration.hpp"
#include "core/config/toml_reader.hpp"

namespace sso::config {
namespace {

void complete_cookie(const TomlReader& reader, Settings& settings) {
    CookieSettings& cookie = settings.cookie;
    if (!reader.is_written("cookie.secure")) cookie.secure = settings.portal.url.is_https();
    if (cookie.name.empty()) cookie.name = cookie.secure ? "__Secure-sso" : "sso";
    cookie.domain = to_lower(cookie.domain);
}

/// What browsers ask of a cookie's name and attributes (RFC 6265bis §4.1.3, §5.7).
void check_cookie(TomlReader& reader, const Settings& settings) {
    const CookieSettings& cookie = settings.cookie;
    const Location name = reader.place_of("cookie.name");
    if (cookie.secure && !settings.portal.url.is_https()) {
        reader.error(reader.place_of("cookie.secure"), "cookie.secure",
                     "true, and portal.url is http: browsers would not keep the cookie; write an https portal.url, or "
                     "false");
    }
    if (!cookie.secure && settings.portal.url.is_https()) {
        reader.warning(reader.place_of("cookie.secure"), "cookie.secure",
                       "false, and portal.url is https: the cookie will also travel unencrypted, for whoever listens");
    }
    if (!cookie.secure && (cookie.name.starts_with("__Secure-") || cookie.name.starts_with("__Host-"))) {
        reader.error(name, "cookie.name",
                     "browsers keep '" + cookie.name + "' only with cookie.secure = true; write another name");
    }
    if (cookie.name.starts_with("__Host-") && !cookie.domain.empty()) {
        reader.error(name, "cookie.name",
                     "browsers keep '" + cookie.name + "' only without cookie.domain; write __Secure-sso");
    }
    if (cookie.same_site == SameSite::none && !cookie.secure) {
        reader.error(reader.place_of("cookie.same_site"), "cookie.same_site",
                     "browsers keep a cookie with \"none\" only with cookie.secure = true; write \"lax\"");
    }
}

/// Whether a host of the name, or at least one that a wildcard stands for, gets the cookie that the portal sets.
bool is_reached(const std::string& name, const CookieSettings& cookie, const std::string& portal) {
    if (!is_wildcard(name)) return cookie_reaches(name, cookie.domain, portal);
    const std::string_view tail = std::string_view(name).substr(name.find_last_of("*%") + 1);
    std::string domain = cookie.domain.empty() ? portal : cookie.domain;
    if (!domain.starts_with('.')) domain.insert(domain.begin(), '.');
    return tail.size() < domain.size() ? std::string_view(domain).ends_with(tail) : tail.ends_with(domain);
}

void check_reach(TomlReader& reader, const Settings& settings, const VirtualHostSettings& host) {
    const CookieSettings& cookie = settings.cookie;
    const http::Url url = settings.url_of(host);
    const std::string path = join_path("vhost", host.name);
    const std::string url_path = path + ".url";
    const Location where = host.url ? reader.place_of(url_path) : host.where;
    if (host.url && is_wildcard(host.name) && !matches_wildcard(host.name, url.host())) {
        reader.error(where, url_path,
                     url.host() + " is none of the hosts that " + host.name +
                         " stands for; write one of them, for its scheme and port");
    }
    const auto check = [&](const std::string& name, Location place, const std::string& key) {
        if (host.cross_domain || is_reached(name, cookie, settings.portal.url.host())) return;
        const std::string reach = cookie.domain.empty() ? "cookie.domain is empty, so that only the portal's host " +
                                                              settings.portal.url.host() + " gets the session cookie"
                                                        : name + " is not within cookie.domain " + cookie.domain;
        reader.error(
            place, key,
            reach + ", and " + name + " would never see a session; write the cookie.domain that both have in common");
    };
    check(url.host(), where, path);
    for (const std::string& alias : host.aliases) {
        if (!alias.empty()) check(alias, reader.place_of(path + ".aliases"), path + ".aliases");
    }
    if (cookie.secure && !url.is_https()) {
        reader.error(where, path,
                     url.origin() +
                         " is http and cookie.secure is true: browsers would not send the cookie there; "
                         "write an https address");
    }
}

/// What a host outside the cookie's domain needs.
void check_cross_domain(TomlReader& reader, const Settings& settings, const VirtualHostSettings& host) {
    if (!host.cross_domain) return;
    const std::string path = join_path("vhost", host.name) + ".cross_domain";
    const Location where = reader.place_of(path);
    if (is_wildcard(host.name)) {
        reader.error(where, path,
                     "true, and " + host.name +
                         " stands for names that nobody has written: a ticket is for one host; write each by its name");
    }
    if (is_reached(settings.url_of(host).host(), settings.cookie, settings.portal.url.host())) {
        reader.warning(where, path,
                       "true, and the session cookie reaches " + host.name + " without a ticket; leave it out");
    }
    if (settings.cookie.same_site == SameSite::strict) {
        reader.error(
            where, path,
            "true, and cookie.same_site is \"strict\": browsers would keep the cookie back on the way from the "
            "portal; write cookie.same_site = \"lax\"");
    }
}

bool is_loopback(const http::Url& url) {
    const std::string_view host = url.host();
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    const auto address = Address::parse(bracketed ? host.substr(1, host.size() - 2) : host);
    return address ? address->is_loopback() : host == "localhost" || host.ends_with(".localhost");
}

/// Passwords go from the module to the portal.
void check_basic_login(TomlReader& reader, const Settings& settings) {
    const auto& hosts = settings.virtual_hosts;
    const bool is_used = std::any_of(hosts.begin(), hosts.end(), [](const auto& host) { return host.basic_login; });
    const http::Url& asked = settings.handler.portal_url ? *settings.handler.portal_url : settings.portal.url;
    if (!is_used || asked.is_https() || is_loopback(asked)) return;
    reader.warning(reader.place_of("handler.portal_url"), "handler.portal_url",
                   asked.origin() +
                       " is http, and passwords of basic_login travel to it unencrypted; write an https address, or "
                       "one of this machine");
}

/// Whether every host gets the cookie that the portal sets.
void check_reach(TomlReader& reader, const Settings& settings) {
    const CookieSettings& cookie = settings.cookie;
    const std::string& portal = settings.portal.url.host();
    if (!cookie_reaches(portal, cookie.domain, portal)) {
        reader.error(reader.place_of("cookie.domain"), "cookie.domain",
                     "the portal's host " + portal + " is not within " + cookie.domain +
                         ": browsers would refuse the cookie; write the domain that the portal and the virtual hosts "
                         "have in common");
    }
    for (const VirtualHostSettings& host : settings.virtual_hosts) {
        check_reach(reader, settings, host);
        check_cross_domain(reader, settings, host);
    }
}

void check_session(TomlReader& reader, const SessionSettings& session) {
    if (session.idle_timeout <= session.lifetime) return;
    reader.error(reader.place_of("session.idle_timeout"), "session.idle_timeout",
                 duration_text(session.idle_timeout) + " is longer than session.lifetime, " +
                     duration_text(session.lifetime) + "; write at most that");
}

void check_ldap(TomlReader& reader, const AuthenticationSettings& authentication) {
    const LdapSettings& ldap = authentication.ldap;
    if (authentication.backends.empty()) {
        reader.error(reader.place_of("authentication.backends"), "authentication.backends",
                     "is empty, so that nobody could log in; write [\"ldap\"]");
        return;
    }
    const Location table = reader.place_of("authentication.ldap");
    const auto missing = [&](std::string_view key, std::string_view right) {
        if (reader.is_written(join_path("authentication.ldap", key))) return;
        reader.error(table, join_path("authentication.ldap", key), "is missing; write " + std::string(right));
    };
    missing("uri", "the directory's addresses, [\"ldap://ldap1.example.com\"]");
    missing("base", "the entry that people are below, \"dc=example,dc=com\"");
    if (reader.is_written("authentication.ldap.uri") && ldap.uri.empty()) {
        reader.error(reader.place_of("authentication.ldap.uri"), "authentication.ldap.uri",
                     "is empty; write one address or more, [\"ldap://ldap1.example.com\"]");
    }
    if (!ldap.bind_dn.empty() && ldap.bind_password_file.empty()) {
        reader.error(reader.place_of("authentication.ldap.bind_dn"), "authentication.ldap.bind_dn",
                     "an account without a password cannot search; name the file that holds it in "
                     "authentication.ldap.bind_password_file");
    }
    if (ldap.bind_dn.empty() && !ldap.bind_password_file.empty()) {
        reader.error(reader.place_of("authentication.ldap.bind_password_file"),
                     "authentication.ldap.bind_password_file",
                     "a password without an account; write the account's name in authentication.ldap.bind_dn");
    }
    for (const std::string& uri : ldap.uri) {
        if (!ldap.start_tls || !uri.starts_with("ldaps:")) continue;
        reader.error(reader.place_of("authentication.ldap.start_tls"), "authentication.ldap.start_tls",
                     "true, and " + uri + " is encrypted from the start; write ldap:// or leave start_tls out");
    }
}

void check_registration(TomlReader& reader, const RegistrationSettings& registration) {
    if (!registration.bind_dn.empty() && registration.bind_password_file.empty()) {
        reader.error(reader.place_of("registration.bind_dn"), "registration.bind_dn",
                     "an account without a password cannot search; name the file that holds it in "
                     "registration.bind_password_file");
    }
    const bool named = !registration.hosts_table.empty() || !registration.dns_suffixes.empty();
    if (registration.url && !named) {
        reader.error(reader.place_of("registration"), "registration.dns_suffixes",
                     "is missing, so that no machine has a name; write how their DNS names end, [\".example.com\"], or "
                     "name a registration.hosts_table");
    }
}

void check_variables(TomlReader& reader, const Settings& settings) {
    if (!settings.exported_variables.empty()) return;
    reader.warning(reader.place_of("exported_variables"), "exported_variables",
                   "nothing is read of a person, so that rules and headers know nobody's name; write uid = \"uid\"");
}

}  // namespace

void complete_and_compare(TomlReader& reader, Settings& settings) {
    std::transform(settings.portal.trusted_domains.begin(), settings.portal.trusted_domains.end(),
                   settings.portal.trusted_domains.begin(), [](const std::string& name) { return to_lower(name); });
    complete_cookie(reader, settings);
    if (!settings.portal.url.host().empty()) {  // else there is nothing to compare with
        check_cookie(reader, settings);
        check_reach(reader, settings);
        check_basic_login(reader, settings);
    }
    check_session(reader, settings.session);
    check_ldap(reader, settings.authentication);
    check_registration(reader, settings.registration);
    check_variables(reader, settings);
}

}  // namespace sso::config
