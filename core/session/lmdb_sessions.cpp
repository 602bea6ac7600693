#include "core/session/lmdb_sessions.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/session/binary.hpp"
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
    if (const auto noted = note_revocation(transaction, id.bytes()); !noted) return error_of(noted);
    return transaction.erase(Table::sessions, id.bytes());
}

Result<std::uint64_t> note_revocation(WriteTransaction& transaction, std::string_view id) {
    const auto last = last_revocation(transaction);
    if (!last) return error_of(last);
    const std::uint64_t number = *last + 1;
    if (const auto put = transaction.put(Table::revocations, revocation_key(number), id); !put) return error_of(put);
    if (number > kKeptRevocations) {
        const auto erased = transaction.erase(Table::revocations, revocation_key(number - kKeptRevocations));
        if (!erased) return error_of(erased);
    }
    return number;
}

Result<std::uint64_t> last_revocation(Transaction& transaction) {
    const auto last = transaction.last_key(Table::revocations);
    if (!last) return error_of(last);
    return *last ? revocation_number(**last) : 0;
}

std::string revocation_key(std::uint64_t number) {
    BinaryWriter key;
    key.u64(number);
    return std::move(key).take();
}

std::uint64_t revocation_number(std::string_view key) noexcept {
    BinaryReader reader(key);
    const auto number = reader.u64();
    return reader.at_end() ? number.value_or(0) : 0;
}

std::string WatcherWord::encode() const {
    BinaryWriter record;
    record.time(ends);
    record.u64(report.reached);
    record.text(report.name);
    return std::move(record).take();
}

std::optional<WatcherWord> WatcherWord::decode(std::string_view record) {
    BinaryReader reader(record);
    const auto ends = reader.time();
    const auto reached = reader.u64();
    const auto name = reader.text();
    if (!ends || !reached || !name || !reader.at_end()) return std::nullopt;
    return WatcherWord{*ends, {std::string(*name), *reached}};
}

}  // namespace sso::session
