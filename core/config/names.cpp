#include "core/config/names.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>

#include "core/base/network.hpp"
#include "core/base/text.hpp"
#include "core/config/settings.hpp"
#include "core/http/header.hpp"

namespace sso::config {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_word(char c) {
    return is_letter(c) || is_digit(c) || c == '_';
}
bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

std::string shown(std::string_view text) {
    return "'" + printable(text, 60) + "'";
}

/// Header names that belong to the message or the connection: an application that got ours in their place would read
/// the request differently from httpd (RFC 9110 §7.6.1; RFC 3875 §4.1), or take us for its proxy (CVE-2016-5385).
constexpr std::array<std::string_view, 19> kReservedHeaders{"Connection",
                                                            "Content-Encoding",
                                                            "Content-Length",
                                                            "Content-Range",
                                                            "Content-Type",
                                                            "Cookie",
                                                            "Cookie2",
                                                            "Expect",
                                                            "Host",
                                                            "Keep-Alive",
                                                            "Proxy",
                                                            "Proxy-Connection",
                                                            "Proxy-Authorization",
                                                            "Set-Cookie",
                                                            "TE",
                                                            "Trailer",
                                                            "Transfer-Encoding",
                                                            "Upgrade",
                                                            "HTTP2-Settings"};

/// What the language itself or the session calls by this name.
constexpr auto kReservedVariables = std::to_array<std::string_view>({"ENV",
                                                                     "env",
                                                                     "ip",
                                                                     "vhost",
                                                                     "date",
                                                                     "skip",
                                                                     "groups",
                                                                     "hGroups",
                                                                     "_",
                                                                     "_dn",
                                                                     "_user",
                                                                     "_utime",
                                                                     "_startTime",
                                                                     "_updateTime",
                                                                     "_lastSeen",
                                                                     "_auth",
                                                                     "ipAddr",
                                                                     "_session_id",
                                                                     "_session_kind",
                                                                     "authenticationLevel",
                                                                     "_lastAuthnUTime",
                                                                     "_language",
                                                                     "_url",
                                                                     "_userDB"});

constexpr std::array<std::string_view, 4> kStoreKinds{"lmdb:/", "redis://", "rediss://", "redis+unix://"};
constexpr std::array<std::string_view, 7> kLaterStoreKinds{
    "redis+sentinel://", "redis+cluster://", "file:", "dbd:", "llng+redis://", "llng+file:", "llng+dbd:"};

constexpr std::size_t kLongestHostName = 253;  // RFC 1035 §2.3.4, as text

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::optional<std::string> check_host_name(std::string_view text) {
    if (is_wildcard(text)) {
        return shown(text) + " is a wildcard, which has no place here; write each host's name";
    }
    return check_virtual_host_name(text);
}

std::optional<std::string> check_virtual_host_name(std::string_view text) {
    bool good = !text.empty() && text.size() <= kLongestHostName;
    for (const std::string_view label : split(text, '.')) {
        good = good && !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
               std::all_of(label.begin(), label.end(),
                           [](char c) { return is_word(c) || c == '-' || c == '*' || c == '%'; });
    }
    if (good) return std::nullopt;
    return shown(text) + " is not a host name; write it without scheme, port and path, as in app.example.com";
}

std::optional<std::string> check_header_name(std::string_view text) {
    if (!http::is_token(text) || text.size() > 100) {
        return shown(text) + " is not a header name; write letters, digits and '-', as in Auth-User";
    }
    const bool reserved = std::any_of(kReservedHeaders.begin(), kReservedHeaders.end(),
                                      [text](std::string_view name) { return http::cgi_equivalent(text, name); });
    if (!reserved) return std::nullopt;
    return shown(text) + " belongs to the request itself; write another name, as X-" + std::string(text);
}

std::optional<std::string> check_cookie_name(std::string_view text) {
    if (http::is_token(text) && text.size() <= 64) return std::nullopt;
    return shown(text) + " is not a cookie name; write letters, digits, '-' and '_', 64 at most";
}

std::optional<std::string> check_cookie_domain(std::string_view text) {
    if (text.empty()) return std::nullopt;
    std::string_view name = text;
    if (name.starts_with('.')) name.remove_prefix(1);
    if (check_host_name(name)) {
        return shown(text) + " is not a domain; write the part that all hosts have in common, as in .example.com";
    }
    const std::string_view last = name.substr(name.rfind('.') + 1);
    if (std::all_of(last.begin(), last.end(), is_digit)) {
        return shown(text) +
               " is an address, and browsers keep no cookie for a domain of addresses; write a domain, "
               "or leave it out for a cookie of the portal's host alone";
    }
    if (name.find('.') == name.npos) {
        return shown(text) +
               " is a top-level domain, for which browsers keep no cookie; write one more label, as in "
               ".example.com";
    }
    return std::nullopt;
}

std::optional<std::string> check_variable_name(std::string_view text) {
    const bool good = !text.empty() && text.size() <= 100 && !is_digit(text.front()) &&
                      std::all_of(text.begin(), text.end(), is_word);
    if (!good) return shown(text) + " is not a variable's name; write letters, digits and '_', not a digit first";
    if (!contains(kReservedVariables, text)) return std::nullopt;
    return shown(text) + " already has a meaning of its own in expressions; choose another name";
}

std::optional<std::string> check_group_name(std::string_view text) {
    const bool good = !text.empty() && text.size() <= 100 && trim(text).size() == text.size() &&
                      std::none_of(text.begin(), text.end(), [](char c) { return is_control(c) || c == ';'; });
    if (good) return std::nullopt;
    return shown(text) + " is not a group's name; write 1 to 100 characters without ';', which separates groups";
}

std::optional<std::string> check_attribute(std::string_view text) {
    const std::vector<std::string_view> parts = split(text, ';');
    bool good = text.size() <= 200;
    for (const std::string_view part : parts) {
        good = good && !part.empty() &&
               std::all_of(part.begin(), part.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
    }
    const std::string_view name = parts.front();
    const bool oid = !name.empty() && is_digit(name.front());
    if (oid)
        good =
            text.size() <= 200 && std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; });
    if (good && (oid || is_letter(name.front()))) return std::nullopt;
    return shown(text) + " is not a directory attribute; write its name, as in mail or employeeNumber";
}

std::optional<std::string> check_ldap_uri(std::string_view text) {
    constexpr std::string_view kRight =
        "; write ldap://HOST[:PORT], ldaps://HOST[:PORT] or ldapi://%2Fpath%2Fto%2Fsocket";
    for (const std::string_view scheme : {"ldap://", "ldaps://", "ldapi://"}) {
        if (!text.starts_with(scheme)) continue;
        const std::string_view rest = text.substr(scheme.size());
        const bool good = !rest.empty() && rest.size() <= 300 && std::all_of(rest.begin(), rest.end(), [](char c) {
            return is_word(c) || std::string_view("-.:[]%/").find(c) != std::string_view::npos;
        });
        const auto slash = rest.find('/');
        if (good && (slash == rest.npos || slash + 1 == rest.size())) return std::nullopt;
        break;
    }
    return shown_address(text) + " is not a directory's address" + std::string(kRight);
}

std::optional<std::string> check_user_filter(std::string_view text) {
    if (text.find("$user") == text.npos) {
        return shown(text) + " does not hold $user, the name that was typed; write a filter such as (uid=$user)";
    }
    int depth = 0;
    bool good = text.starts_with('(') && text.ends_with(')');
    for (std::size_t i = 0; i < text.size() && good; ++i) {
        if (text[i] == '(') ++depth;
        if (text[i] == ')') --depth;
        good = !is_control(text[i]) && depth >= 0 && (depth > 0 || i + 1 == text.size());
    }
    if (good && depth == 0) return std::nullopt;
    return shown(text) + " is not an LDAP filter; write one in parentheses (RFC 4515), such as (uid=$user)";
}

std::optional<std::string> check_backend(std::string_view text) {
    if (text == "ldap") return std::nullopt;
    if (text == "certificate" || text == "apache" || text == "file") {
        return shown(text) + " is a way to log in that this version does not have; write \"ldap\"";
    }
    return shown(text) + " is not a way to log in; write \"ldap\"";
}

std::optional<std::string> check_store_uri(std::string_view text) {
    constexpr std::string_view kRight = "; write lmdb:/var/lib/mod_sso/sessions or redis://HOST[:PORT][/DATABASE]";
    const auto begins = [text](std::string_view kind) { return text.starts_with(kind); };
    if (std::any_of(kLaterStoreKinds.begin(), kLaterStoreKinds.end(), begins)) {
        return "a " + std::string(text.substr(0, text.find(':'))) + ": store is one that this version does not have" +
               std::string(kRight);
    }
    const auto kind = std::find_if(kStoreKinds.begin(), kStoreKinds.end(), begins);
    if (kind == kStoreKinds.end() || text.size() == kind->size() || std::any_of(text.begin(), text.end(), is_control)) {
        return "it names no store" + std::string(kRight);
    }
    if (kind->ends_with("://") && text.find('@') != text.npos) {
        return "it holds a name or password; write the address alone, and the password into the file that "
               "session.store_password_file names";
    }
    return std::nullopt;
}

std::optional<std::string> check_path(std::string_view text) {
    if (text.empty() || (text.front() == '/' && std::none_of(text.begin(), text.end(), is_control)))
        return std::nullopt;
    return shown(text) + " is not an absolute path; write it from the root, as in /etc/mod_sso/key";
}

std::optional<std::string> check_network(std::string_view text) {
    if (Network::parse(text)) return std::nullopt;
    return shown(text) + " is not a range of addresses; write one as 192.0.2.0/24, 2001:db8::/32 or 192.0.2.1";
}

std::optional<std::string> check_rate(std::string_view text) {
    if (Rate::parse(text)) return std::nullopt;
    return shown(text) + " is not how often something may happen; write a number and a time, as in 5/10min";
}

std::optional<std::string> check_dns_suffix(std::string_view text) {
    const bool lower = std::none_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (lower && text.starts_with('.') && !check_host_name(text.substr(1))) return std::nullopt;
    return shown(text) +
           " is not the end of machines' names; write it in lower case with a dot in front, as in "
           ".example.com";
}

std::optional<std::string> check_system_word(std::string_view text) {
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    if (!text.empty() && text.size() <= 16 && std::all_of(text.begin(), text.end(), is_lower)) return std::nullopt;
    return shown(text) + " is not an operating system's word; write 1 to 16 letters a to z, as in linux";
}

std::optional<std::string> check_account(std::string_view text) {
    const bool good = !text.empty() && text.size() <= 32 && (is_letter(text.front()) || text.front() == '_') &&
                      std::all_of(text.begin(), text.end(), [](char c) { return is_word(c) || c == '-'; });
    if (good) return std::nullopt;
    return shown(text) + " is not an account's name; write letters, digits, '-' and '_', as in backuppc";
}

std::optional<std::string> check_share(std::string_view text) {
    const bool plain =
        text.starts_with('/') && text.size() <= 200 && text.find("//") == text.npos && text.find("/..") == text.npos &&
        std::all_of(text.begin(), text.end(), [](char c) { return is_word(c) || c == '/' || c == '-' || c == '.'; });
    if (plain) return std::nullopt;
    return shown(text) +
           " is not a folder to back up; write an absolute path of letters, digits, '/', '.', '-' and '_'";
}

std::string shown_address(std::string_view text) {
    return text.find('@') == text.npos ? "'" + printable(text, 100) + "'" : "what stands here";
}

bool cookie_reaches(std::string_view host, std::string_view domain, std::string_view setter) noexcept {
    if (domain.empty()) return host == setter;
    if (domain.starts_with('.')) domain.remove_prefix(1);
    if (host == domain) return true;
    return host.size() > domain.size() && host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.';
}

bool is_wildcard(std::string_view name) noexcept {
    return name.find_first_of("*%") != name.npos;
}

bool matches_wildcard(std::string_view pattern, std::string_view name) noexcept {
    if (pattern.size() > kLongestHostName || name.size() > kLongestHostName) return false;
    // reached[i]: the part of the pattern that was read stands for the first i bytes of the name
    std::bitset<kLongestHostName + 1> reached;
    reached.set(0);
    for (const char c : pattern) {
        if (c == '*' || c == '%') {
            for (std::size_t i = 0; i < name.size(); ++i) {
                if (reached[i] && (c == '*' || name[i] != '.')) reached.set(i + 1);
            }
            continue;
        }
        for (std::size_t i = name.size(); i > 0; --i) reached[i] = reached[i - 1] && name[i - 1] == c;
        reached.reset(0);
    }
    return reached[name.size()];
}

}  // namespace sso::config
