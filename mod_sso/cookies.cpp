#include "mod_sso/cookies.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/http/cookie.hpp"
#include "mod_sso/headers.hpp"
#include "mod_sso/visit.hpp"

namespace sso::httpd {

/// The Cookie header of a connection's last request: a browser sends the same one again and again. Behind it in memory
/// stands its text.
class LastHeader {
  public:
    /// Where in a header the session cookie stands, and what is left without it: the bytes before `before`, and those
    /// from `after` on.
    struct Place {
        std::uint32_t value, value_size, before, after;
    };

    /// Where the session cookie stands in the same header, or one with another value of it, as somebody else's is on a
    /// connection of a proxy's. Null: it was another header, or looked at by another configuration.
    static const Place* find(const ConnectionMemory* memory, const Live& live, std::string_view header) noexcept {
        const LastHeader* const last = memory == nullptr ? nullptr : memory->last_header;
        if (last == nullptr || last->size_ != header.size() || last->configuration_ != live.number) return nullptr;
        const bool is_same = std::memcmp(last->text(), header.data(), header.size()) == 0;
        return is_same || last->is_like(header) ? &last->place_ : nullptr;
    }

    static void keep(ConnectionMemory& memory, apr_pool_t* pool, const Live& live, std::string_view header,
                     const Place& place) {
        constexpr std::size_t kMost = 4096;
        constexpr std::size_t kLeast = 240;
        if (header.size() > kMost) return;
        LastHeader*& last = memory.last_header;
        if (last == nullptr || last->room_ < header.size()) {
            // twice the room, so that all that is given up of the connection's memory is no more than what is used
            const std::size_t room = std::max(kLeast, 2 * header.size());
            last = ::new (apr_palloc(pool, sizeof(LastHeader) + room)) LastHeader(room);
        }
        last->configuration_ = live.number;
        last->size_ = header.size();
        last->place_ = place;
        std::memcpy(last->text(), header.data(), header.size());
    }

  private:
    /// Whether the cookie's value alone is another, with nothing in it by which anybody could read it as several.
    [[nodiscard]] bool is_like(std::string_view header) const noexcept {
        const std::size_t end = place_.value + place_.value_size;
        return std::memcmp(text(), header.data(), place_.value) == 0 &&
               std::memcmp(text() + end, header.data() + end, size_ - end) == 0 &&
               http::is_simple_value({header.data() + place_.value, place_.value_size});
    }

    explicit LastHeader(std::size_t room) noexcept : room_(room) {}
    char* text() noexcept { return reinterpret_cast<char*>(this + 1); }
    [[nodiscard]] const char* text() const noexcept { return reinterpret_cast<const char*>(this + 1); }

    std::size_t room_;
    std::size_t size_ = 0;
    std::uint64_t configuration_ = 0;
    Place place_{};
};

namespace {

using Place = LastHeader::Place;

Place place_in(std::string_view header, const http::LoneCookie& lone) noexcept {
    const auto offset = [&](std::string_view part) { return static_cast<std::uint32_t>(part.data() - header.data()); };
    const auto size = [](std::string_view part) { return static_cast<std::uint32_t>(part.size()); };
    return {offset(lone.value), size(lone.value), size(lone.before),
            lone.after.empty() ? size(header) : offset(lone.after)};
}

char* joined(apr_pool_t* pool, std::string_view a, std::string_view b) {
    auto* text = static_cast<char*>(apr_palloc(pool, a.size() + b.size() + 1));
    std::memcpy(text, a.data(), a.size());
    if (!b.empty()) std::memcpy(text + a.size(), b.data(), b.size());
    text[a.size() + b.size()] = '\0';
    return text;
}

/// Of a header in which more stands than one cookie of ours, or that is not alone.
std::string_view take_any_cookie(request_rec* r, const std::string& name) {
    const auto value = http::cookie_value(view(apr_table_get(r->headers_in, "Cookie")), name);
    cut_cookie(r->headers_in, pool_of_headers(r), name);
    return value.value_or(std::string_view());
}

}  // namespace

std::string_view take_cookie(request_rec* r, const Live& live, apr_table_entry_t* only) {
    const std::string& name = live.snapshot->settings.cookie.name;
    if (only == nullptr) return take_any_cookie(r, name);
    const std::string_view header = only->val;
    ConnectionMemory* const memory = ConnectionMemory::used_by(r);
    const Place* place = LastHeader::find(memory, live, header);
    Place found{};
    if (place == nullptr) {
        const auto lone = http::find_lone_cookie(header, name);
        if (!lone) return take_any_cookie(r, name);
        found = place_in(header, *lone);
        if (memory != nullptr) LastHeader::keep(*memory, r->connection->pool, live, header, found);
        place = &found;
    }
    if (place->before != 0) {
        only->val = joined(pool_of_headers(r), {header.data(), place->before},
                           {header.data() + place->after, header.size() - place->after});
    } else if (place->after != header.size()) {
        only->val += place->after;
    } else {
        apr_table_unset(r->headers_in, "Cookie");
    }
    return {header.data() + place->value, place->value_size};
}

void cut_cookie(apr_table_t* headers, apr_pool_t* pool, std::string_view cookie_name) {
    const std::string_view cookies = view(apr_table_get(headers, "Cookie"));
    if (cookies.find(cookie_name) == cookies.npos) return;
    const std::string rest = http::without_cookie(cookies, cookie_name);
    if (rest.empty()) {
        apr_table_unset(headers, "Cookie");
    } else {
        apr_table_setn(headers, "Cookie", pool_copy(pool, rest));
    }
}

}  // namespace sso::httpd
