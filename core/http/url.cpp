#include "core/http/url.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"

namespace sso::http {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::size_t kLongestHost = 253;
constexpr std::size_t kLongestLabel = 63;

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_unreserved(char c) noexcept {
    return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/// What may stand in a path or query: RFC 3986's characters, and those that it leaves out but browsers send as they
/// are. Nothing that ends a header, a quoted attribute or the path itself.
bool is_path_byte(char c) noexcept {
    return c > ' ' && c < '\x7F' && std::string_view("\"#<>\\").find(c) == std::string_view::npos;
}

std::uint16_t default_port(std::string_view scheme) noexcept {
    return scheme == "https" ? kHttpsPort : kHttpPort;
}

bool has_broken_escape(std::string_view text) noexcept {
    for (auto at = text.find('%'); at != text.npos; at = text.find('%', at + 1)) {
        if (at + 2 >= text.size() || hex_digit(text[at + 1]) < 0 || hex_digit(text[at + 2]) < 0) return true;
    }
    return false;
}

/// Whether browsers would read this label at the end of a host as part of an IPv4 address: "2130706433", "0x7f".
bool is_numeric_label(std::string_view label) noexcept {
    if (label.size() >= 2 && label[0] == '0' && (label[1] == 'x' || label[1] == 'X')) {
        return std::all_of(label.begin() + 2, label.end(), [](char c) { return hex_digit(c) >= 0; });
    }
    return std::all_of(label.begin(), label.end(), is_digit);
}

/// An address in its usual spelling; nothing if it is none. libc refuses octal and short forms of IPv4.
template <class Address>
std::optional<std::string> canonical_address(int family, const std::string& text) {
    Address address{};
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    if (inet_pton(family, text.c_str(), &address) != 1) return std::nullopt;
    if (inet_ntop(family, &address, buffer.data(), static_cast<socklen_t>(buffer.size())) == nullptr) {
        return std::nullopt;
    }
    return std::string(buffer.data());
}

std::optional<std::string> parse_host(std::string_view text) {
    if (text.empty() || text.size() > kLongestHost) return std::nullopt;
    if (text.front() == '[') {
        if (text.back() != ']' || text.size() < 2) return std::nullopt;
        const auto address = canonical_address<in6_addr>(AF_INET6, std::string(text.substr(1, text.size() - 2)));
        if (!address) return std::nullopt;
        return "[" + *address + "]";
    }
    std::string_view last;
    for (const auto label : split(text, '.')) {
        if (label.empty() || label.size() > kLongestLabel) return std::nullopt;
        const bool plain = std::all_of(label.begin(), label.end(),
                                       [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; });
        if (!plain) return std::nullopt;
        last = label;
    }
    if (!is_numeric_label(last)) return to_lower(text);
    auto address = canonical_address<in_addr>(AF_INET, std::string(text));
    if (!address || *address != text) return std::nullopt;
    return address;
}

std::optional<std::uint16_t> parse_port(std::string_view text) noexcept {
    std::uint16_t port = 0;
    if (text.empty() || text[0] == '0') return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return port;
}

/// `text` with every byte encoded that a URL may not hold; a lone "%" too where `mend_escapes`.
std::string mended(std::string_view text, bool mend_escapes) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool broken = mend_escapes && text[i] == '%' && has_broken_escape(text.substr(i, 3));
        if (is_path_byte(text[i]) && !broken) {
            result += text[i];
        } else {
            result += percent_encode(text.substr(i, 1));
        }
    }
    return result;
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
    const auto refused = [&](const char* why) {
        return fail(ErrorCode::invalid, std::string("address: ") + why + ": " + printable(text));
    };
    if (text.size() > kLongest) return refused("longer than 8 kB");
    const auto colon = std::min(text.find(':'), text.size());
    Url url;
    url.scheme_ = to_lower(text.substr(0, colon));
    if (url.scheme_ != "http" && url.scheme_ != "https") return refused("neither http nor https");
    if (text.substr(colon, 3) != "://") return refused("no // after the scheme");

    std::string_view rest = text.substr(colon + 3);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    rest.remove_prefix(authority.size());
    // a colon inside the brackets of an IPv6 address begins no port
    const auto bracket = authority.rfind(']');
    const auto port_at = authority.find(':', bracket == authority.npos ? 0 : bracket);
    auto host = parse_host(authority.substr(0, port_at));
    if (!host) return refused("not a host");
    url.host_ = *std::move(host);
    url.port_ = default_port(url.scheme_);
    if (port_at != authority.npos) {
        const auto port = parse_port(authority.substr(port_at + 1));
        if (!port) return refused("not a port from 1 to 65535");
        url.port_ = *port;
    }

    if (!std::all_of(rest.begin(), rest.end(), is_path_byte)) return refused("a byte that no address may hold");
    const auto question = std::min(rest.find('?'), rest.size());
    if (question > 0) url.path_ = rest.substr(0, question);
    if (has_broken_escape(url.path_)) return refused("a broken escape");
    if (question < rest.size()) url.query_ = rest.substr(question + 1);
    return url;
}

std::string Url::authority() const {
    return port_ == default_port(scheme_) ? host_ : host_ + ":" + std::to_string(port_);
}

std::string Url::origin() const {
    return scheme_ + "://" + authority();
}

std::string Url::text() const {
    return origin() + path_ + (query_ ? "?" + *query_ : std::string());
}

Url Url::with_path(std::string_view path_and_query) const {
    Url url = *this;
    const auto question = std::min(path_and_query.find('?'), path_and_query.size());
    url.path_ = mended(path_and_query.substr(0, question), true);
    if (url.path_.empty() || url.path_[0] != '/') url.path_.insert(0, 1, '/');
    url.query_.reset();
    if (question < path_and_query.size()) url.query_ = mended(path_and_query.substr(question + 1), false);
    return url;
}

Url Url::with_host(std::string_view host) const {
    Url url = *this;
    url.host_ = to_lower(host);
    return url;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string result;
    result.reserve(text.size());
    for (const char c : text) {
        if (is_unreserved(c)) {
            result += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            result += '%';
            result += kHex[byte >> 4U];
            result += kHex[byte & 0xFU];
        }
    }
    return result;
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        if (text[0] != '%') {
            result += text[0];
            text.remove_prefix(1);
            continue;
        }
        const auto byte = text.size() < 3 ? std::nullopt : hex_decode(text.substr(1, 2));
        if (!byte) return std::nullopt;
        result += *byte;
        text.remove_prefix(3);
    }
    return result;
}

}  // namespace sso::http
