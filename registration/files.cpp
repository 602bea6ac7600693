#include "registration/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "core/base/text.hpp"

namespace sso::registration {
namespace {

constexpr std::chrono::milliseconds kLockPoll{20};

tl::unexpected<Error> cannot(std::string_view what, const std::string& path) {
    return fail(ErrorCode::full, std::string(what) + " " + printable(path) + ": " + std::strerror(errno));
}

Status check_owner(const std::string& path, const struct stat& status, uid_t owner) {
    if (status.st_uid != 0 && status.st_uid != owner) {
        return fail(ErrorCode::invalid, path + ": belongs to neither root nor the account of registration");
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return fail(ErrorCode::invalid, path + ": others may write to it; chmod go-w " + path);
    }
    return {};
}

tl::unexpected<Error> not_seen(const std::string& path) {
    return fail(errno == ENOENT || errno == ENOTDIR ? ErrorCode::not_found : ErrorCode::invalid,
                path + ": " + std::strerror(errno));
}

}  // namespace

std::string folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == 0 || slash == path.npos ? "/" : path.substr(0, slash);
}

Status check_folder(const std::string& path, uid_t owner) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return not_seen(path);
    if (!S_ISDIR(status.st_mode)) return fail(ErrorCode::invalid, path + ": is not a folder");
    return check_owner(path, status, owner);
}

Status check_file(const std::string& path, uid_t owner) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return not_seen(path);
    if (!S_ISREG(status.st_mode)) return fail(ErrorCode::invalid, path + ": is not a regular file");
    return check_owner(path, status, owner);
}

Status make_folder(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
    return cannot("cannot make", path);
}

Status sync_folder(const std::string& path) {
    const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.number() < 0 || ::fsync(folder.number()) != 0) return cannot("cannot sync", path);
    return {};
}

Status write_atomically(const std::string& path, std::string_view text, const FileMode& mode) {
    const std::string beside = path + ".reg-" + std::to_string(::getpid());
    static_cast<void>(::unlink(beside.c_str()));  // of a process that bore our number and died
    const Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file.number() < 0) return cannot("cannot write", beside);
    bool good = write_all(file.number(), text);
    const bool given = mode.owner != static_cast<uid_t>(-1) || mode.group != static_cast<gid_t>(-1);
    // who is not of the old file's group may not give the new one to it; BackupPC's own editor then leaves it, too
    if (good && given && ::fchown(file.number(), mode.owner, mode.group) != 0) {
        good = ::fchown(file.number(), mode.owner, static_cast<gid_t>(-1)) == 0;
    }
    good = good && ::fchmod(file.number(), mode.mode) == 0 && ::fsync(file.number()) == 0 &&
           ::rename(beside.c_str(), path.c_str()) == 0;
    if (!good) {
        const auto failure = cannot("cannot write", path);
        ::unlink(beside.c_str());
        return failure;
    }
    return sync_folder(folder_of(path));
}

Status remove_file(const std::string& path) {
    if (::unlink(path.c_str()) != 0) {
        if (errno == ENOENT) return {};
        return cannot("cannot remove", path);
    }
    return sync_folder(folder_of(path));
}

Status append(const std::string& path, std::string_view text, mode_t mode) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, mode));
    if (file.number() < 0) return cannot("cannot write", path);
    const ssize_t written = ::write(file.number(), text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size())) {
        if (written >= 0) errno = ENOSPC;
        return cannot("cannot write", path);
    }
    return {};
}

Result<FileLock> FileLock::take(const std::string& path, std::chrono::milliseconds patience, mode_t mode) {
    auto file = std::make_unique<Descriptor>(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode));
    if (file->number() < 0) return cannot("cannot open", path);
    const auto end = std::chrono::steady_clock::now() + patience;
    while (::flock(file->number(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) return cannot("cannot lock", path);
        if (std::chrono::steady_clock::now() >= end) return fail(ErrorCode::limit, path + ": somebody else holds it");
        std::this_thread::sleep_for(kLockPoll);
    }
    return FileLock(std::move(file));
}

}  // namespace sso::registration
