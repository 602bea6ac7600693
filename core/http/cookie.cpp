#include "core/http/cookie.hpp"

#include <algorithm>
#include <cstring>

#include "core/base/text.hpp"

namespace sso::http {
namespace {

/// The name before "=", as an application that forgives blanks would read it.
std::string_view name_of(std::string_view pair) noexcept {
    return trim(pair.substr(0, pair.find('=')));
}

/// Cuts `name` also out of headers that something in front of us joined with "," where ";" belongs (RFC 6265 §5.4
/// knows one Cookie header; httpd joins several with ", "): what `cookie_value` does not find there must not reach the
/// application either.
std::string without_joined(std::string_view piece, std::string_view name) {
    std::string kept;
    bool first = true;
    for (const auto part : split(piece, ',')) {
        if (name_of(part) == name) continue;
        if (!first) kept += ',';
        kept += part;
        first = false;
    }
    return kept;
}

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t';
}

std::string_view without_leading_separators(std::string_view header) noexcept {
    header.remove_prefix(std::min(header.find_first_not_of(" \t;"), header.size()));
    return header;
}

}  // namespace

std::optional<std::string_view> cookie_value(std::string_view header, std::string_view name) noexcept {
    while (!header.empty()) {
        const auto end = std::min(header.find(';'), header.size());
        const std::string_view pair = trim(header.substr(0, end));
        header.remove_prefix(std::min(end + 1, header.size()));
        const auto equals = pair.find('=');
        if (equals != pair.npos && pair.substr(0, equals) == name) return pair.substr(equals + 1);
    }
    return std::nullopt;
}

std::string without_cookie(std::string_view header, std::string_view name) {
    if (header.find(name) == header.npos) return std::string(header);
    std::string kept;
    for (const auto piece : split(header, ';')) {
        const std::string rest = without_joined(piece, name);
        if (trim(rest).empty()) continue;
        if (!kept.empty()) kept += ';';
        kept += kept.empty() ? std::string(trim(rest)) : rest;
    }
    return kept;
}

// In C's words, for they are in the processor's best instructions, and httpd's texts end in NUL.
std::optional<LoneCookie> find_lone_cookie(const char* header, const char* name) noexcept {
    const char* const at = std::strstr(header, name);
    if (at == nullptr) return std::nullopt;
    const char* const equals = at + std::strlen(name);
    if (*equals != '=' || std::strstr(equals, name) != nullptr) return std::nullopt;
    const char* const value = equals + 1;
    const char* const end = value + std::strcspn(value, ",;");
    if (*end == ',') return std::nullopt;
    const char* begin = at;
    while (begin > header && is_blank(begin[-1])) --begin;
    std::string_view text = trim({at, static_cast<std::size_t>(end - at)});
    text.remove_prefix(static_cast<std::size_t>(value - at));
    const std::string_view others = without_leading_separators(end);
    if (begin == header) return LoneCookie{text, {}, others};
    if (*--begin != ';') return std::nullopt;
    const std::string_view before(header, static_cast<std::size_t>(begin - header));
    if (without_leading_separators(before).empty()) return std::nullopt;
    return LoneCookie{text, before, others.empty() ? others : std::string_view(end)};
}

std::string SetCookie::text() const {
    std::string text = name + "=" + value;
    if (!path.empty()) text += "; Path=" + path;
    if (!domain.empty()) text += "; Domain=" + domain;
    if (max_age) {
        text += "; Max-Age=" + std::to_string(max_age->count());
        // for the few that know no Max-Age; a lifetime of our own needs no second form
        if (max_age->count() <= 0) text += "; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    }
    if (secure) text += "; Secure";
    if (http_only) text += "; HttpOnly";
    if (!same_site.empty()) {
        text += "; SameSite=";
        text += same_site;
    }
    return text;
}

SetCookie expired(SetCookie cookie) {
    cookie.value.clear();
    cookie.max_age = std::chrono::seconds{0};
    return cookie;
}

}  // namespace sso::http
