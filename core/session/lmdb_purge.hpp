// Deletes from an LMDB environment what has expired. For the LMDB store alone.
#pragma once

#include <cstdint>

#include "core/session/lmdb_environment.hpp"
#include "core/session/session_store.hpp"

namespace sso::session {

/// Expired sessions, persons, tickets and counters, and pointers to sessions that are gone. Looks in snapshots and
/// removes in short transactions, so that nobody waits for the whole. What cannot be read stays, counters apart.
/// @return how many sessions went
Result<std::uint64_t> purge_lmdb(LmdbEnvironment& environment, const StoreOptions& options, SysSeconds now);

}  // namespace sso::session
