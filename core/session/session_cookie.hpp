// The cookie of a session: 256 random bits and nothing else, and what is derived from them (design.md §4).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "core/config/settings.hpp"
#include "core/http/cookie.hpp"

namespace sso::session {

/// The store's key of a session: SHA-256("id" ‖ cookie bits). Safe to show to administrators and to log.
class SessionId {
  public:
    static constexpr std::size_t kSize = 32;
    /// From 64 hexadecimal digits, either case; anything else is `invalid`.
    static Result<SessionId> parse(std::string_view hex);
    static SessionId from_bytes(const std::array<std::uint8_t, kSize>& bytes) noexcept { return SessionId(bytes); }

    using Digits = std::array<char, 2 * kSize>;
    [[nodiscard]] Digits digits() const noexcept;           ///< hexadecimal, lower-case
    [[nodiscard]] std::string hex() const;                  ///< the same
    [[nodiscard]] std::string_view bytes() const noexcept;  ///< 32 raw bytes
    friend auto operator<=>(const SessionId&, const SessionId&) = default;

  private:
    explicit SessionId(const std::array<std::uint8_t, kSize>& bytes) noexcept : bytes_(bytes) {}
    std::array<std::uint8_t, kSize> bytes_;
};

/// What the browser holds. Wipes itself; compares in constant time.
class SessionCookie {
  public:
    static constexpr std::size_t kBits = 256;
    static SessionCookie generate();
    /// From 43 base64url characters (RFC 4648 §5, one spelling a value); anything else is `invalid`. Allocates nothing
    /// when it succeeds: every request does this.
    static Result<SessionCookie> parse(std::string_view text);
    SessionCookie(const SessionCookie&) = delete;
    SessionCookie& operator=(const SessionCookie&) = delete;
    SessionCookie(SessionCookie&& other) noexcept;
    SessionCookie& operator=(SessionCookie&& other) noexcept;
    ~SessionCookie() { wipe(bits_.data(), bits_.size()); }

    [[nodiscard]] std::string text() const;                ///< for Set-Cookie alone
    [[nodiscard]] std::string_view bits() const noexcept;  ///< 32 raw bytes, random: a slice serves as a hash
    [[nodiscard]] SessionId id() const;                    ///< SHA-256("id" ‖ bits)
    [[nodiscard]] Secret key() const;                      ///< SHA-256("key" ‖ bits): opens the sealed attributes
    /// SHA-256("kept" ‖ other ‖ bits): of the cookie and a secret of one length.
    [[nodiscard]] Secret key_with(std::string_view other) const;
    friend bool operator==(const SessionCookie& a, const SessionCookie& b) noexcept {
        return equal_in_constant_time(a.bits(), b.bits());
    }

  private:
    SessionCookie() = default;
    std::array<char, kBits / 8> bits_{};
};

/// The Set-Cookie header that gives a browser `value`, as the configuration has it; `http::expired` of it takes it
/// away.
http::SetCookie session_cookie_header(const config::CookieSettings& settings, std::string value);

}  // namespace sso::session
