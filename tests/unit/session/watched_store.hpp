// A real store with somebody at the door: counts what is asked, holds questions back, and turns them away on demand.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "core/session/session_store.hpp"

namespace sso::session {

class WatchedStore final : public SessionStore {
  public:
    explicit WatchedStore(SessionStore& store) : store_(store) {}

    std::atomic<int> loads{0};
    std::atomic<int> touches{0};
    std::atomic<bool> away{false};           ///< load answers `unavailable`
    std::atomic<bool> takes_no_note{false};  ///< touch answers `no_note`
    std::atomic<ErrorCode> no_note{ErrorCode::unavailable};

    /// Loads that come from now on wait until `let_go`.
    void hold_loads() {
        const std::scoped_lock lock(mutex_);
        held_ = true;
    }
    void let_go() {
        const std::scoped_lock lock(mutex_);
        held_ = false;
        changed_.notify_all();
    }
    /// Until a load waits at the door.
    void wait_for_a_load() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return at_the_door_ > 0; });
    }

    Result<SealedSession> load(const SessionId& id, SysSeconds now) override {
        ++loads;
        auto session = store_.load(id, now);  // before the door: what the store knew when it was asked
        std::unique_lock lock(mutex_);
        ++at_the_door_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return !held_; });
        --at_the_door_;
        if (away) return fail(ErrorCode::unavailable, "away");
        return session;
    }
    Status touch(const SessionId& id, SysSeconds now) override {
        ++touches;
        if (takes_no_note) return fail(no_note, "away");
        return store_.touch(id, now);
    }

    Status create(const SealedSession& session) override { return store_.create(session); }
    Status replace(const SealedSession& session) override { return store_.replace(session); }
    Result<std::uint64_t> mark_stale(std::string_view user) override { return store_.mark_stale(user); }
    Result<bool> remove(const SessionId& id) override { return store_.remove(id); }
    Result<std::uint64_t> remove_user(std::string_view user) override { return store_.remove_user(user); }
    Status list(const SessionQuery& query, SysSeconds now,
                const std::function<bool(const SealedSession&)>& visit) override {
        return store_.list(query, now, visit);
    }
    Result<std::uint64_t> purge(SysSeconds now) override { return store_.purge(now); }
    Status put(RecordKind kind, std::string_view key, std::string_view value,
               std::optional<SysSeconds> expires) override {
        return store_.put(kind, key, value, expires);
    }
    Result<std::optional<std::string>> get(RecordKind kind, std::string_view key, SysSeconds now) override {
        return store_.get(kind, key, now);
    }
    Result<std::optional<std::string>> take(RecordKind kind, std::string_view key, SysSeconds now) override {
        return store_.take(kind, key, now);
    }
    Status erase(RecordKind kind, std::string_view key) override { return store_.erase(kind, key); }
    Result<std::uint64_t> increment(std::string_view key, std::chrono::seconds window, SysSeconds now) override {
        return store_.increment(key, window, now);
    }
    Status reset(std::string_view key) override { return store_.reset(key); }
    Result<std::uint64_t> set_revocation_mark() override { return store_.set_revocation_mark(); }
    Result<std::vector<WatcherReport>> watchers() override { return store_.watchers(); }

  private:
    SessionStore& store_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool held_ = false;
    int at_the_door_ = 0;
};

}  // namespace sso::session
