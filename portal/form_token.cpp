#include "portal/form_token.hpp"

#include <charconv>

#include "core/base/encoding.hpp"
#include "core/crypto/random.hpp"

namespace sso::portal {
namespace {

constexpr std::size_t kBrowserBytes = 32;
constexpr std::size_t kTagLength = 8;

/// Parts are joined by a byte that none of them holds.
std::string signed_text(std::string_view form, std::string_view browser, std::string_view expires) {
    std::string text(form);
    text.append(1, '\0').append(browser).append(1, '\0').append(expires);
    return text;
}

}  // namespace

std::string FormTokens::new_browser() {
    return base64url_encode(crypto::random_bytes(kBrowserBytes));
}

bool FormTokens::is_browser(std::string_view value) {
    const auto bytes = base64url_decode(value);
    return bytes && bytes->size() == kBrowserBytes;
}

std::string_view FormTokens::tag_of_browser(std::string_view browser) noexcept {
    return browser.substr(0, kTagLength);
}

std::string_view FormTokens::tag_of_token(std::string_view token) noexcept {
    return token.substr(0, token.find('.'));
}

// A token: tag '.' expiry in seconds '.' signature.
std::string FormTokens::issue(std::string_view form, std::string_view browser, SysSeconds now) const {
    const std::string expires = std::to_string((now + kLifetime).time_since_epoch().count());
    return std::string(tag_of_browser(browser)) + "." + expires + "." + key_.sign(signed_text(form, browser, expires));
}

bool FormTokens::accepts(std::string_view token, std::string_view form, std::string_view browser,
                         SysSeconds now) const {
    const std::string_view tag = tag_of_token(token);
    if (tag.size() == token.size() || tag != tag_of_browser(browser) || !is_browser(browser)) return false;
    token.remove_prefix(tag.size() + 1);
    const auto dot = token.find('.');
    if (dot == token.npos) return false;
    const std::string_view expires = token.substr(0, dot);
    if (!key_.verifies(signed_text(form, browser, expires), token.substr(dot + 1))) return false;
    std::int64_t seconds = 0;  // the signature is right, so we wrote this number
    std::from_chars(expires.data(), expires.data() + expires.size(), seconds);
    return now <= SysSeconds(std::chrono::seconds(seconds));
}

}  // namespace sso::portal
