#include "core/session/lmdb_sessions.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/session/records.hpp"

namespace sso::session {

std::string user_key(std::string_view user) {
    return hashed_key("user", user);
}

std::optional<SessionId> id_of(std::string_view key) {
    if (key.size() != SessionId::kSize) return std::nullopt;
    std::array<std::uint8_t, SessionId::kSize> bytes{};
    std::memcpy(bytes.data(), key.data(), bytes.size());
    return SessionId::from_bytes(bytes);
}

Result<std::optional<SealedSession>> find_session(Transaction& transaction, const SessionId& id) {
    const auto record = transaction.get(Table::sessions, id.bytes());
    if (!record) return error_of(record);
    if (!*record) return std::nullopt;
    auto session = SealedSession::decode(id, **record);
    if (!session) return error_of(session);
    const auto seen = transaction.get(Table::seen, id.bytes());
    if (!seen) return error_of(seen);
    if (*seen) {
        const auto time = decode_time(**seen);
        if (!time) return fail(ErrorCode::corrupt, "when session " + id.hex() + " was last seen is unreadable");
        session->facts.last_seen = std::max(session->facts.last_seen, *time);
    }
    return std::optional(std::move(*session));
}

Result<bool> erase_session(WriteTransaction& transaction, const SessionId& id) {
    const auto record = transaction.get(Table::sessions, id.bytes());
    if (!record) return error_of(record);
    std::string user;
    if (*record) {
        if (const auto session = SealedSession::decode(id, **record)) user = user_key(session->facts.user);
    }
    if (!user.empty()) {
        if (const auto done = transaction.erase_value(Table::users, user, id.bytes()); !done) return error_of(done);
    }
    if (const auto done = transaction.erase(Table::seen, id.bytes()); !done) return error_of(done);
    return transaction.erase(Table::sessions, id.bytes());
}

}  // namespace sso::session
