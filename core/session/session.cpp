#include "core/session/session.hpp"

#include <algorithm>

#include "core/crypto/hash.hpp"
#include "core/session/binary.hpp"

namespace sso::session {
namespace {

constexpr std::string_view kMagic = "SSO1";  // the last character is the format's version
constexpr std::size_t kUserAgent = 200;
constexpr std::uint32_t kStale = 1;  // behind what every record has

/// What the seal binds the attributes to, beside the key.
std::string seal_context(const SessionId& id, const SessionFacts& facts) {
    constexpr std::size_t kBesideTexts = 64;
    BinaryWriter context(kBesideTexts + facts.user.size() + facts.address.size() + facts.user_agent.size());
    context.bytes("session");
    context.bytes(id.bytes());
    context.time(facts.created);
    context.text(facts.user);
    context.text(facts.address);
    context.text(facts.user_agent);
    return std::move(context).take();
}

/// Not a defence (who can write to the store can compute it): it tells a damaged or misplaced record from a good one
/// without the cookie. The seal is the defence.
crypto::Digest record_digest(const SessionId& id, std::string_view body) {
    return crypto::sha256({"record", id.bytes(), body});
}
std::string_view kept_of(const crypto::Digest& digest) noexcept {
    return crypto::bytes(digest).substr(0, SealedSession::kDigest);
}

}  // namespace

SealedSession Session::seal(const SessionCookie& cookie) const {
    SealedSession record{id, facts, {}, stale};
    record.facts.user_agent.resize(std::min(record.facts.user_agent.size(), kUserAgent));
    std::string json = to_json(attributes);
    record.sealed = crypto::seal(cookie.key(), json, seal_context(id, record.facts));
    wipe(json.data(), json.size());
    return record;
}

Result<Session> SealedSession::open(const SessionCookie& cookie) const {
    if (cookie.id() != id) return fail(ErrorCode::corrupt, "session " + id.hex() + ": the cookie is another session's");
    crypto::Opener opener;
    const auto json = unseal(cookie, opener);
    if (!json) return error_of(json);
    auto attributes = parse_attributes(json->reveal());
    if (!attributes) return fail(ErrorCode::corrupt, "session " + id.hex() + ": " + attributes.error().detail);
    return Session{id, facts, std::move(*attributes), stale};
}

Result<Secret> SealedSession::unseal(const SessionCookie& cookie, crypto::Opener& opener) const {
    auto json = opener.open(cookie.key(), sealed, seal_context(id, facts));
    if (!json) return fail(ErrorCode::corrupt, "session " + id.hex() + ": " + json.error().detail);
    return Secret(std::move(*json));
}

std::string SealedSession::encode() const {
    BinaryWriter record;
    record.bytes(kMagic);
    record.time(facts.created);
    record.time(facts.last_seen);
    record.text(facts.user);
    record.text(facts.address);
    record.text(facts.user_agent);
    record.text(sealed);
    if (stale) record.u32(kStale);
    record.bytes(kept_of(record_digest(id, record.written())));
    return std::move(record).take();
}

Result<SealedSession> SealedSession::decode(const SessionId& id, std::string_view record) {
    const auto corrupt = [&](const char* what) {
        return fail(ErrorCode::corrupt, "the stored record of session " + id.hex() + ": " + what);
    };
    if (record.size() > kMaxRecord) return corrupt("longer than 1 MiB");
    if (record.size() < kMagic.size() + kDigest) return corrupt("too short");
    const std::string_view body = record.substr(0, record.size() - kDigest);
    if (!body.starts_with(kMagic)) return corrupt("of another format");
    if (kept_of(record_digest(id, body)) != record.substr(body.size())) {
        return corrupt("damaged, or stored under another id");
    }
    BinaryReader reader(body.substr(kMagic.size()));
    const auto created = reader.time();
    const auto last_seen = reader.time();
    const auto user = reader.text();
    const auto address = reader.text();
    const auto user_agent = reader.text();
    const auto sealed = reader.text();
    const bool stale = !reader.at_end();
    if (!created || !last_seen || !user || !address || !user_agent || !sealed ||
        (stale && (reader.u32() != kStale || !reader.at_end()))) {
        return corrupt("malformed");
    }
    return SealedSession{id,
                         {std::string(*user), *created, *last_seen, std::string(*address), std::string(*user_agent)},
                         std::string(*sealed),
                         stale};
}

}  // namespace sso::session
