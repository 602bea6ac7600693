#include "core/session/lmdb_environment.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>
#include <type_traits>
#include <utility>

#include "core/session/lmdb_folder.hpp"
#include "core/session/mapped_file.hpp"

namespace sso::session {
namespace {

constexpr std::array<const char*, kTables> kTableNames{"sessions", "seen",     "users",       "persons",
                                                       "tickets",  "counters", "revocations", "watchers"};
constexpr std::array<unsigned, kTables> kTableFlags{0, 0, MDB_DUPSORT | MDB_DUPFIXED, 0, 0, 0, 0, 0};
constexpr std::string_view kFormat = "mod_sso 1";  // under "format" in the unnamed table
constexpr std::size_t kIdleReads = 256;
constexpr unsigned kReadsToLetGo = 16;  // that readers leave mapped, where no thread lets go of pages

std::string_view view_of(const MDB_val& value) noexcept {
    return {static_cast<const char*>(value.mv_data), value.mv_size};
}

MDB_val format_key() noexcept {
    static char key[] = "format";
    return {sizeof key - 1, key};
}

bool same_file(const struct stat& a, const struct stat& b) noexcept {
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

struct flock writer_lock(short type) noexcept {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    return lock;
}

}  // namespace

/// The environments that this process has open. Constant at start and without a destructor: a module of httpd's is
/// loaded and unloaded again.
struct LmdbEnvironment::Registry {
    std::mutex mutex;
    LmdbEnvironment* first = nullptr;
};

LmdbEnvironment::Registry& LmdbEnvironment::registry() noexcept {
    static_assert(std::is_trivially_destructible_v<Registry>);
    static constinit Registry registry;
    return registry;
}

Result<std::shared_ptr<LmdbEnvironment>> LmdbEnvironment::open(const std::string& folder, std::size_t map_bytes,
                                                               std::chrono::milliseconds timeout) {
    Registry& all = registry();
    const std::scoped_lock lock(all.mutex);
    const auto place = prepare_lmdb_folder(folder);
    if (!place) return tl::unexpected<Error>(place.error());
    LmdbEnvironment* found = all.first;
    const auto is_it = [&](const LmdbEnvironment& environment) {
        return environment.is_ours() && same_file(environment.place_, *place) && environment.in_place();
    };
    while (found != nullptr && !is_it(*found)) found = found->next_;
    if (found != nullptr && found->has_failed()) {  // twice in a process is once too often
        return fail(ErrorCode::unavailable, folder + " is being closed after an error of its disk");
    }
    if (found == nullptr) {
        const auto discard = [](LmdbEnvironment* environment) { delete environment; };
        std::unique_ptr<LmdbEnvironment, decltype(discard)> made(new LmdbEnvironment(folder, *place), discard);
        if (const auto opened = made->open_files(map_bytes); !opened) return tl::unexpected<Error>(opened.error());
        if (const auto opened = made->open_tables(timeout); !opened) return tl::unexpected<Error>(opened.error());
        made->writes_ = std::make_unique<LmdbWriteQueue>(*made, timeout);
        found = made.release();
        found->next_ = all.first;
        all.first = found;
    }
    ++found->uses_;
    return std::shared_ptr<LmdbEnvironment>(found, &LmdbEnvironment::release);
}

void LmdbEnvironment::release(LmdbEnvironment* environment) noexcept {
    if (!environment->is_ours()) return;  // a child's copy of its parent's: the files are not the child's
    Registry& all = registry();
    const std::scoped_lock lock(all.mutex);  // held while closing: the files must not be opened again before
    if (--environment->uses_ > 0) return;
    LmdbEnvironment** link = &all.first;
    while (*link != environment) link = &(*link)->next_;
    *link = environment->next_;
    delete environment;
}

LmdbEnvironment::~LmdbEnvironment() {
    writes_.reset();
    for (MDB_txn* const read : idle_reads_) mdb_txn_abort(read);
    if (environment_ != nullptr) mdb_env_close(environment_);
    if (writer_file_ >= 0) ::close(writer_file_);
}

Status LmdbEnvironment::open_files(std::size_t map_bytes) {
    const ActingAsOwner owner(place_);
    const std::string lock_path = folder_ + "/writer.lock";
    writer_file_ = ::open(lock_path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (writer_file_ < 0) {
        return fail(ErrorCode::unavailable, "opening " + lock_path + ": " + std::strerror(errno) +
                                                "; it shall belong to the owner and group of its folder");
    }
    if (const int code = mdb_env_create(&environment_); code != MDB_SUCCESS) {
        return tl::unexpected<Error>(lmdb_error(code, "opening " + folder_));
    }
    mdb_env_set_mapsize(environment_, map_bytes);
    mdb_env_set_maxreaders(environment_, kLmdbReaders);
    mdb_env_set_maxdbs(environment_, kTables);
    constexpr mode_t kMode = 0660;
    if (const int code = mdb_env_open(environment_, folder_.c_str(), MDB_NOTLS, kMode); code != MDB_SUCCESS) {
        const char* const hint = code == EACCES ? " (its files shall belong to the owner and group of the folder)" : "";
        return tl::unexpected<Error>(lmdb_error(code, "opening " + folder_ + hint));
    }
    mdb_filehandle_t data = -1;  // the one file that LMDB 0.9 leaves open for programs that are started from here
    if (mdb_env_get_fd(environment_, &data) == MDB_SUCCESS) ::fcntl(data, F_SETFD, FD_CLOEXEC);
    clear_dead_readers();

    MDB_envinfo info{};
    MDB_stat pages{};
    mdb_env_info(environment_, &info);
    mdb_env_stat(environment_, &pages);
    page_bytes_ = pages.ms_psize;
    map_pages_ = info.me_mapsize / page_bytes_;
    if (::stat(data_path_.c_str(), &data_file_) != 0) {
        return fail(ErrorCode::unavailable, data_path_ + ": " + std::strerror(errno));
    }
    // reading a mapped page behind the file's end would end the process
    const std::size_t used = (info.me_last_pgno + 1) * page_bytes_;
    if (data_file_.st_size > 0 && static_cast<std::size_t>(data_file_.st_size) < used && info.me_last_txnid > 0) {
        return fail(ErrorCode::corrupt, data_path_ + " was cut: it has " + std::to_string(data_file_.st_size) +
                                            " bytes of " + std::to_string(used) +
                                            "; stop what uses it, remove the folder's files, and all log in again");
    }
    mapping_ = find_mapping(data_path_);
    idle_reads_.reserve(kIdleReads);  // what is given back when memory is out is to have a place
    return {};
}

Result<MDB_txn*> LmdbEnvironment::begin(unsigned flags) {
    MDB_txn* transaction = nullptr;
    int code = mdb_txn_begin(environment_, nullptr, flags, &transaction);
    if (code == MDB_READERS_FULL) {
        clear_dead_readers();
        code = mdb_txn_begin(environment_, nullptr, flags, &transaction);
    }
    if (code == MDB_MAP_RESIZED) {
        return fail(ErrorCode::unavailable, folder_ + " has grown beyond this process's map: restart the program");
    }
    if (code == MDB_PANIC) failed_.store(true, std::memory_order_relaxed);
    if (code != MDB_SUCCESS) return tl::unexpected<Error>(lmdb_error(code, "beginning a transaction in " + folder_));
    return transaction;
}

Status LmdbEnvironment::open_tables(std::chrono::milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (true) {
        const auto found = find_tables();
        if (!found) return tl::unexpected<Error>(found.error());
        if (*found) return {};
        if (try_lock_writer()) break;
        if (std::chrono::steady_clock::now() >= deadline) {
            return fail(ErrorCode::unavailable, "preparing " + folder_ + ": " + writer() + " holds the write lock");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    auto made = make_tables();
    unlock_writer();
    return made;
}

Result<bool> LmdbEnvironment::find_tables() {
    const auto begun = begin(MDB_RDONLY);
    if (!begun) return tl::unexpected<Error>(begun.error());
    int code = MDB_SUCCESS;
    MDB_dbi unnamed = 0;
    MDB_val key = format_key();
    MDB_val format{};
    for (std::size_t i = 0; i < kTables && code == MDB_SUCCESS; ++i) {
        code = mdb_dbi_open(*begun, kTableNames[i], kTableFlags[i], &tables_[i]);
    }
    if (code == MDB_SUCCESS) code = mdb_dbi_open(*begun, nullptr, 0, &unnamed);
    if (code == MDB_SUCCESS) code = mdb_get(*begun, unnamed, &key, &format);
    const bool ours = code == MDB_SUCCESS && view_of(format) == kFormat;
    if (!ours) {
        mdb_txn_abort(*begun);
        if (code == MDB_NOTFOUND) return false;
        if (code != MDB_SUCCESS) return tl::unexpected<Error>(lmdb_error(code, "opening the tables of " + folder_));
        return fail(ErrorCode::unavailable, folder_ + " holds a store of another version of mod_sso");
    }
    mdb_txn_commit(*begun);  // keeps the handles
    return true;
}

Status LmdbEnvironment::make_tables() {
    const auto begun = begin(0);
    if (!begun) return tl::unexpected<Error>(begun.error());
    int code = MDB_SUCCESS;
    MDB_dbi unnamed = 0;
    MDB_val key = format_key();
    std::string text(kFormat);
    MDB_val format{text.size(), text.data()};
    for (std::size_t i = 0; i < kTables && code == MDB_SUCCESS; ++i) {
        code = mdb_dbi_open(*begun, kTableNames[i], kTableFlags[i] | MDB_CREATE, &tables_[i]);
    }
    if (code == MDB_SUCCESS) code = mdb_dbi_open(*begun, nullptr, 0, &unnamed);
    if (code == MDB_SUCCESS) code = mdb_put(*begun, unnamed, &key, &format, 0);
    if (code != MDB_SUCCESS) {
        mdb_txn_abort(*begun);
    } else {
        code = mdb_txn_commit(*begun);
    }
    if (code != MDB_SUCCESS) return tl::unexpected<Error>(lmdb_error(code, "making the tables of " + folder_));
    return {};
}

Result<ReadTransaction> LmdbEnvironment::read() {
    MDB_txn* idle = nullptr;
    {
        const std::scoped_lock lock(idle_reads_mutex_);
        ++reads_;
        if (!idle_reads_.empty()) {
            idle = idle_reads_.back();
            idle_reads_.pop_back();
        }
    }
    if (idle != nullptr) {
        if (mdb_txn_renew(idle) == MDB_SUCCESS) return ReadTransaction(*this, idle, tables_);
        mdb_txn_abort(idle);
    }
    const auto begun = begin(MDB_RDONLY);
    if (!begun) return tl::unexpected<Error>(begun.error());
    return ReadTransaction(*this, *begun, tables_);
}

void LmdbEnvironment::give_back(MDB_txn* read) noexcept {
    mdb_txn_reset(read);
    bool is_kept = false;
    bool lets_go = false;
    {
        const std::scoped_lock lock(idle_reads_mutex_);
        is_kept = idle_reads_.size() < kIdleReads;
        if (is_kept) idle_reads_.push_back(read);
        lets_go = !is_looked_after_ && reads_ >= kReadsToLetGo;
        if (lets_go) reads_ = 0;
    }
    if (lets_go) let_go_of_pages(mapping_);
    if (!is_kept) mdb_txn_abort(read);
}

std::uint64_t LmdbEnvironment::last_transaction() const noexcept {
    MDB_envinfo info{};
    mdb_env_info(environment_, &info);
    return info.me_last_txnid;
}

bool LmdbEnvironment::in_place() const noexcept {
    struct stat now {};
    return ::stat(data_path_.c_str(), &now) == 0 && same_file(now, data_file_);
}

int LmdbEnvironment::clear_dead_readers() noexcept {
    int dead = 0;
    mdb_reader_check(environment_, &dead);
    return dead;
}

bool LmdbEnvironment::try_lock_writer() noexcept {
    struct flock lock = writer_lock(F_WRLCK);
    return ::fcntl(writer_file_, F_SETLK, &lock) == 0;
}

void LmdbEnvironment::unlock_writer() noexcept {
    struct flock lock = writer_lock(F_UNLCK);
    ::fcntl(writer_file_, F_SETLK, &lock);
}

std::string LmdbEnvironment::writer() const {
    struct flock lock = writer_lock(F_WRLCK);
    if (::fcntl(writer_file_, F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return "another process";
    return "process " + std::to_string(lock.l_pid);
}

Result<WriteTransaction> LmdbEnvironment::write() {
    const auto begun = begin(0);
    if (!begun) return tl::unexpected<Error>(begun.error());
    return WriteTransaction(*this, *begun, tables_);
}

void LmdbEnvironment::let_go_of_read_pages() noexcept {
    {
        const std::scoped_lock lock(idle_reads_mutex_);
        is_looked_after_ = true;
        if (std::exchange(reads_, 0) == 0) return;
    }
    let_go_of_pages(mapping_);
}

Status LmdbEnvironment::has_room(std::size_t bytes) {
    // Removing copies the pages on the way to a record, so that a store filled to the last page could not be emptied.
    constexpr std::size_t kLeastReserve = 32;
    constexpr std::size_t kMostReserve = 1024;
    const std::size_t reserve = std::clamp(map_pages_ / 64, kLeastReserve, kMostReserve);
    const std::size_t wanted = reserve + bytes / page_bytes_ + 1;
    MDB_envinfo info{};
    mdb_env_info(environment_, &info);
    const std::size_t used = info.me_last_pgno + 1;
    if (used + wanted <= map_pages_) return {};
    auto snapshot = read();
    if (!snapshot) return tl::unexpected<Error>(snapshot.error());
    const auto free = snapshot->free_pages();
    if (!free) return tl::unexpected<Error>(free.error());
    if (used + wanted <= map_pages_ + *free) return {};
    return fail(ErrorCode::full, folder_ + " has no room left (" + std::to_string(map_pages_ * page_bytes_ >> 20U) +
                                     " MiB); `ssoctl session purge` removes what has expired");
}

int LmdbEnvironment::disk_error() const noexcept {
    constexpr off_t kProbe = 1 << 20;
    mdb_filehandle_t file = -1;
    struct stat now {};
    if (mdb_env_get_fd(environment_, &file) != MDB_SUCCESS || ::fstat(file, &now) != 0) return EIO;
    const int refused = ::posix_fallocate(file, now.st_size, kProbe);  // room that the next writes will use
    return refused == ENOSPC || refused == EDQUOT || refused == EFBIG ? refused : EIO;
}

}  // namespace sso::session
