#include "core/session/lmdb_folder.hpp"

#include <fcntl.h>
#include <sys/fsuid.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sso::session {
namespace {

constexpr mode_t kFileMode = 0660;
constexpr mode_t kFolderMode = 02770;
// LMDB's header and its slots of 64 bytes. All blocks are allocated at once: the file is mapped, and a full disk would
// turn the first touch of a hole into SIGBUS.
constexpr off_t kLockFileSize = (off_t{kLmdbReaders} + 4) * 64;

tl::unexpected<Error> refuse(const std::string& what) {
    return fail(ErrorCode::unavailable, "the session store's " + what);
}

std::string advice(const std::string& folder) {
    return "; make it for the user that httpd, portal and manager run as: install -d -m 2770 -o USER -g GROUP " +
           folder;
}

std::string parent_of(const std::string& folder) {
    const auto slash = folder.find_last_of('/');
    return slash == 0 || slash == folder.npos ? "/" : folder.substr(0, slash);
}

Status make_folder(const std::string& folder) {
    const std::string parent = parent_of(folder);
    struct stat above {};
    if (::stat(parent.c_str(), &above) != 0) {
        return refuse("folder " + folder + " is missing, and so is " + parent + advice(folder));
    }
    // below a folder that others pass through and root alone writes to, what root makes would lock the others out
    const bool for_root_alone =
        ::geteuid() == 0 && above.st_uid == 0 && (above.st_mode & S_IWGRP) == 0 && (above.st_mode & S_IXOTH) != 0;
    if (for_root_alone) return refuse("folder " + folder + " is missing" + advice(folder));
    const ActingAsOwner owner(above);
    if (::mkdir(folder.c_str(), kFolderMode) != 0 && errno != EEXIST) {
        return refuse("folder " + folder + " is missing and cannot be made: " + std::strerror(errno) + advice(folder));
    }
    static_cast<void>(::chmod(folder.c_str(), kFolderMode));  // past the umask
    return {};
}

/// Makes the file under another name and links it into its place when it is as it shall be, so that no other process
/// sees it half made. A file that is there stays as it is.
Status make_file(const std::string& path, gid_t group, off_t size) {
    struct stat there {};
    if (::lstat(path.c_str(), &there) == 0) {
        if (!S_ISREG(there.st_mode)) return refuse("file " + path + " is not a regular file; remove it");
        return {};
    }
    const std::string making = path + "." + std::to_string(::getpid()) + ".new";
    static_cast<void>(::unlink(making.c_str()));
    const int file = ::open(making.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode);
    if (file < 0) return refuse("file " + path + " cannot be made: " + std::strerror(errno));
    const bool given = ::fchown(file, static_cast<uid_t>(-1), group) == 0;
    // who is not of the folder's group may not give a file to it: then it is for its owner alone, as all of theirs is
    int failed = ::fchmod(file, given ? kFileMode : kFileMode & S_IRWXU) == 0 ? 0 : errno;
    if (failed == 0 && size > 0) failed = ::posix_fallocate(file, 0, size);
    if (failed == 0 && ::link(making.c_str(), path.c_str()) != 0 && errno != EEXIST) failed = errno;
    ::close(file);
    ::unlink(making.c_str());
    if (failed != 0) return refuse("file " + path + " cannot be made: " + std::strerror(failed));
    return {};
}

}  // namespace

ActingAsOwner::ActingAsOwner(const struct stat& place) noexcept : acting_(::geteuid() == 0) {
    if (!acting_) return;
    ::setfsgid(place.st_gid);
    ::setfsuid(place.st_uid);
}

ActingAsOwner::~ActingAsOwner() {
    if (!acting_) return;
    ::setfsuid(::geteuid());
    ::setfsgid(::getegid());
}

Result<struct stat> prepare_lmdb_folder(const std::string& folder) {
    struct stat place {};
    if (::stat(folder.c_str(), &place) != 0) {
        if (errno != ENOENT) return refuse("folder " + folder + ": " + std::strerror(errno));
        if (const auto made = make_folder(folder); !made) return tl::unexpected<Error>(made.error());
        if (::stat(folder.c_str(), &place) != 0) return refuse("folder " + folder + ": " + std::strerror(errno));
    }
    if (!S_ISDIR(place.st_mode)) return refuse("place " + folder + " is not a folder");
    if ((place.st_mode & S_IWOTH) != 0) {
        return refuse("folder " + folder + " may be written to by everybody; chmod o-w " + folder);
    }
    const ActingAsOwner owner(place);
    for (const auto& [name, size] :
         {std::pair<const char*, off_t>{"/data.mdb", 0}, {"/lock.mdb", kLockFileSize}, {"/writer.lock", 0}}) {
        if (const auto made = make_file(folder + name, place.st_gid, size); !made) {
            return tl::unexpected<Error>(made.error());
        }
    }
    return place;
}

}  // namespace sso::session
