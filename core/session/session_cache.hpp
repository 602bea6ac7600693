// L1: the process's own table of open sessions, before the store (design.md §2).
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
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
        std::chrono::seconds touch_after{60};  ///< how old `last_seen` may grow while a session is used
    };
    /// A minute, or a quarter of `idle_timeout` where that is shorter (0: there is none).
    static std::chrono::seconds touch_interval(std::chrono::seconds idle_timeout) noexcept;

    using SteadyNow = std::function<std::chrono::steady_clock::time_point()>;

    /// `store` outlives the cache. `steady_now` is called from several threads at once.
    SessionCache(SessionStore& store, const Limits& limits, SteadyNow steady_now = &std::chrono::steady_clock::now);
    ~SessionCache();
    SessionCache(const SessionCache&) = delete;
    SessionCache& operator=(const SessionCache&) = delete;

    /// The session that the cookie opens. A hit allocates nothing and asks nobody; a miss costs one trip to the store
    /// and, when the session was last seen longer ago than `touch_after`, a `touch`, whose failure is nobody's concern.
    /// @return the store's `not_found`, `expired`, `unavailable`, `corrupt`
    Result<std::shared_ptr<const Session>> resume(const SessionCookie& cookie, SysSeconds now);

    /// Drops one session, as when this process has ended it. An answer of the store that is on its way is not kept.
    void forget(const SessionCookie& cookie);

    /// What is held now, for tests and status pages.
    struct Usage {
        std::size_t entries = 0;
        std::size_t bytes = 0;
    };
    [[nodiscard]] Usage usage() const;

  private:
    class Shard;
    struct Flight;

    Shard& shard_of(const SessionCookie& cookie) const noexcept;
    Result<std::shared_ptr<const Session>> load(const SessionCookie& cookie, SysSeconds now);
    /// Writes down the use of a session, unless that was done lately. @return when it was written down last
    SysSeconds note_use(const Session& session, SysSeconds noted, SysSeconds now);

    SessionStore& store_;
    const Limits limits_;
    const SteadyNow steady_now_;
    std::unique_ptr<Shard[]> shards_;
    std::size_t shard_count_;
};

}  // namespace sso::session
