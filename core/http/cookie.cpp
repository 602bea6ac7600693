#include "core/http/cookie.hpp"

#include <algorithm>

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

/// The header without any pair of this name, however it is joined and spaced.
std::string without_any(std::string_view header, std::string_view name) {
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

std::string_view without_leading_separators(std::string_view header) noexcept {
    header.remove_prefix(std::min(header.find_first_not_of(" \t;"), header.size()));
    return header;
}

/// What is to be cut out of a header, the ';' before it included.
struct Cut {
    std::size_t begin, end;
};

/// The one pair of this name in a header as browsers send it, in which the name occurs nowhere else; nothing for any
/// other header.
std::optional<Cut> find_only_pair(std::string_view header, std::string_view name) noexcept {
    const std::size_t at = header.find(name);
    if (at == header.npos || header.find(name, at + name.size()) != header.npos) return std::nullopt;
    const std::string_view value = header.substr(at + name.size());
    if (!value.starts_with('=')) return std::nullopt;
    const std::size_t end = std::min(value.find(';'), value.size());
    if (value.substr(0, end).find(',') != value.npos) return std::nullopt;
    std::size_t begin = at;
    while (begin > 0 && (header[begin - 1] == ' ' || header[begin - 1] == '\t')) --begin;
    if (begin > 0) {
        if (header[--begin] != ';') return std::nullopt;
        if (without_leading_separators(header.substr(0, begin)).empty()) return std::nullopt;
    }
    return Cut{begin, at + name.size() + end};
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

std::size_t without_cookie_into(std::string_view header, std::string_view name, char* kept) {
    const auto only = find_only_pair(header, name);
    if (!only) return without_any(header, name).copy(kept, header.size());
    if (only->begin == 0) return without_leading_separators(header.substr(only->end)).copy(kept, header.size());
    const std::size_t size = header.copy(kept, only->begin);
    return size + header.substr(only->end).copy(kept + size, header.size() - size);
}

std::string without_cookie(std::string_view header, std::string_view name) {
    std::string kept(header.size(), '\0');
    kept.resize(without_cookie_into(header, name, kept.data()));
    return kept;
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
