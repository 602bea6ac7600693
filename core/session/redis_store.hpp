// The session store that several hosts share: a Redis or Valkey server (version 7 or later) by way of core/redis.
#pragma once

#include <memory>
#include <string_view>

#include "core/base/result.hpp"
#include "core/redis/client.hpp"
#include "core/session/session_store.hpp"

namespace sso::session {

/// Opens a store on redis://, rediss:// or redis+unix:// (see redis::ServerUri). Asks nothing of the server yet: what
/// operations answer when it is not there is `unavailable`, and `refused` when it wants another password or has another
/// certificate. Each operation costs one round trip and lasts `options.timeout` at most, save those for administrators
/// (list, count, purge, remove_user), whose every round trip does.
///
/// Redis drops a session by itself soon after its lifetime, and tickets, persons and counters soon after their end;
/// whether something is over is for `now` alone to say. Sessions that lie idle stay until their lifetime or `purge`.
/// @return `invalid` for a URI that is wrong, or a certificate file that cannot be used
Result<std::unique_ptr<SessionStore>> open_redis_store(std::string_view uri, const StoreOptions& options);

/// The client that a store on `uri` has; for those who have another use of the same server.
Result<std::unique_ptr<redis::Client>> open_redis_client(std::string_view uri, const StoreOptions& options);

}  // namespace sso::session
