#include "core/credentials/ticket.hpp"

#include <array>

#include "core/base/encoding.hpp"
#include "core/base/secret.hpp"
#include "core/crypto/hash.hpp"
#include "core/crypto/random.hpp"
#include "core/crypto/seal.hpp"
#include "core/http/url.hpp"
#include "core/session/session_cookie.hpp"

namespace sso::credentials {
namespace {

constexpr std::size_t kBytes = 32;
constexpr std::size_t kText = 43;  // 32 bytes as base64url
constexpr std::string_view kContext = "ticket";

bool is_of_bytes(std::string_view text) {
    std::array<char, kBytes> bytes{};
    const bool is = base64url_decode_into(text, bytes);
    wipe(bytes.data(), bytes.size());
    return is;
}

}  // namespace

std::string ticket_parameter(std::string_view cookie_name) {
    return http::percent_encode(std::string(cookie_name) + "cda");
}

TakenParameter take_parameter(std::string_view target, std::string_view name) {
    const auto question = target.find('?');
    if (question == target.npos) return {std::nullopt, std::string(target)};
    TakenParameter taken{std::nullopt, std::string(target.substr(0, question))};
    std::string_view query = target.substr(question + 1);
    char separator = '?';
    for (bool more = true; more;) {
        const auto end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        more = end != query.npos;
        if (more) query.remove_prefix(end + 1);
        const bool is_it = pair.substr(0, pair.find('=')) == name && pair.find('=') != pair.npos;
        if (is_it) {
            if (!taken.value) taken.value = std::string(pair.substr(name.size() + 1));
            continue;
        }
        taken.rest.append(1, separator).append(pair);
        separator = '&';
    }
    return taken;
}

std::string with_parameter(std::string_view target, std::string_view name, std::string_view value) {
    std::string longer(target);
    longer.append(target.find('?') == target.npos ? "?" : "&").append(name).append("=").append(value);
    return longer;
}

std::string new_browser_secret() {
    return base64url_encode(crypto::random_bytes(kBytes));
}

bool is_browser_secret(std::string_view text) {
    return is_of_bytes(text);
}

std::string browser_mark(std::string_view secret) {
    return base64url_encode(crypto::bytes(crypto::sha256({"browser", secret})));
}

bool is_browser_mark(std::string_view text) {
    return is_of_bytes(text);
}

// What is sealed: cookie and mark, each of 43 characters, then the origin.
Result<std::string> issue_ticket(session::SessionStore& store, const Ticket& ticket, SysSeconds now) {
    if (ticket.session.size() != kText || !is_browser_mark(ticket.browser)) {
        return fail(ErrorCode::invalid, "a ticket is for a session and a browser");
    }
    const session::SessionCookie bits = session::SessionCookie::generate();
    const Secret plain(ticket.session + ticket.browser + ticket.origin);
    const std::string sealed = crypto::seal(bits.key(), plain.reveal(), kContext);
    const auto kept = store.put(session::RecordKind::ticket, bits.id().bytes(), sealed, now + kTicketLifetime);
    if (!kept) return error_of(kept);
    return bits.text();
}

Result<std::optional<std::string>> redeem_ticket(session::SessionStore& store, std::string_view text,
                                                 std::string_view origin, std::string_view browser, SysSeconds now) {
    const auto bits = session::SessionCookie::parse(text);
    if (!bits) return std::nullopt;
    const std::string key(bits->id().bytes());
    // looked at first: to take is to write, and a stranger may send any number of bits
    const auto there = store.get(session::RecordKind::ticket, key, now);
    if (!there) return error_of(there);
    if (!*there) return std::nullopt;
    const auto sealed = store.take(session::RecordKind::ticket, key, now);
    if (!sealed) return error_of(sealed);
    if (!*sealed) return std::nullopt;
    auto opened = crypto::open(bits->key(), **sealed, kContext);
    if (!opened) return error_of(opened);
    const Secret plain(std::move(*opened));
    const std::string_view all = plain.reveal();
    if (all.size() < 2 * kText || !equal_in_constant_time(all.substr(kText, kText), browser) ||
        all.substr(2 * kText) != origin) {
        return std::nullopt;
    }
    return std::string(all.substr(0, kText));
}

}  // namespace sso::credentials
