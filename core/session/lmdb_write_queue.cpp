#include "core/session/lmdb_write_queue.hpp"

#include <algorithm>
#include <exception>
#include <system_error>

#include "core/base/signals_held.hpp"
#include "core/session/lmdb_environment.hpp"

namespace sso::session {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t kMostWaiting = 4096;
constexpr std::size_t kMostPosted = 3072;  // the rest is kept for those who wait
constexpr std::size_t kBatch = 256;        // jobs in one transaction
constexpr auto kLinger = 500ms;            // posted jobs gather for so long
constexpr auto kFirstPause = 100us;        // between looks at the writer's lock
constexpr auto kLongestPause = 1ms;        // … when somebody waits
constexpr auto kLongestIdlePause = 20ms;   // … when nobody does
constexpr auto kLetGoEach = 1s;            // of pages that were read
constexpr auto kCourtesy = 300us;          // between our batches, so that other processes get their turn

}  // namespace

struct LmdbWriteQueue::Job {
    Work work;
    bool awaited;
    bool taken = false;
    bool done = false;
    Status outcome;
};

LmdbWriteQueue::LmdbWriteQueue(LmdbEnvironment& environment, std::chrono::milliseconds grace) noexcept
    : environment_(environment), grace_(grace) {}

LmdbWriteQueue::~LmdbWriteQueue() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
        stop_at_ = steady_clock::now() + grace_;
    }
    asked_.notify_all();
    if (thread_.joinable()) thread_.join();
}

/// The thread, if there is none yet. With the lock held.
Status LmdbWriteQueue::start_if_needed() {
    if (thread_.joinable()) return {};
    try {
        const SignalsHeld held;
        thread_ = std::thread([this] { write_until_stopped(); });
    } catch (const std::system_error& e) {
        return fail(ErrorCode::unavailable, std::string("no thread can be started that writes: ") + e.what());
    }
    return {};
}

Status LmdbWriteQueue::run(Work work, std::chrono::milliseconds timeout) {
    const auto job = std::make_shared<Job>(Job{std::move(work), true, false, false, {}});
    std::unique_lock lock(mutex_);
    if (auto started = start_if_needed(); !started) return started;
    if (waiting_.size() >= kMostWaiting) {
        return fail(ErrorCode::unavailable, std::to_string(kMostWaiting) + " writes wait already");
    }
    waiting_.push_back(job);
    ++awaited_;
    asked_.notify_one();
    const auto finished = [&] { return job->done; };
    if (!answered_.wait_for(lock, timeout, finished) && !job->taken) {
        waiting_.erase(std::find(waiting_.begin(), waiting_.end(), job));
        --awaited_;
        lock.unlock();
        return fail(ErrorCode::unavailable, "not written within " + std::to_string(timeout.count()) +
                                                " ms: " + environment_.writer() + " holds the write lock");
    }
    if (!answered_.wait_for(lock, timeout, finished)) {
        return fail(ErrorCode::unavailable,
                    "the disk has not taken a write within " + std::to_string(2 * timeout.count()) + " ms");
    }
    return std::move(job->outcome);
}

Status LmdbWriteQueue::post(Work work, When when) {
    const std::scoped_lock lock(mutex_);
    if (auto started = start_if_needed(); !started) return fail(ErrorCode::limit, std::move(started.error().detail));
    if (waiting_.size() >= kMostPosted) {
        return fail(ErrorCode::limit, std::to_string(kMostPosted) + " writes wait already");
    }
    if (waiting_.empty()) oldest_ = steady_clock::now();
    const bool urgent = when == When::at_once;
    waiting_.push_back(std::make_shared<Job>(Job{std::move(work), urgent, false, false, {}}));
    if (urgent) ++awaited_;
    asked_.notify_one();
    return {};
}

bool LmdbWriteQueue::past_grace() const {
    return stopping_ && steady_clock::now() >= stop_at_;
}

void LmdbWriteQueue::write_until_stopped() {
    std::unique_lock lock(mutex_);
    while (wait_for_jobs(lock)) {
        if (wait_for_writer_lock(lock)) {
            write_batch(lock);
            if (!waiting_.empty() && !stopping_) asked_.wait_for(lock, kCourtesy, [this] { return stopping_; });
        }
    }
    for (const auto& job : waiting_) {
        job->outcome = fail(ErrorCode::unavailable, "the store was closed before this write's turn");
        job->done = true;
    }
    waiting_.clear();
    answered_.notify_all();
}

/// Waits until there is something to write now. @return false when it is time to end
bool LmdbWriteQueue::wait_for_jobs(std::unique_lock<std::mutex>& lock) {
    while (!past_grace()) {
        let_go_of_pages_if_due(lock);
        const bool urgent = stopping_ || awaited_ > 0 || waiting_.size() >= kBatch;
        if (waiting_.empty()) {
            if (stopping_) return false;
            asked_.wait_until(lock, let_go_at_);
        } else if (urgent || steady_clock::now() >= oldest_ + kLinger) {
            return true;
        } else {
            asked_.wait_until(lock, oldest_ + kLinger);
        }
    }
    return false;
}

/// What serves from its own table needs the file no more; mapped pages would count as its memory for as long as it
/// lives.
void LmdbWriteQueue::let_go_of_pages_if_due(std::unique_lock<std::mutex>& lock) {
    const auto now = steady_clock::now();
    if (now < let_go_at_) return;
    let_go_at_ = now + kLetGoEach;
    lock.unlock();
    environment_.let_go_of_read_pages();
    lock.lock();
}

/// Takes the lock that the writers of all processes share. @return false when there is nothing to write any more
bool LmdbWriteQueue::wait_for_writer_lock(std::unique_lock<std::mutex>& lock) {
    auto pause = std::chrono::microseconds(kFirstPause);
    while (!waiting_.empty() && !past_grace()) {
        if (environment_.try_lock_writer()) return true;
        asked_.wait_for(lock, pause);
        pause = std::min<std::chrono::microseconds>(pause * 2, awaited_ > 0 ? kLongestPause : kLongestIdlePause);
    }
    return false;
}

/// Takes the next jobs and does them, with the writer's lock held and then freed.
void LmdbWriteQueue::write_batch(std::unique_lock<std::mutex>& lock) {
    Jobs jobs;
    while (!waiting_.empty() && jobs.size() < kBatch) {
        jobs.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
        jobs.back()->taken = true;
        if (jobs.back()->awaited) --awaited_;
    }
    oldest_ = steady_clock::now();
    lock.unlock();
    Status together = write_together(jobs);
    // what a killed reader had in its snapshot counts as in use until somebody looks
    const bool full = !together && together.error().code == ErrorCode::full;
    if (full && environment_.clear_dead_readers() > 0) together = write_together(jobs);
    // a batch that fails is undone, and done again one by one: each job answers for itself
    for (std::size_t i = 0; !together && i < jobs.size(); ++i) {
        const Status alone = jobs.size() == 1 ? together : write_together({jobs[i]});
        if (!alone) jobs[i]->outcome = alone;
    }
    environment_.unlock_writer();
    lock.lock();
    for (const auto& job : jobs) job->done = true;
    answered_.notify_all();
}

/// One transaction. @return an error when nothing of it lasts; a job's own refusal stands in its outcome
Status LmdbWriteQueue::write_together(const Jobs& jobs) {
    try {
        auto transaction = environment_.write();
        if (!transaction) return tl::unexpected<Error>(transaction.error());
        for (const auto& job : jobs) {
            job->outcome = job->work(*transaction);
            if (transaction->failed()) {
                if (job->outcome) return fail(ErrorCode::internal, "a write went on after its transaction had failed");
                return tl::unexpected<Error>(job->outcome.error());
            }
        }
        return transaction->commit();
    } catch (const std::exception& e) {
        return fail(ErrorCode::internal, std::string("a write threw: ") + e.what());
    }
}

}  // namespace sso::session
