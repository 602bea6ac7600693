#include "core/redis/uri.hpp"

#include <sys/un.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "core/base/text.hpp"
#include "core/http/url.hpp"

namespace sso::redis {
namespace {

constexpr std::uint16_t kPort = 6379;
constexpr std::size_t kLongestUri = 4096;
constexpr std::size_t kLongestHost = 253;  // RFC 1035 §2.3.4

enum class Scheme { tcp, tls, local };

struct SchemeName {
    std::string_view prefix;
    Scheme scheme;
};
constexpr std::array kSchemes{
    SchemeName{"redis://", Scheme::tcp},
    SchemeName{"rediss://", Scheme::tls},
    SchemeName{"redis+unix://", Scheme::local},
};

auto wrong(std::string_view part) {
    return fail(ErrorCode::invalid, "Redis URI: " + std::string(part));
}

std::optional<unsigned> parse_number(std::string_view digits, unsigned most) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size() || value > most) return std::nullopt;
    return value;
}

std::optional<unsigned> parse_database(std::string_view digits) {
    return parse_number(digits, 1'000'000);
}

/// Percent-decoded, not empty and without NUL: it goes to C functions that stop there.
std::optional<std::string> decode_part(std::string_view text) {
    auto decoded = http::percent_decode(text);
    if (!decoded || decoded->empty() || decoded->find('\0') != decoded->npos) return std::nullopt;
    return decoded;
}

Status read_userinfo(std::string_view userinfo, ServerUri& uri) {
    const auto colon = userinfo.find(':');
    if (userinfo.empty() || colon + 1 == userinfo.size()) {
        return wrong("before '@' stands user:password, :password or, with the password in a file, user");
    }
    if (colon != 0) {
        auto user = decode_part(userinfo.substr(0, colon));
        if (!user) return wrong("the user is not percent-encoded text");
        uri.user = std::move(*user);
    }
    if (colon == userinfo.npos) return {};
    if (userinfo.substr(colon + 1).find(':') != userinfo.npos) return wrong("a ':' in a password is written %3A");
    auto password = http::percent_decode(userinfo.substr(colon + 1));
    if (!password) return wrong("the password is not percent-encoded text (a '%' is written %25)");
    uri.password = Secret(std::move(*password));
    return {};
}

bool is_host_character(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
}

Status read_host(std::string_view text, Endpoint& endpoint) {
    std::string_view host;
    std::string_view rest;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == text.npos) return wrong("an IPv6 address ends with ']'");
        host = text.substr(1, close - 1);
        rest = text.substr(close + 1);
        const auto fits = [](char c) { return c == ':' || (is_host_character(c) && c != '_' && c != '-'); };
        if (host.find(':') == host.npos || !std::all_of(host.begin(), host.end(), fits)) {
            return wrong("between '[' and ']' stands an IPv6 address");
        }
    } else {
        host = text.substr(0, text.find(':'));
        rest = text.substr(host.size());
        if (host.empty()) return wrong("a host is missing, as in redis://127.0.0.1:6379/0");
        if (!std::all_of(host.begin(), host.end(), is_host_character)) {
            return wrong("a host has letters, digits, '-', '.' and '_' (percent-encode a password's other characters)");
        }
    }
    if (host.size() > kLongestHost) return wrong("the host is longer than 253 bytes");
    endpoint.host = to_lower(host);
    endpoint.port = kPort;
    if (rest.empty()) return {};
    const auto port = parse_number(rest.substr(1), 65535);
    if (rest[0] != ':' || !port || *port == 0) return wrong("a port is a number from 1 to 65535");
    endpoint.port = static_cast<std::uint16_t>(*port);
    return {};
}

Status read_parameter(std::string_view name, std::string_view value, Scheme scheme, ServerUri& uri) {
    if (scheme == Scheme::local && name == "db") {
        const auto database = parse_database(value);
        if (!database) return wrong("db is a number");
        uri.database = *database;
        return {};
    }
    std::string* file = nullptr;
    if (name == "ca") file = &uri.tls_files.ca_file;
    if (name == "cert") file = &uri.tls_files.certificate_file;
    if (name == "key") file = &uri.tls_files.key_file;
    if (scheme != Scheme::tls || file == nullptr) {
        return wrong("unknown parameter: rediss:// takes ca, cert and key, redis+unix:// takes db, redis:// none");
    }
    auto path = decode_part(value);
    if (!path || path->front() != '/') return wrong("ca, cert and key are absolute file names");
    *file = std::move(*path);
    return {};
}

Status read_parameters(std::string_view query, Scheme scheme, ServerUri& uri) {
    for (const auto parameter : split(query, '&')) {
        const auto equals = std::min(parameter.find('='), parameter.size());
        const auto value = parameter.substr(std::min(equals + 1, parameter.size()));
        if (auto status = read_parameter(parameter.substr(0, equals), value, scheme, uri); !status) return status;
    }
    if (uri.tls_files.certificate_file.empty() != uri.tls_files.key_file.empty()) {
        return wrong("cert and key come together");
    }
    return {};
}

Status read_socket_path(std::string_view path, Endpoint& endpoint) {
    auto decoded = decode_part(path);
    if (!decoded || decoded->front() != '/') return wrong("redis+unix:// is followed by an absolute file name");
    if (decoded->size() >= sizeof(sockaddr_un::sun_path)) return wrong("a socket's file name has at most 107 bytes");
    endpoint.socket_path = std::move(*decoded);
    return {};
}

Status read_database(std::string_view path, ServerUri& uri) {
    if (path.empty() || path == "/") return {};
    const auto database = parse_database(path.substr(1));
    if (!database) return wrong("behind the host stands a database's number, as in /0");
    uri.database = *database;
    return {};
}

const SchemeName* find_scheme(std::string_view text) noexcept {
    const auto* found = std::find_if(kSchemes.begin(), kSchemes.end(),
                                     [&](const SchemeName& name) { return text.starts_with(name.prefix); });
    return found == kSchemes.end() ? nullptr : found;
}

}  // namespace

std::string Endpoint::text() const {
    if (host.empty()) return "unix:" + printable(socket_path);
    const bool v6 = host.find(':') != host.npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<ServerUri> ServerUri::parse(std::string_view text) {
    if (text.size() > kLongestUri) return wrong("longer than 4096 bytes");
    const auto* scheme = find_scheme(text);
    if (scheme == nullptr) return wrong("begins with redis://, rediss:// or redis+unix://");
    const auto printing = [](char c) { return c > ' ' && c < 0x7F; };
    if (!std::all_of(text.begin(), text.end(), printing)) return wrong("blanks and control characters are encoded");
    text.remove_prefix(scheme->prefix.size());
    if (text.find('#') != text.npos) return wrong("a '#' is written %23");

    ServerUri uri;
    uri.tls = scheme->scheme == Scheme::tls;
    if (const auto at = text.rfind('@'); at != text.npos) {
        const auto userinfo = text.substr(0, at);
        if (userinfo.find_first_of("@/?") != userinfo.npos) {
            return wrong("'@', '/' and '?' in a user, password or parameter are written %40, %2F and %3F");
        }
        if (auto status = read_userinfo(userinfo, uri); !status) return error_of(status);
        text.remove_prefix(at + 1);
    }
    std::string_view query;
    if (const auto mark = text.find('?'); mark != text.npos) {
        query = text.substr(mark + 1);
        text = text.substr(0, mark);
        if (auto status = read_parameters(query, scheme->scheme, uri); !status) return error_of(status);
    }
    if (scheme->scheme == Scheme::local) {
        if (auto status = read_socket_path(text, uri.endpoint); !status) return error_of(status);
        return uri;
    }
    const auto host = text.substr(0, text.find('/'));
    if (auto status = read_host(host, uri.endpoint); !status) return error_of(status);
    if (auto status = read_database(text.substr(host.size()), uri); !status) return error_of(status);
    return uri;
}

bool is_redis_uri(std::string_view text) noexcept {
    return find_scheme(text) != nullptr;
}

}  // namespace sso::redis
