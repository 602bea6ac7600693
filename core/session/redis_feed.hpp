// Listening to Redis: server-assisted client-side caching on one RESP2 connection that is redirected to itself, so that
// whoever loses it knows. For open_revocation_feed alone.
#pragma once

#include "core/session/revocation_feed.hpp"

namespace sso::session {

Result<std::unique_ptr<RevocationFeed>> open_redis_feed(std::string_view uri, const StoreOptions& options,
                                                        Watcher watcher);

}  // namespace sso::session
