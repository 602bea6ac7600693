// LMDB's transactions as objects: they end when their scope does, and speak views and Results. For the LMDB store
// alone.
#pragma once

#include <lmdb.h>

#include <array>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/result.hpp"

namespace sso::session {

class LmdbEnvironment;

/// The named databases of an environment.
enum class Table : unsigned { sessions, seen, users, persons, tickets, counters, revocations, watchers };
inline constexpr std::size_t kTables = 8;
using TableHandles = std::array<MDB_dbi, kTables>;

/// An LMDB code as one of ours. `what` says what was tried.
Error lmdb_error(int code, std::string_view what);

/// What reading and writing transactions share. Views that it gives live until the transaction changes or ends.
class Transaction {
  public:
    using Visit = std::function<bool(std::string_view key, std::string_view value)>;

    Result<std::optional<std::string_view>> get(Table table, std::string_view key);
    /// Calls `visit` for each entry behind `after` (all, if empty), in the order of keys, until it answers false.
    Status scan(Table table, std::string_view after, const Visit& visit);
    /// The key of the last entry, or nothing: the table is empty.
    Result<std::optional<std::string_view>> last_key(Table table);
    /// Calls `visit` for each value under one key of a table with several values a key.
    Status each_value(Table table, std::string_view key, const Visit& visit);

  protected:
    Transaction(MDB_txn* transaction, const TableHandles& tables) noexcept
        : transaction_(transaction), tables_(&tables) {}
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    Transaction(Transaction&& other) noexcept
        : transaction_(std::exchange(other.transaction_, nullptr)), tables_(other.tables_), failed_(other.failed_) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction() = default;

    [[nodiscard]] MDB_dbi handle(Table table) const noexcept { return (*tables_)[static_cast<unsigned>(table)]; }
    /// An error after which LMDB lets this transaction do nothing more.
    tl::unexpected<Error> failure(int code, std::string_view what);

    MDB_txn* transaction_;
    const TableHandles* tables_;
    bool failed_ = false;
};

/// A snapshot. Blocks nobody and is blocked by nobody; a long one keeps replaced pages from being used again.
class ReadTransaction : public Transaction {
  public:
    ReadTransaction(LmdbEnvironment& environment, MDB_txn* transaction, const TableHandles& tables) noexcept
        : Transaction(transaction, tables), environment_(&environment) {}
    ReadTransaction(ReadTransaction&& other) noexcept = default;
    ~ReadTransaction();

    /// The number of the last transaction that the snapshot shows.
    [[nodiscard]] std::uint64_t number() const noexcept { return mdb_txn_id(transaction_); }

    /// How many pages stand free for the next writer, as far as no reader holds them.
    Result<std::size_t> free_pages();

  private:
    LmdbEnvironment* environment_;
};

/// The one writing transaction of an environment. Undone unless `commit` succeeds.
class WriteTransaction : public Transaction {
  public:
    WriteTransaction(LmdbEnvironment& environment, MDB_txn* transaction, const TableHandles& tables) noexcept
        : Transaction(transaction, tables), environment_(&environment) {}
    WriteTransaction(WriteTransaction&& other) noexcept = default;
    ~WriteTransaction();

    /// Sets the value under `key`; in a table with several values a key, adds it.
    Status put(Table table, std::string_view key, std::string_view value);
    /// @return whether there was one. In a table with several values a key, all go.
    Result<bool> erase(Table table, std::string_view key);
    /// Removes one of several values.
    Status erase_value(Table table, std::string_view key, std::string_view value);
    /// Whether `bytes` more may be stored: `full` when only the room is left that removing needs.
    Status has_room(std::size_t bytes);
    Status commit();

    /// Whether LMDB gave the transaction up: nothing that was done in it will last.
    [[nodiscard]] bool failed() const noexcept { return failed_; }

  private:
    LmdbEnvironment* environment_;
    std::size_t promised_ = 0;  // bytes for which there was room
};

}  // namespace sso::session
