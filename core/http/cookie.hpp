// The Cookie and Set-Cookie headers (RFC 6265).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sso::http {

/// The value of cookie `name` in a Cookie header (§4.2), or nothing. Views into `header`. The first of several equal
/// names wins. Allocates nothing.
std::optional<std::string_view> cookie_value(std::string_view header, std::string_view name) noexcept;

/// The header without any pair named `name`; empty when nothing remains. Other pairs keep their bytes and order.
std::string without_cookie(std::string_view header, std::string_view name);

/// A cookie in a header as browsers send it: there once, and its name nowhere else. `before` and `after` are the header
/// without it when they are put together; one of them may be empty.
struct LoneCookie {
    std::string_view value, before, after;
};
/// Views into `header`: `after`, if there is anything, ends where it ends. Nothing for any other header; the functions
/// above know what to do with those, and say the same of these. Allocates nothing.
std::optional<LoneCookie> find_lone_cookie(std::string_view header, std::string_view name) noexcept;

/// Whether a value is made of letters, digits, "-" and "_" alone, as ours are. Allocates nothing.
bool is_simple_value(std::string_view value) noexcept;

/// What a Set-Cookie header says (§4.1). Name, domain and value are ours, never a client's.
struct SetCookie {
    std::string name, value;
    std::string domain;  ///< empty: host-only
    std::string path = "/";
    bool secure = false;
    bool http_only = true;
    std::string_view same_site = "Lax";
    std::optional<std::chrono::seconds> max_age;
    [[nodiscard]] std::string text() const;
};

/// The same cookie, to be forgotten at once.
SetCookie expired(SetCookie cookie);

}  // namespace sso::http
