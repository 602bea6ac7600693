#include "core/http/cookie.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "core/base/block.hpp"
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
    std::size_t at = 0;
    while (at < header.size() && (is_blank(header[at]) || header[at] == ';')) ++at;
    return header.substr(at);
}

bool begins_with(std::string_view text, std::size_t at, std::string_view name) noexcept {
    return name.size() <= text.size() - at && std::memcmp(text.data() + at, name.data(), name.size()) == 0;
}

/// One bit for each byte that is neither letter, digit, "-" nor "_".
unsigned others(Block block) noexcept {
    const Block simple =
        block.is_between('0', '9') | block.in_lower_case().is_between('a', 'z') | block.equals('-') | block.equals('_');
    return ~simple.mask() & ((1U << Block::kSize) - 1);
}

/// What stands where in 64 bytes of a header: one bit a byte, the first one lowest.
struct Window {
    static constexpr std::size_t kSize = 64;
    std::uint64_t firsts = 0;      ///< the name's first byte
    std::uint64_t separators = 0;  ///< ";" and ","

    /// @pre header.size() >= Block::kSize
    Window(std::string_view header, std::size_t from, char first) noexcept {
        std::size_t at = from;
        const std::size_t end = std::min(header.size(), from + kSize);
        for (; at + Block::kSize <= end; at += Block::kSize) put(Block::sixteen(header.data() + at), first, 0);
        if (at < end) {  // the last block overlaps the one before it
            const std::size_t place = header.size() - Block::kSize;
            put(Block::sixteen(header.data() + place), first, static_cast<unsigned>(at - place));
            at += Block::kSize;
        }
        const std::size_t missing = (kSize - (at - from)) % kSize;  // where all is missing, there is nothing to move
        firsts >>= missing;
        separators >>= missing;
    }

  private:
    /// Puts a block's bits in from above, without those of its first bytes.
    void put(Block block, char first, unsigned without) noexcept {
        const auto push = [without](std::uint64_t& mask, Block found) {
            mask = mask >> Block::kSize | std::uint64_t{found.mask()} >> without << (kSize - Block::kSize);
        };
        push(firsts, block.equals(first));
        push(separators, block.equals(';') | block.equals(','));
    }
};

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

std::optional<LoneCookie> find_lone_cookie(std::string_view header, std::string_view name) noexcept {
    if (name.size() < 2 || header.size() < Block::kSize) return std::nullopt;
    std::size_t at = header.npos;
    std::size_t end = header.npos;
    for (std::size_t from = 0; from < header.size(); from += Window::kSize) {
        const Window window(header, from, name[0]);
        for (std::uint64_t hits = window.firsts; hits != 0; hits &= hits - 1) {
            const std::size_t place = from + static_cast<std::size_t>(std::countr_zero(hits));
            const bool begins = place + 1 < header.size() && header[place + 1] == name[1];
            if (!begins || !begins_with(header, place, name)) continue;
            if (at != header.npos) return std::nullopt;
            at = place;
        }
        if (at == header.npos || end != header.npos) continue;
        const std::uint64_t separators =
            at < from ? window.separators : window.separators & (~std::uint64_t{0} << (at - from));
        if (separators != 0) end = from + static_cast<std::size_t>(std::countr_zero(separators));
    }
    const std::size_t equals = at + name.size();
    if (at == header.npos || equals >= header.size() || header[equals] != '=') return std::nullopt;
    end = std::min(end, header.size());
    if (end != header.size() && header[end] == ',') return std::nullopt;
    std::size_t last = end;
    while (last > equals + 1 && is_blank(header[last - 1])) --last;
    const std::string_view value(header.data() + equals + 1, last - equals - 1);
    while (at > 0 && is_blank(header[at - 1])) --at;
    const std::string_view behind(header.data() + end, header.size() - end);
    const std::string_view others = without_leading_separators(behind);
    if (at == 0) return LoneCookie{value, {}, others};
    if (header[at - 1] != ';') return std::nullopt;
    const std::string_view before(header.data(), at - 1);
    if (without_leading_separators(before).empty()) return std::nullopt;
    return LoneCookie{value, before, others.empty() ? others : behind};
}

bool is_simple_value(std::string_view value) noexcept {
    constexpr std::size_t kHalf = Block::kSize / 2;
    if (value.size() >= Block::kSize) {  // the last block overlaps the one before it
        const char* const last = value.data() + value.size() - Block::kSize;
        unsigned found = others(Block::sixteen(last));
        for (const char* at = value.data(); at < last; at += Block::kSize) found |= others(Block::sixteen(at));
        return found == 0;
    }
    if (value.size() >= kHalf) return others(Block::halves(value.data(), value.data() + value.size() - kHalf)) == 0;
    return std::all_of(value.begin(), value.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    });
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
