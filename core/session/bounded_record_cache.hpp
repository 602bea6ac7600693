// L2 where it may not answer: called by threads of its own, so that nobody waits for it longer than is said.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "core/base/log.hpp"
#include "core/session/circuit_breaker.hpp"
#include "core/session/record_cache.hpp"

namespace sso::session {

/// Stands before a cache whose calls may take for ever, as those of one that a server keeps. `find` waits for its
/// answer as long as it has patience; `keep` and `drop` are not waited for. Once a `find` has had none, the cache is
/// left alone: there is nothing to be found, nothing is handed over, and at most one `find` in each
/// CircuitBreaker::kRetry tries whether it answers again. One line of the log says that this begins (SSO0383), one that
/// it is over (SSO0384). A call that does not come back keeps its thread and what it was given, and nothing else.
///
/// What is not kept or not dropped for this is no more than forgotten: whether a record may be believed is not its
/// place in the cache but what is sealed in it (KeptRecord).
class BoundedRecordCache final : public RecordCache {
  public:
    using Steady = CircuitBreaker::Steady;
    using SteadyNow = std::function<Steady()>;
    /// Calls under way at the same time, and so threads, at most. One is started when a call finds no other free.
    static constexpr std::size_t kThreads = 4;

    /// @param behind      outlives every call, those too that this object's end does not wait for
    /// @param steady_now  when the cache is tried again; called from several threads at once
    BoundedRecordCache(RecordCache& behind, std::chrono::milliseconds patience, LogSink log,
                       SteadyNow steady_now = &std::chrono::steady_clock::now);
    /// Waits for nobody. Threads that have nothing to do end, the others when their calls have come back.
    ~BoundedRecordCache() override;
    BoundedRecordCache(const BoundedRecordCache&) = delete;
    BoundedRecordCache& operator=(const BoundedRecordCache&) = delete;

    bool find(const SessionId& id, const std::function<void(std::string_view record)>& use) noexcept override;
    void keep(const SessionId& id, std::string_view record, std::chrono::seconds at_most) noexcept override;
    void drop(const SessionId& id) noexcept override;

  private:
    struct Errand;
    class Desk;
    const std::shared_ptr<Desk> desk_;  // the threads', too
};

}  // namespace sso::session
