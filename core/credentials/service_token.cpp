#include "core/credentials/service_token.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/encoding.hpp"
#include "core/base/secret.hpp"
#include "core/base/text.hpp"
#include "core/expr/regex.hpp"
#include "core/http/header.hpp"
#include "core/session/session_cookie.hpp"

namespace sso::credentials {
namespace {

constexpr std::size_t kLongest = 8'192;
constexpr std::size_t kMostItems = 64;
constexpr std::uint32_t kMatchLimit = 10'000;
constexpr std::int64_t kLatestSecond = 253'402'300'799;  // of the year 9999
constexpr std::string_view kTextContext = "text";
constexpr std::string_view kTokenContext = "token";

bool is_host_name(std::string_view text) noexcept {
    return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-._") == text.npos;
}

bool is_plain_value(std::string_view text) noexcept {
    return std::none_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7F;
    });
}

Status add_item(ServiceToken& token, std::string_view item) {
    if (item.size() >= 2 && item.starts_with('/') && item.ends_with('/')) {
        token.patterns.emplace_back(item.substr(1, item.size() - 2));
        return {};
    }
    if (const auto equals = item.find('='); equals != item.npos) {
        const std::string_view name = item.substr(0, equals);
        const std::string_view value = item.substr(equals + 1);
        if (!http::is_token(name) || !is_plain_value(value)) return fail(ErrorCode::invalid, "an item is no header");
        token.headers.emplace_back(name, value);
        return {};
    }
    std::string host = to_lower(item);
    if (!is_host_name(host)) return fail(ErrorCode::invalid, "an item is neither a host, nor a pattern, nor a header");
    token.hosts.push_back(std::move(host));
    return {};
}

}  // namespace

Result<ServiceToken> ServiceToken::parse(std::string_view clear) {
    if (clear.size() > kLongest) return fail(ErrorCode::invalid, "a service token is too long");
    const auto parts = split(clear, ':');
    if (parts.size() < 3 || parts.size() > kMostItems + 2) {
        return fail(ErrorCode::invalid, "a service token has a time, a session and up to 64 items");
    }
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(parts[0].data(), parts[0].data() + parts[0].size(), seconds);
    if (error != std::errc() || end != parts[0].data() + parts[0].size() || seconds < 0 || seconds > kLatestSecond) {
        return fail(ErrorCode::invalid, "a service token begins with the time");
    }
    if (!session::SessionCookie::parse(parts[1])) return fail(ErrorCode::invalid, "a service token names no session");
    ServiceToken token;
    token.made = SysSeconds(std::chrono::seconds(seconds));
    token.session = parts[1];
    for (std::size_t i = 2; i < parts.size(); ++i) {
        if (const auto added = add_item(token, parts[i]); !added) return error_of(added);
    }
    if (token.hosts.empty()) return fail(ErrorCode::invalid, "a service token names no host");
    return token;
}

bool ServiceToken::is_for(std::string_view host) const {
    if (std::find(hosts.begin(), hosts.end(), host) != hosts.end()) return true;
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        const auto whole = expr::Regex::compile("\\A(?:" + pattern + ")\\z", {}, kMatchLimit, expr::Regex::Jit::no);
        return whole && whole->find(host) == expr::SearchOutcome::found;
    });
}

std::string Cipher::encrypt(std::string_view clear) const {
    return base64_encode(key_.seal(clear, kTextContext));
}

std::string Cipher::seal_token(std::string_view clear, std::string_view session_id, std::string_view cookie) const {
    const auto first = std::min(clear.find(':'), clear.size() - 1);
    std::string_view items = clear.substr(first + 1);
    const bool names_session = items.starts_with(session_id) && items.substr(session_id.size()).starts_with(':');
    if (!names_session) return base64url_encode(key_.seal(clear, kTokenContext));
    items.remove_prefix(session_id.size());
    std::string text;
    text.reserve(clear.size() + cookie.size());  // no copy of the cookie is left behind
    text.append(clear.substr(0, first + 1)).append(cookie).append(items);
    const Secret with_cookie(std::move(text));
    return base64url_encode(key_.seal(with_cookie.reveal(), kTokenContext));
}

Result<ServiceToken> Cipher::open_token(std::string_view text) const {
    if (text.size() > 2 * kLongest) return fail(ErrorCode::invalid, "a service token is too long");
    const auto sealed = base64url_decode(text);
    if (!sealed) return fail(ErrorCode::invalid, "a service token is base64url");
    auto opened = key_.open(*sealed, kTokenContext);
    if (!opened) return error_of(opened);
    const Secret clear(std::move(*opened));
    return ServiceToken::parse(clear.reveal());
}

}  // namespace sso::credentials
