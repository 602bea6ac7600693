// The token in every form: proof that the page which is sent back was made by us for this very browser, not long ago.
// Nothing is stored: the token is an HMAC over a value that the browser keeps in a cookie of its own (design.md §4).
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/config/rotating_key.hpp"

namespace sso::portal {

class FormTokens {
  public:
    /// A form left open for longer has to be sent twice.
    static constexpr std::chrono::seconds kLifetime{std::chrono::hours{1}};

    explicit FormTokens(const config::SiteKey& site_key) : key_(site_key, "form") {}

    /// A new value for the browser's cookie: 256 random bits, base64url.
    static std::string new_browser();
    /// Whether a cookie's value is one that `new_browser` could have made.
    static bool is_browser(std::string_view value);
    /// A short piece of the value that tells one cookie of a browser from another. It also heads each token, and so
    /// says which cookie goes with it.
    static std::string_view tag_of_browser(std::string_view browser) noexcept;
    static std::string_view tag_of_token(std::string_view token) noexcept;

    /// @param form     which form the token is good for: "login", "logout"
    /// @param browser  the value of the browser's cookie
    [[nodiscard]] std::string issue(std::string_view form, std::string_view browser, SysSeconds now) const;
    [[nodiscard]] bool accepts(std::string_view token, std::string_view form, std::string_view browser,
                               SysSeconds now) const;

  private:
    config::RotatingKey key_;
};

}  // namespace sso::portal
