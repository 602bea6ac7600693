// How a session stands in the tables of an LMDB environment: the record under its id, when it was last seen beside it
// (small, so that noting it copies little), and its id under its user. For the LMDB store alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/session/lmdb_transaction.hpp"
#include "core/session/session.hpp"
#include "core/session/session_store.hpp"

namespace sso::session {

/// The key of a user's sessions in Table::users.
std::string user_key(std::string_view user);

/// A session's id as it stands in a table; nothing if it is none.
std::optional<SessionId> id_of(std::string_view key);

/// The session, `last_seen` up to date, expired or not; nothing if there is none.
Result<std::optional<SealedSession>> find_session(Transaction& transaction, const SessionId& id);

/// Removes a session and what points to it. Of an unreadable record the user is not known: the pointer stays until
/// the next purge, and leads nowhere. @return whether there was one
Result<bool> erase_session(WriteTransaction& transaction, const SessionId& id);

/// Writes down that a session has ended or changed, for those who watch (Table::revocations: a growing number → id).
/// @param id  empty: a mark, behind all that was written down before. @return its number
Result<std::uint64_t> note_revocation(WriteTransaction& transaction, std::string_view id);

/// How many of the last revocations are kept. Who is further behind lets go of everything.
inline constexpr std::uint64_t kKeptRevocations = 4096;

/// The number of the last revocation; 0: there was none.
Result<std::uint64_t> last_revocation(Transaction& transaction);

/// A revocation's number as it stands in the table, in whose order numbers grow, and back; 0 for what is none.
std::string revocation_key(std::uint64_t number);
std::uint64_t revocation_number(std::string_view key) noexcept;

/// A watcher in Table::watchers, under its id.
struct WatcherWord {
    SysSeconds ends;  ///< when it no longer holds
    WatcherReport report;

    [[nodiscard]] std::string encode() const;
    static std::optional<WatcherWord> decode(std::string_view record);
};

}  // namespace sso::session
