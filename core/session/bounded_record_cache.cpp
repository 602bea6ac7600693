#include "core/session/bounded_record_cache.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "core/base/signals_held.hpp"

namespace sso::session {
namespace {

/// Calls that wait for a thread; one more is left undone.
constexpr std::size_t kMostWaiting = 64;

std::string in_seconds(std::chrono::steady_clock::duration time) {
    const auto tenths = std::chrono::duration_cast<std::chrono::milliseconds>(time).count() / 100;
    return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " s";
}

}  // namespace

/// One call, and all that it needs: it may come back when nobody waits for it any more.
struct BoundedRecordCache::Errand {
    enum class Kind { find, keep, drop };
    enum class State { under_way, done, called_off };
    Errand(Kind what, const SessionId& whose, std::string bytes = {}, std::chrono::seconds time = {})
        : kind(what), id(whose), at_most(time), record(std::move(bytes)) {}

    const Kind kind;
    const SessionId id;
    const std::chrono::seconds at_most;  ///< keep
    std::string record;                  ///< to be kept; or found: the thread's, and its reader's once that is done
    bool found = false;                  ///< likewise
    State state = State::under_way;      ///< under the desk's lock
    std::condition_variable ended;
};

/// Where errands are handed over. Its lock is held by nobody who waits.
class BoundedRecordCache::Desk : public std::enable_shared_from_this<Desk> {
  public:
    Desk(RecordCache& behind, std::chrono::milliseconds patience, LogSink log, SteadyNow steady_now)
        : behind_(behind),
          patience_(patience),
          log_(std::move(log)),
          steady_now_(std::move(steady_now)),
          breaker_(patience) {}

    /// @return the record, or nothing
    std::optional<std::string> find(const SessionId& id) {
        const auto errand = std::make_shared<Errand>(Errand::Kind::find, id);
        std::optional<LogLine> news;
        std::unique_lock lock(mutex_);
        const bool is_trial = breaker_.is_open();
        if (is_trial && !may_try()) {
            ++left_out_;
            return std::nullopt;
        }
        if (!hand_over(errand)) return std::nullopt;
        if (is_trial) is_trying_ = true;
        errand->ended.wait_for(lock, patience_, [&] { return errand->state != Errand::State::under_way; });
        if (is_trial) is_trying_ = false;
        const bool is_done = errand->state == Errand::State::done;
        if (errand->state == Errand::State::under_way) {
            news = give_up(errand);
        } else if (is_done && is_trial) {
            news = go_on();
        }
        lock.unlock();
        if (news && log_) log_(*news);
        if (!is_done || !errand->found) return std::nullopt;
        return std::move(errand->record);
    }

    /// Nobody waits for it.
    void send(std::shared_ptr<Errand> errand) {
        const std::lock_guard lock(mutex_);
        if (!breaker_.is_open()) hand_over(std::move(errand));
    }

    [[nodiscard]] bool is_left_alone() const noexcept { return breaker_.is_open(); }

    void close() noexcept {
        const std::lock_guard lock(mutex_);
        is_closed_ = true;
        queue_.clear();
        handed_over_.notify_all();
    }

  private:
    [[nodiscard]] bool may_try() {
        const bool has_thread = idle_ > queue_.size() || threads_ < kThreads;
        return has_thread && !is_trying_ && breaker_.may_ask(steady_now_());
    }

    /// @return whether somebody will take it
    bool hand_over(std::shared_ptr<Errand> errand) {
        if (queue_.size() >= kMostWaiting) return false;
        queue_.push_back(std::move(errand));
        if (queue_.size() > idle_ && threads_ < kThreads) {
            try {
                const SignalsHeld held;
                std::thread([desk = shared_from_this()] { desk->serve(); }).detach();
                ++threads_;
            } catch (...) {  // the system gives none: those that there are will do
                if (threads_ == 0) queue_.pop_back();
            }
        }
        handed_over_.notify_one();
        return threads_ != 0;
    }

    /// There was no answer in time.
    std::optional<LogLine> give_up(const std::shared_ptr<Errand>& errand) {
        std::erase(queue_, errand);
        const bool begins = !breaker_.is_open();
        const Steady now = steady_now_();
        breaker_.failed(now - patience_, now);
        if (!begins) return std::nullopt;
        left_alone_since_ = now;
        left_out_ = 0;
        for (const auto& waiting : queue_) {
            waiting->state = Errand::State::called_off;
            waiting->ended.notify_one();
        }
        queue_.clear();
        return LogLine{LogLevel::warning, 383,
                       "the cache that processes share has not answered within " + std::to_string(patience_.count()) +
                           " ms: the session store is asked in its place until it does"};
    }

    /// It was tried, and has answered.
    LogLine go_on() {
        breaker_.answered();
        return {LogLevel::notice, 384,
                "the cache that processes share answers again: it was left alone for " +
                    in_seconds(steady_now_() - left_alone_since_) + " and was not asked for " +
                    std::to_string(left_out_) + " sessions"};
    }

    /// What each thread does.
    void serve() noexcept {
        std::unique_lock lock(mutex_);
        while (true) {
            ++idle_;
            handed_over_.wait(lock, [this] { return is_closed_ || !queue_.empty(); });
            --idle_;
            if (is_closed_) return;
            const auto errand = std::move(queue_.front());
            queue_.pop_front();
            lock.unlock();
            run(*errand);
            lock.lock();
            errand->state = Errand::State::done;
            errand->ended.notify_one();
        }
    }

    void run(Errand& errand) noexcept {
        switch (errand.kind) {
            case Errand::Kind::find:
                errand.found = behind_.find(errand.id, [&](std::string_view record) { errand.record = record; });
                return;
            case Errand::Kind::keep:
                behind_.keep(errand.id, errand.record, errand.at_most);
                return;
            case Errand::Kind::drop:
                behind_.drop(errand.id);
                return;
        }
    }

    RecordCache& behind_;
    const std::chrono::milliseconds patience_;
    const LogSink log_;
    const SteadyNow steady_now_;
    CircuitBreaker breaker_;  // open: the cache is left alone
    std::mutex mutex_;
    std::condition_variable handed_over_;
    std::deque<std::shared_ptr<Errand>> queue_;
    std::size_t threads_ = 0;
    std::size_t idle_ = 0;  // of the threads
    bool is_closed_ = false;
    bool is_trying_ = false;  // somebody, while it is left alone
    Steady left_alone_since_{};
    std::uint64_t left_out_ = 0;  // that were not looked for since then
};

BoundedRecordCache::BoundedRecordCache(RecordCache& behind, std::chrono::milliseconds patience, LogSink log,
                                       SteadyNow steady_now)
    : desk_(std::make_shared<Desk>(behind, patience, std::move(log), std::move(steady_now))) {}

BoundedRecordCache::~BoundedRecordCache() {
    desk_->close();
}

bool BoundedRecordCache::find(const SessionId& id, const std::function<void(std::string_view)>& use) noexcept {
    try {
        const auto record = desk_->find(id);
        if (record) use(*record);
        return record.has_value();
    } catch (...) {
        return false;  // no memory: the store is asked
    }
}

void BoundedRecordCache::keep(const SessionId& id, std::string_view record, std::chrono::seconds at_most) noexcept {
    if (desk_->is_left_alone()) return;
    try {
        desk_->send(std::make_shared<Errand>(Errand::Kind::keep, id, std::string(record), at_most));
    } catch (...) {
        return;  // no memory: it is not kept
    }
}

void BoundedRecordCache::drop(const SessionId& id) noexcept {
    if (desk_->is_left_alone()) return;
    try {
        desk_->send(std::make_shared<Errand>(Errand::Kind::drop, id));
    } catch (...) {
        return;  // no memory: it stays, and is not believed
    }
}

}  // namespace sso::session
