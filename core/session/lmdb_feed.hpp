// Listening to LMDB: the number of the last transaction stands in memory; when it has moved, a table says what was
// revoked. For open_revocation_feed alone.
#pragma once

#include "core/session/revocation_feed.hpp"

namespace sso::session {

std::unique_ptr<RevocationFeed> open_lmdb_feed(std::string folder, const StoreOptions& options, Watcher watcher);

}  // namespace sso::session
