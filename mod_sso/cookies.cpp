#include "mod_sso/cookies.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/http/cookie.hpp"
#include "mod_sso/headers.hpp"
#include "mod_sso/visit.hpp"

namespace sso::httpd {
namespace {

/// Where in a Cookie header the session cookie stands, and what is left without it: the bytes before `before`, and
/// those from `after` on.
struct Place {
    std::uint32_t value, value_size, before, after;
};

Place place_in(std::string_view header, const http::LoneCookie& lone) noexcept {
    const auto offset = [&](std::string_view part) { return static_cast<std::uint32_t>(part.data() - header.data()); };
    const auto size = [](std::string_view part) { return static_cast<std::uint32_t>(part.size()); };
    return {offset(lone.value), size(lone.value), size(lone.before),
            lone.after.empty() ? size(header) : offset(lone.after)};
}

/// What is left of `header`, and a NUL behind it.
void write_rest(char* into, std::string_view header, const Place& place) noexcept {
    const std::size_t after = header.size() - place.after;
    std::memcpy(into, header.data(), place.before);
    std::memcpy(into + place.before, header.data() + place.after, after);
    into[place.before + after] = '\0';
}

char* rest_of(apr_pool_t* pool, char* header, std::size_t size, const Place& place) {
    if (place.before == 0) return header + place.after;
    auto* const rest = static_cast<char*>(apr_palloc(pool, size + 1));
    write_rest(rest, {header, size}, place);
    return rest;
}

}  // namespace

/// The Cookie header of a connection's last request: a browser sends the same one again and again. Behind it in memory
/// stand its text and what was left of it, each with a NUL.
class LastHeader {
  public:
    /// The last header if it is the same, or one with another value of the session cookie, as somebody else's is on a
    /// connection of a proxy's. Null: it was another one, or looked at by another configuration.
    static LastHeader* find(const ConnectionMemory& memory, const Live& live, const char* header) noexcept {
        LastHeader* const last = memory.last_header;
        if (last == nullptr || last->configuration_ != live.number) return nullptr;
        return std::strcmp(last->text(), header) == 0 || last->is_like(header) ? last : nullptr;
    }

    /// Null: it is too long to be remembered.
    static LastHeader* keep(ConnectionMemory& memory, apr_pool_t* pool, const Live& live, std::string_view header,
                            const Place& place) {
        constexpr std::size_t kMost = 4096;
        constexpr std::size_t kLeast = 240;
        if (header.size() > kMost) return nullptr;
        LastHeader*& last = memory.last_header;
        if (last == nullptr || last->room_ <= header.size()) {
            // twice the room, so that all that is given up of the connection's memory is no more than what is used
            const std::size_t room = std::max(kLeast, 2 * header.size() + 1);
            last = ::new (apr_palloc(pool, sizeof(LastHeader) + 2 * room)) LastHeader(room);
        }
        last->configuration_ = live.number;
        last->size_ = header.size();
        last->place_ = place;
        std::memcpy(last->text(), header.data(), header.size());
        last->text()[header.size()] = '\0';
        write_rest(last->rest(), header, place);
        return last;
    }

    [[nodiscard]] const Place& place() const noexcept { return place_; }
    /// For as long as the memory is used by the same request.
    char* rest() noexcept { return text() + room_; }

  private:
    /// Whether the cookie's value alone is another, with nothing in it by which anybody could read it as several.
    [[nodiscard]] bool is_like(const char* header) const noexcept {
        if (std::strlen(header) != size_) return false;
        const std::size_t end = place_.value + place_.value_size;
        return std::memcmp(text(), header, place_.value) == 0 &&
               std::memcmp(text() + end, header + end, size_ - end) == 0 &&
               http::is_simple_value({header + place_.value, place_.value_size});
    }

    explicit LastHeader(std::size_t room) noexcept : room_(room) {}
    char* text() noexcept { return reinterpret_cast<char*>(this + 1); }
    [[nodiscard]] const char* text() const noexcept { return reinterpret_cast<const char*>(this + 1); }

    std::size_t room_;  ///< for each of the texts
    std::size_t size_ = 0;
    std::uint64_t configuration_ = 0;
    Place place_{};
};

namespace {

/// Of a header in which more stands than one cookie of ours, or that is not alone.
std::string_view take_any_cookie(request_rec* r, const std::string& name) {
    const auto value = http::cookie_value(view(apr_table_get(r->headers_in, "Cookie")), name);
    cut_cookie(r->headers_in, pool_of_headers(r), name);
    return value.value_or(std::string_view());
}

/// @param rest  what is left of the header `only`
std::string_view take_from(request_rec* r, apr_table_entry_t* only, const Place& place, char* rest) {
    const std::string_view value(only->val + place.value, place.value_size);
    if (*rest != '\0') {
        only->val = rest;
    } else {
        apr_table_unset(r->headers_in, "Cookie");
    }
    return value;
}

}  // namespace

std::string_view take_cookie(request_rec* r, const Live& live, apr_table_entry_t* only) {
    const std::string& name = live.snapshot->settings.cookie.name;
    if (only == nullptr) return take_any_cookie(r, name);
    ConnectionMemory* const memory = ConnectionMemory::used_by(r);
    LastHeader* last = memory == nullptr ? nullptr : LastHeader::find(*memory, live, only->val);
    if (last != nullptr) return take_from(r, only, last->place(), last->rest());

    const std::string_view header = only->val;
    const auto lone = http::find_lone_cookie(header, name);
    if (!lone) return take_any_cookie(r, name);
    const Place place = place_in(header, *lone);
    if (memory != nullptr) last = LastHeader::keep(*memory, r->connection->pool, live, header, place);
    char* const rest = last != nullptr ? last->rest() : rest_of(pool_of_headers(r), only->val, header.size(), place);
    return take_from(r, only, place, rest);
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
