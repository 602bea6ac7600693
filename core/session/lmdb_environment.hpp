// One LMDB environment as a process has it open: shared by all stores on the folder, for LMDB allows a process to open
// its files once. For the LMDB store alone.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/session/lmdb_transaction.hpp"
#include "core/session/lmdb_write_queue.hpp"

namespace sso::session {

class LmdbEnvironment {
  public:
    /// The environment in `folder`, opened now or before. Not to be used by a child that was forked since.
    /// @param map_bytes  the most that the file may grow to; the first opener's word holds
    /// @param timeout    how long to wait for another process's writer, where tables have to be made
    static Result<std::shared_ptr<LmdbEnvironment>> open(const std::string& folder, std::size_t map_bytes,
                                                         std::chrono::milliseconds timeout);
    LmdbEnvironment(const LmdbEnvironment&) = delete;
    LmdbEnvironment& operator=(const LmdbEnvironment&) = delete;

    Result<ReadTransaction> read();
    LmdbWriteQueue& writes() noexcept { return *writes_; }
    /// The number of the last transaction that any process has committed, or is just committing: a snapshot that is
    /// taken now may not show it yet. Costs no system call.
    [[nodiscard]] std::uint64_t last_transaction() const noexcept;
    /// Whether this process opened it, and not the one that it was forked from.
    [[nodiscard]] bool is_ours() const noexcept { return process_ == ::getpid(); }
    /// Whether LMDB has given the environment up: once the disk has refused it the page that says which tree is the
    /// newest, it begins no transaction any more. Closed and opened again it serves from what was whole.
    [[nodiscard]] bool has_failed() const noexcept { return failed_.load(std::memory_order_relaxed); }
    /// Whether the folder still holds the files that are open: somebody may have removed or replaced them.
    [[nodiscard]] bool in_place() const noexcept;
    /// Frees the slots of readers whose process died, and the pages that those held. @return how many there were
    int clear_dead_readers() noexcept;

    // for the write queue's thread, which holds the lock around `write` and what it gives

    /// Takes the lock that all processes' writers take, if it is free now. It is a record lock beside LMDB's own mutex:
    /// that can only be waited for without end, and a stopped process may hold it. The kernel frees ours with its
    /// process.
    bool try_lock_writer() noexcept;
    void unlock_writer() noexcept;
    /// Who holds it, for messages: "process 1234".
    [[nodiscard]] std::string writer() const;
    Result<WriteTransaction> write();
    /// Lets go of the pages of the file that reading has brought into this process's memory, if anything was read since
    /// the last time. Until this was called once readers do so themselves, after each few.
    void let_go_of_read_pages() noexcept;

    // for transactions

    Status has_room(std::size_t bytes);
    /// What stands behind LMDB's EIO: it says that, too, when the disk took a part of a write and had no room for the
    /// rest. To be asked with the writer's lock held.
    [[nodiscard]] int disk_error() const noexcept;
    void give_back(MDB_txn* read) noexcept;

  private:
    struct Registry;
    static Registry& registry() noexcept;
    static void release(LmdbEnvironment* environment) noexcept;

    LmdbEnvironment(std::string folder, const struct stat& place)
        : folder_(std::move(folder)), data_path_(folder_ + "/data.mdb"), place_(place) {}
    ~LmdbEnvironment();
    Status open_files(std::size_t map_bytes);
    Status open_tables(std::chrono::milliseconds timeout);
    Result<bool> find_tables();
    Status make_tables();
    Result<MDB_txn*> begin(unsigned flags);

    const std::string folder_;
    const std::string data_path_;
    const struct stat place_;
    const pid_t process_ = ::getpid();
    struct stat data_file_ {};
    int writer_file_ = -1;
    MDB_env* environment_ = nullptr;
    TableHandles tables_{};
    std::atomic<bool> failed_{false};
    std::size_t page_bytes_ = 0;
    std::size_t map_pages_ = 0;
    std::span<std::byte> mapping_;  // of the data file; empty where it is not known

    std::mutex idle_reads_mutex_;
    unsigned reads_ = 0;                // since pages were let go of
    bool is_looked_after_ = false;      // the write queue's thread lets go of pages
    std::vector<MDB_txn*> idle_reads_;  // reset, with their reader's slot: renewing one takes no lock

    std::unique_ptr<LmdbWriteQueue> writes_;

    LmdbEnvironment* next_ = nullptr;  // the registry's
    unsigned uses_ = 0;                // the registry's
};

}  // namespace sso::session
