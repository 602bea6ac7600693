// An L2 in this process with a gate: while that is shut, whoever has come in stays in.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>

#include "core/session/record_cache.hpp"

namespace sso::session {

class GatedRecords final : public RecordCache {
  public:
    bool find(const SessionId& id, const std::function<void(std::string_view)>& use) noexcept override {
        const auto lock = come_in();
        const auto found = records_.find(id);
        if (found != records_.end()) use(found->second);
        return found != records_.end();
    }
    void keep(const SessionId& id, std::string_view record, std::chrono::seconds) noexcept override {
        const auto lock = come_in();
        records_.insert_or_assign(id, std::string(record));
    }
    void drop(const SessionId& id) noexcept override {
        const auto lock = come_in();
        records_.erase(id);
    }

    void shut() {
        const std::scoped_lock lock(mutex_);
        is_shut_ = true;
    }
    void open() {
        const std::scoped_lock lock(mutex_);
        is_shut_ = false;
        changed_.notify_all();
    }
    /// How many have come in so far.
    int calls() {
        const std::scoped_lock lock(mutex_);
        return calls_;
    }
    void wait_for_calls(int number) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return calls_ >= number; });
    }
    /// Until so many have been let out again.
    void wait_for_answers(int number) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return answers_ >= number; });
    }
    /// Until so many records are kept.
    void wait_for_records(std::size_t number) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return records_.size() == number; });
    }

  private:
    std::unique_lock<std::mutex> come_in() {
        std::unique_lock lock(mutex_);
        ++calls_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return !is_shut_; });
        ++answers_;
        changed_.notify_all();  // what comes of it is seen when the lock is free
        return lock;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<SessionId, std::string> records_;
    bool is_shut_ = false;
    int calls_ = 0;
    int answers_ = 0;
};

}  // namespace sso::session
