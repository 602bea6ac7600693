// The embedded session store: an LMDB environment in a folder, shared by all processes of one host (design.md §4).
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "core/session/session_store.hpp"

namespace sso::session {

class LmdbEnvironment;
class WriteTransaction;

/// Reads take a snapshot and wait for nobody. Writes go through one thread a process (LmdbWriteQueue) and wait for the
/// other processes' writers up to the time-out. While the folder cannot be used every operation answers `unavailable`
/// and says why; it is tried again each second.
class LmdbStore final : public SessionStore {
  public:
    /// The most that the file may grow to: room for about a million sessions. It is address space, not memory.
    static constexpr std::size_t kMapBytes = std::size_t{4} << 30U;

    /// Opens the folder, or says in the log why it cannot be used yet.
    LmdbStore(std::string folder, StoreOptions options, std::size_t map_bytes = kMapBytes);
    ~LmdbStore() override;

    Status create(const SealedSession& session) override;
    Result<SealedSession> load(const SessionId& id, SysSeconds now) override;
    Status touch(const SessionId& id, SysSeconds now) override;
    Status replace(const SealedSession& session) override;
    Result<std::uint64_t> mark_stale(std::string_view user) override;
    Result<bool> remove(const SessionId& id) override;
    Result<std::uint64_t> remove_user(std::string_view user) override;
    Status list(const SessionQuery& query, SysSeconds now,
                const std::function<bool(const SealedSession&)>& visit) override;
    Result<std::uint64_t> purge(SysSeconds now) override;

    Status put(RecordKind kind, std::string_view key, std::string_view value,
               std::optional<SysSeconds> expires) override;
    Result<std::optional<std::string>> get(RecordKind kind, std::string_view key, SysSeconds now) override;
    Result<std::optional<std::string>> take(RecordKind kind, std::string_view key, SysSeconds now) override;
    Status erase(RecordKind kind, std::string_view key) override;

    Result<std::uint64_t> increment(std::string_view key, std::chrono::seconds window, SysSeconds now) override;
    Status reset(std::string_view key) override;

    Result<std::uint64_t> set_revocation_mark() override;
    Result<std::vector<WatcherReport>> watchers() override;

  private:
    template <class T>
    Result<T> write(std::function<Result<T>(WriteTransaction&)> work);
    Result<std::shared_ptr<LmdbEnvironment>> environment();
    void say(LogLevel level, int number, std::string text) const;

    const std::string folder_;
    const StoreOptions options_;
    const std::size_t map_bytes_;

    std::mutex environment_mutex_;
    std::shared_ptr<LmdbEnvironment> environment_;
    Error why_closed_{ErrorCode::unavailable, {}};
    std::chrono::steady_clock::time_point look_again_{};
};

}  // namespace sso::session
