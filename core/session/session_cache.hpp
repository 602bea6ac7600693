// L1: the process's own table of open sessions, before the store (design.md §2).
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "core/session/session_store.hpp"

namespace sso::session {

/// Bounded, shared by all threads of the process. Entries serve for `fresh` and are then asked for again, so that a
/// logout elsewhere holds within that time plus a store's reply. Misses for one session are asked once, however many
/// threads wait. What is absent is not remembered.
class SessionCache {
  public:
    struct Limits {
        std::size_t entries = 10'000;
        std::size_t bytes = 8U << 20U;
        std::chrono::milliseconds fresh{250};
    };

    /// `store` outlives the cache.
    SessionCache(SessionStore& store, const Limits& limits);
    ~SessionCache();
    SessionCache(const SessionCache&) = delete;
    SessionCache& operator=(const SessionCache&) = delete;

    /// The session that the cookie opens. A hit allocates nothing and asks nobody; a miss costs one trip to the store
    /// and, when the session was last seen more than a minute ago, a `touch`.
    /// @return the store's `not_found`, `expired`, `unavailable`, `corrupt`
    Result<std::shared_ptr<const Session>> resume(const SessionCookie& cookie, SysSeconds now);

    /// Drops one session, as when this process has ended it.
    void forget(const SessionCookie& cookie);

  private:
    struct Table;
    std::unique_ptr<Table> table_;
};

}  // namespace sso::session
