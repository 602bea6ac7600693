// The token in every form: proof that the page which is sent back was made by us for this very browser, not long ago.
// Nothing is stored: the token is an HMAC over a value that the browser keeps in a cookie of its own (design.md §4).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/secret.hpp"
#include "core/config/site_key.hpp"

namespace sso::portal {

/// A key derived from the site key for one purpose, and the previous one while a rotation lasts.
class RotatingKey {
  public:
    RotatingKey(const config::SiteKey& site_key, std::string_view label);
    [[nodiscard]] std::string sign(std::string_view message) const;  ///< base64url of the HMAC, 43 characters
    [[nodiscard]] bool verifies(std::string_view message, std::string_view signature) const;

  private:
    Secret current_;
    std::optional<Secret> previous_;
};

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
    RotatingKey key_;
};

}  // namespace sso::portal
