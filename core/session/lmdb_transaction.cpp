#include "core/session/lmdb_transaction.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "core/session/lmdb_environment.hpp"

namespace sso::session {
namespace {

// LMDB's keys and values point to mutable bytes; it only reads those that we hand in.
MDB_val value_of(std::string_view bytes) noexcept {
    return {bytes.size(), const_cast<char*>(bytes.data())};  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}
std::string_view view_of(const MDB_val& value) noexcept {
    return {static_cast<const char*>(value.mv_data), value.mv_size};
}

struct CloseCursor {
    void operator()(MDB_cursor* cursor) const noexcept { mdb_cursor_close(cursor); }
};
using Cursor = std::unique_ptr<MDB_cursor, CloseCursor>;

ErrorCode kind_of(int code) noexcept {
    switch (code) {
        case MDB_MAP_FULL:
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            return ErrorCode::full;
        case MDB_TXN_FULL:
            return ErrorCode::limit;
        case MDB_CORRUPTED:
        case MDB_PAGE_NOTFOUND:
        case MDB_INVALID:
            return ErrorCode::corrupt;
        case MDB_READERS_FULL:
        case ENOMEM:
        case EAGAIN:
        case EBUSY:
        case EIO:
        case EACCES:
        case EPERM:
        case EROFS:
        case EMFILE:
        case ENFILE:
            return ErrorCode::unavailable;
        default:
            return ErrorCode::internal;
    }
}

}  // namespace

Error lmdb_error(int code, std::string_view what) {
    return {kind_of(code), std::string(what) + ": " + mdb_strerror(code)};
}

tl::unexpected<Error> Transaction::failure(int code, std::string_view what) {
    failed_ = true;
    return tl::unexpected<Error>(lmdb_error(code, what));
}

Result<std::optional<std::string_view>> Transaction::get(Table table, std::string_view key) {
    MDB_val name = value_of(key);
    MDB_val value{};
    const int code = mdb_get(transaction_, handle(table), &name, &value);
    if (code == MDB_NOTFOUND) return std::nullopt;
    if (code != MDB_SUCCESS) return failure(code, "reading a record");
    return view_of(value);
}

Status Transaction::scan(Table table, std::string_view after, const Visit& visit) {
    MDB_cursor* opened = nullptr;
    int code = mdb_cursor_open(transaction_, handle(table), &opened);
    if (code != MDB_SUCCESS) return failure(code, "opening a cursor");
    const Cursor cursor(opened);
    MDB_val key = value_of(after);
    MDB_val value{};
    code = mdb_cursor_get(opened, &key, &value, after.empty() ? MDB_FIRST : MDB_SET_RANGE);
    if (code == MDB_SUCCESS && !after.empty() && view_of(key) == after) {
        code = mdb_cursor_get(opened, &key, &value, MDB_NEXT_NODUP);
    }
    for (; code == MDB_SUCCESS; code = mdb_cursor_get(opened, &key, &value, MDB_NEXT)) {
        if (!visit(view_of(key), view_of(value))) return {};
    }
    if (code != MDB_NOTFOUND) return failure(code, "reading records in turn");
    return {};
}

Result<std::optional<std::string_view>> Transaction::last_key(Table table) {
    MDB_cursor* opened = nullptr;
    int code = mdb_cursor_open(transaction_, handle(table), &opened);
    if (code != MDB_SUCCESS) return failure(code, "opening a cursor");
    const Cursor cursor(opened);
    MDB_val key{};
    MDB_val value{};
    code = mdb_cursor_get(opened, &key, &value, MDB_LAST);
    if (code == MDB_NOTFOUND) return std::nullopt;
    if (code != MDB_SUCCESS) return failure(code, "reading the last record");
    return view_of(key);
}

Status Transaction::each_value(Table table, std::string_view key, const Visit& visit) {
    MDB_cursor* opened = nullptr;
    int code = mdb_cursor_open(transaction_, handle(table), &opened);
    if (code != MDB_SUCCESS) return failure(code, "opening a cursor");
    const Cursor cursor(opened);
    MDB_val name = value_of(key);
    MDB_val value{};
    for (code = mdb_cursor_get(opened, &name, &value, MDB_SET_KEY); code == MDB_SUCCESS;
         code = mdb_cursor_get(opened, &name, &value, MDB_NEXT_DUP)) {
        if (!visit(view_of(name), view_of(value))) return {};
    }
    if (code != MDB_NOTFOUND) return failure(code, "reading the values of a key");
    return {};
}

ReadTransaction::~ReadTransaction() {
    if (transaction_ != nullptr) environment_->give_back(transaction_);
}

Result<std::size_t> ReadTransaction::free_pages() {
    constexpr MDB_dbi kFreeList = 0;  // LMDB's own: transaction number → count, page numbers
    MDB_cursor* opened = nullptr;
    int code = mdb_cursor_open(transaction_, kFreeList, &opened);
    if (code != MDB_SUCCESS) return failure(code, "opening the list of free pages");
    const Cursor cursor(opened);
    std::size_t pages = 0;
    MDB_val key{};
    MDB_val value{};
    while ((code = mdb_cursor_get(opened, &key, &value, MDB_NEXT)) == MDB_SUCCESS) {
        std::size_t count = 0;
        if (value.mv_size < sizeof count) return failure(MDB_CORRUPTED, "reading the list of free pages");
        std::memcpy(&count, value.mv_data, sizeof count);
        pages += count;
    }
    if (code != MDB_NOTFOUND) return failure(code, "reading the list of free pages");
    return pages;
}

WriteTransaction::~WriteTransaction() {
    if (transaction_ != nullptr) mdb_txn_abort(transaction_);
}

Status WriteTransaction::put(Table table, std::string_view key, std::string_view value) {
    MDB_val name = value_of(key);
    MDB_val data = value_of(value);
    const int code = mdb_put(transaction_, handle(table), &name, &data, 0);
    if (code != MDB_SUCCESS) return failure(code, "writing a record");
    return {};
}

Result<bool> WriteTransaction::erase(Table table, std::string_view key) {
    MDB_val name = value_of(key);
    const int code = mdb_del(transaction_, handle(table), &name, nullptr);
    if (code == MDB_NOTFOUND) return false;
    if (code != MDB_SUCCESS) return failure(code, "removing a record");
    return true;
}

Status WriteTransaction::erase_value(Table table, std::string_view key, std::string_view value) {
    MDB_val name = value_of(key);
    MDB_val data = value_of(value);
    const int code = mdb_del(transaction_, handle(table), &name, &data);
    if (code != MDB_SUCCESS && code != MDB_NOTFOUND) return failure(code, "removing a value");
    return {};
}

Status WriteTransaction::has_room(std::size_t bytes) {
    // LMDB tells of a transaction's pages when it is committed: what others of the batch were promised is ours to count
    constexpr std::size_t kTreeBytes = 1'024;
    const std::size_t wanted = promised_ + bytes + kTreeBytes;
    auto room = environment_->has_room(wanted);
    if (room) promised_ = wanted;
    return room;
}

Status WriteTransaction::commit() {
    const int code = mdb_txn_commit(std::exchange(transaction_, nullptr));
    if (code != MDB_SUCCESS) return failure(code == EIO ? environment_->disk_error() : code, "writing to the disk");
    return {};
}

}  // namespace sso::session
