// What came of looking for sessions that L1 did not hold, counted for status pages.
#pragma once

#include <atomic>
#include <cstdint>

namespace sso::session {

/// Zero bytes are its first state, so that it may lie in memory that processes share. Counted where a session is not at
/// hand, which costs more than counting. Any process, any thread.
struct CacheCounts {
    using Counter = std::atomic<std::uint64_t>;
    static_assert(Counter::is_always_lock_free);

    Counter malformed{0};   ///< no cookie of ours
    Counter shared{0};      ///< waited for the answer that somebody else had asked for
    Counter recalled{0};    ///< L2 had it
    Counter loaded{0};      ///< the store had it
    Counter absent{0};      ///< the store has no such session, or it has expired
    Counter unreadable{0};  ///< what the store has could not be opened
    Counter failed{0};      ///< the store did not answer
    Counter left_alone{0};  ///< the store was not asked, because it did not answer a moment ago
    Counter on_lease{0};    ///< of the last two, how many were served all the same
};

}  // namespace sso::session
