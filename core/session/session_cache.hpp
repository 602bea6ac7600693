// L1: the process's own table of open sessions, before the store (design.md §2).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "core/base/spare.hpp"
#include "core/crypto/seal.hpp"
#include "core/session/cache_counts.hpp"
#include "core/session/circuit_breaker.hpp"
#include "core/session/held_session.hpp"
#include "core/session/kept_record.hpp"
#include "core/session/record_cache.hpp"
#include "core/session/revocation_board.hpp"
#include "core/session/session_store.hpp"
#include "core/session/session_table.hpp"

namespace sso::session {

/// A number for the store that `uri` names: what is known of another store does not hold for this one. Never 0.
std::uint64_t store_mark(std::string_view uri);

/// Bounded, shared by all threads of the process. A session that the board knows to have ended or changed is asked for
/// again at once; while nobody watches the store, so is one that was asked for longer than `fresh` ago. When the store
/// does not answer, what is held and not known to be void serves until `lease` after the last word of the store, be it
/// the watcher's or an answer. Misses for one session are asked once, however many threads wait, and none waits for a
/// store that was silent just now. What is absent is not remembered, nor what is stale.
class SessionCache {
  public:
    struct Limits {
        std::size_t entries = 10'000;
        std::size_t bytes = 8U << 20U;
        std::chrono::seconds touch_after{60};  ///< how old `last_seen` may grow while a session is used
    };
    /// How long what is held may serve.
    struct Terms {
        std::chrono::milliseconds fresh{250};  ///< after the store was asked, while nobody watches it
        std::chrono::seconds lease{30};        ///< after the last word of the store, when it does not answer
    };
    /// A minute, or a quarter of `idle_timeout` where that is shorter (0: there is none).
    static std::chrono::seconds touch_interval(std::chrono::seconds idle_timeout) noexcept;

    /// What the cache stands on; all of it outlives the cache.
    struct Sources {
        SessionStore& store;
        const StoreOptions& options;  ///< those that the store was opened with
        const RevocationBoard& board;
        std::uint64_t mark = 0;          ///< the store's, as the watcher gives it to the board
        RecordCache* records = nullptr;  ///< L2; null: none. Used when the board has an identity
        CacheCounts* counts = nullptr;   ///< null: nobody counts
    };
    using SteadyNow = std::function<Steady()>;
    /// Of a clock that is read at little cost and moves each few milliseconds.
    static Steady coarse_now() noexcept;

    /// `steady_now` is called from several threads at once.
    SessionCache(const Sources& sources, const Limits& limits, SteadyNow steady_now = &coarse_now);
    ~SessionCache();
    SessionCache(const SessionCache&) = delete;
    SessionCache& operator=(const SessionCache&) = delete;

    /// The session that the cookie opens. A hit allocates nothing, takes no lock and asks nobody; a miss costs one trip
    /// to the store at most. When the use of a session was noted longer than `touch_after` ago there is a `touch`,
    /// whose failure is nobody's concern.
    /// @param cookie  as the browser sent it
    /// @return `not_found` also for what is no cookie of ours; the store's `expired`, `unavailable`, `corrupt`
    Result<HeldSession> resume(std::string_view cookie, SysSeconds now, const Terms& terms);

    /// What `resume` would give by the watcher's word alone, without asking anybody or writing anything down; none
    /// where it would do more.
    /// @param guess  a session of this cache's that it may well be, or none: found without a search. Taken if it is.
    HeldSession find_held(std::string_view cookie, SysSeconds now, Steady steady, HeldSession& guess) noexcept;

    /// Drops one session, here and in L2, as when this process has ended it. An answer of the store that is on its way
    /// is not kept.
    void forget(std::string_view cookie);

    /// Keeps `memo` with the session, for as long as it is held here and is not loaded anew. When there are more than a
    /// few of them, those before it are kept only for those who hold the session now; the next one that finds it finds
    /// `memo`.
    void remember(const HeldSession& session, std::unique_ptr<SessionMemo> memo);

    /// What is held now, for tests and status pages.
    using Usage = SessionTable::Usage;
    [[nodiscard]] Usage usage() const { return table_.usage(); }
    /// Whether the store is not asked just now, because it did not answer.
    [[nodiscard]] bool is_store_given_up() const noexcept { return breaker_.is_open(); }

  private:
    struct Flight;

    bool is_current(const SessionEntry& entry, Steady steady, SysSeconds now, const Terms& terms) const noexcept;
    bool is_on_lease(const SessionEntry& entry, Steady steady, SysSeconds now, const Terms& terms) const noexcept;
    void note_use(SessionEntry& entry, SysSeconds now);
    bool note_use_if_due(SessionEntry& entry, SysSeconds now);
    [[nodiscard]] bool has_records() const noexcept;
    void keep(const SessionCookie& cookie, const SessionEntry& entry, const Flight& flight, SysSeconds now);
    void count(CacheCounts::Counter CacheCounts::*what) const noexcept;
    Result<HeldSession> load(const CookieText& cookie, Flight& flight, const HeldSession& held, SysSeconds now,
                             const Terms& terms);
    Result<HeldSession> add(const CookieText& text, const SessionCookie& cookie, const SealedSession& sealed,
                            Stamp stamp, Steady asked, const HeldSession& held, Flight& flight);
    HeldSession take_in(const CookieText& text, KeptRecord::Contents opened, Stamp stamp, Steady asked,
                        const HeldSession& held, Flight& flight);
    Result<HeldSession> recall(const CookieText& text, const SessionCookie& cookie, const SessionId& id, Stamp stamp,
                               Steady steady, const HeldSession& held, Flight& flight, SysSeconds now,
                               const Terms& terms);

    const Sources sources_;
    const Limits limits_;
    const SteadyNow steady_now_;
    SessionTable table_;
    CircuitBreaker breaker_;
    Spare<crypto::Opener> openers_;
    std::mutex flights_mutex_;
    std::vector<std::shared_ptr<Flight>> flights_;
};

}  // namespace sso::session
