#include "core/session/session_cookie.hpp"

#include <algorithm>

#include "core/base/encoding.hpp"
#include "core/crypto/hash.hpp"
#include "core/crypto/random.hpp"

namespace sso::session {
namespace {

std::string_view name_of(config::SameSite same_site) noexcept {
    switch (same_site) {
        case config::SameSite::strict:
            return "Strict";
        case config::SameSite::none:
            return "None";
        case config::SameSite::lax:
            break;
    }
    return "Lax";
}

/// The digest as a key; what it was read from is overwritten.
Secret wiped(crypto::Digest&& digest) {
    Secret key{std::string(crypto::bytes(digest))};
    wipe(digest.data(), digest.size());
    return key;
}

}  // namespace

Result<SessionId> SessionId::parse(std::string_view hex) {
    const auto decoded = hex.size() == kSize * 2 ? hex_decode(hex) : std::nullopt;
    if (!decoded) return fail(ErrorCode::invalid, "a session's id has 64 hexadecimal digits");
    std::array<std::uint8_t, kSize> bytes{};
    std::transform(decoded->begin(), decoded->end(), bytes.begin(),
                   [](char c) { return static_cast<std::uint8_t>(c); });
    return SessionId(bytes);
}

SessionId::Digits SessionId::digits() const noexcept {
    Digits digits;  // NOLINT: filled in the next line
    hex_encode_into(bytes(), digits);
    return digits;
}

std::string SessionId::hex() const {
    return hex_encode(bytes());
}

std::string_view SessionId::bytes() const noexcept {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
}

SessionCookie SessionCookie::generate() {
    SessionCookie cookie;
    std::string random = crypto::random_bytes(cookie.bits_.size());
    std::copy(random.begin(), random.end(), cookie.bits_.begin());
    wipe(random.data(), random.size());
    return cookie;
}

Result<SessionCookie> SessionCookie::parse(std::string_view text) {
    SessionCookie cookie;
    if (!base64url_decode_into(text, cookie.bits_)) {
        return fail(ErrorCode::invalid, "a session cookie has 43 base64url characters");
    }
    return cookie;
}

SessionCookie::SessionCookie(SessionCookie&& other) noexcept : bits_(other.bits_) {
    wipe(other.bits_.data(), other.bits_.size());
}

SessionCookie& SessionCookie::operator=(SessionCookie&& other) noexcept {
    if (this != &other) {
        bits_ = other.bits_;
        wipe(other.bits_.data(), other.bits_.size());
    }
    return *this;
}

std::string SessionCookie::text() const {
    return base64url_encode(bits());
}

std::string_view SessionCookie::bits() const noexcept {
    return {bits_.data(), bits_.size()};
}

SessionId SessionCookie::id() const {
    return SessionId::from_bytes(crypto::sha256({"id", bits()}));
}

Secret SessionCookie::key() const {
    return wiped(crypto::sha256({"key", bits()}));
}

Secret SessionCookie::key_with(std::string_view other) const {
    return wiped(crypto::sha256({"kept", other, bits()}));
}

http::SetCookie session_cookie_header(const config::CookieSettings& settings, std::string value) {
    http::SetCookie header;
    header.name = settings.name;
    header.value = std::move(value);
    header.domain = settings.domain;
    header.secure = settings.secure;
    header.same_site = name_of(settings.same_site);
    header.max_age = settings.max_age;
    return header;
}

}  // namespace sso::session
