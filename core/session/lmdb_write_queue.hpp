// Writes to an LMDB environment: one thread a process does them, in the order asked, many in one transaction; those who
// ask wait no longer than they said. It is started for the first of them, and lets go of the pages that were read each
// second, too. For the LMDB store alone.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/base/result.hpp"
#include "core/session/lmdb_transaction.hpp"

namespace sso::session {

class LmdbEnvironment;

class LmdbWriteQueue {
  public:
    /// What to do in a transaction. It may be done again in another one, when a neighbour's failure undid the first:
    /// it overwrites what it left behind itself. An error that it finds before it has changed anything harms no
    /// neighbour. It owns what it needs, for who asked may have gone.
    using Work = std::function<Status(WriteTransaction&)>;

    /// `environment` outlives this object. @param grace  how long the destructor may go on writing
    LmdbWriteQueue(LmdbEnvironment& environment, std::chrono::milliseconds grace) noexcept;
    /// Writes what is waiting, if it gets to it within `grace`.
    ~LmdbWriteQueue();
    LmdbWriteQueue(const LmdbWriteQueue&) = delete;
    LmdbWriteQueue& operator=(const LmdbWriteQueue&) = delete;

    /// Waits until `work` is on the disk. When the time-out passes before the thread has come to it, the work is
    /// withdrawn and never done. When it passes in the middle of it, the caller waits as long again for the outcome.
    /// @return what `work` answered, or `unavailable`, also where the system gives no thread
    Status run(Work work, std::chrono::milliseconds timeout);
    enum class When {
        soon,    ///< within about half a second, with others of its kind
        at_once  ///< as if somebody waited for it
    };
    /// Has `work` done, and does not wait for it. @return `limit` when too many wait or the system gives no thread:
    /// what is there can be read all the same
    Status post(Work work, When when = When::soon);

  private:
    struct Job;
    using Jobs = std::vector<std::shared_ptr<Job>>;

    Status start_if_needed();
    void write_until_stopped();
    bool wait_for_jobs(std::unique_lock<std::mutex>& lock);
    void let_go_of_pages_if_due(std::unique_lock<std::mutex>& lock);
    bool wait_for_writer_lock(std::unique_lock<std::mutex>& lock);
    void write_batch(std::unique_lock<std::mutex>& lock);
    Status write_together(const Jobs& jobs);
    bool past_grace() const;

    LmdbEnvironment& environment_;
    const std::chrono::milliseconds grace_;
    std::mutex mutex_;
    std::condition_variable asked_;
    std::condition_variable answered_;
    std::deque<std::shared_ptr<Job>> waiting_;
    std::size_t awaited_ = 0;  // how many of `waiting_` somebody waits for
    std::chrono::steady_clock::time_point oldest_{};
    std::chrono::steady_clock::time_point let_go_at_{};  // the thread's own
    bool stopping_ = false;
    std::chrono::steady_clock::time_point stop_at_{};
    std::thread thread_;
};

}  // namespace sso::session
