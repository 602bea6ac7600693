// How a session stands in the tables of an LMDB environment: the record under its id, when it was last seen beside it
// (small, so that noting it copies little), and its id under its user. For the LMDB store alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/session/lmdb_transaction.hpp"
#include "core/session/session.hpp"

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

}  // namespace sso::session
