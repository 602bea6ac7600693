// open_version_folder: versions as files of one folder.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <memory>
#include <mutex>

#include "core/base/descriptor.hpp"
#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/config/private_file.hpp"
#include "core/config/version_record.hpp"
#include "core/crypto/random.hpp"

namespace sso::config {
namespace {

constexpr std::string_view kUnfinished = ".new-";  // a version that is being written
constexpr std::time_t kLeftBehind = 3'600;         // seconds after which its writer has surely died
/// A folder's time of change is as coarse as the file system's clock: one that is younger may yet hide a change.
constexpr std::time_t kYoung = 2;

std::string name_of(std::uint64_t number) {
    std::string digits = std::to_string(number);
    if (digits.size() < 8) digits.insert(0, 8 - digits.size(), '0');
    return digits + ".toml";
}

std::uint64_t number_of(std::string_view name) {
    std::uint64_t number = 0;
    const auto dot = name.find('.');
    const auto [end, error] = std::from_chars(name.data(), name.data() + std::min(dot, name.size()), number);
    return error == std::errc() && name_of(number) == name ? number : 0;
}

/// The last `most` bytes of a file.
Result<std::string> read_end(const std::string& path, std::size_t most) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat status {};
    if (file.number() < 0 || ::fstat(file.number(), &status) != 0) return file_error(path, errno);
    const off_t start = std::max<off_t>(0, status.st_size - static_cast<off_t>(most));
    std::string text(static_cast<std::size_t>(status.st_size - start), '\0');
    const ssize_t count = ::pread(file.number(), text.data(), text.size(), start);
    if (count < 0) return file_error(path, errno);
    text.resize(static_cast<std::size_t>(count));
    return text;
}

/// A name in a folder that goes when this does.
class Scratch {
  public:
    Scratch(int folder, std::string name) : folder_(folder), name_(std::move(name)) {}
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() { ::unlinkat(folder_, name_.c_str(), 0); }
    [[nodiscard]] const char* name() const noexcept { return name_.c_str(); }

  private:
    int folder_;
    std::string name_;
};

class VersionFolder final : public Versions {
  public:
    explicit VersionFolder(std::string path) : path_(std::move(path)) {}

    [[nodiscard]] Result<std::uint64_t> latest() const override;
    [[nodiscard]] Result<Version> load(std::uint64_t number) const override;
    [[nodiscard]] Result<std::vector<VersionInfo>> list(std::size_t most) const override;
    Result<VersionInfo> publish(std::uint64_t base, const Draft& draft) override;
    [[nodiscard]] Result<std::string> mark() const override;
    [[nodiscard]] std::string origin(std::uint64_t number) const override { return path_ + '/' + name_of(number); }

  private:
    [[nodiscard]] tl::unexpected<Error> failed(int error_number) const { return file_error(path_, error_number); }
    template <class Visit>
    Status each_entry(Visit&& visit) const;
    [[nodiscard]] Result<std::vector<std::uint64_t>> numbers() const;
    void clear_unfinished(int folder) const;
    Status write(int folder, const char* name, std::string_view record) const;

    const std::string path_;
    /// The newest number, and the folder's times when it was looked for.
    mutable std::mutex mutex_;
    mutable std::uint64_t newest_ = 0;
    mutable std::string seen_;
};

template <class Visit>
Status VersionFolder::each_entry(Visit&& visit) const {
    struct Close {
        void operator()(DIR* folder) const { ::closedir(folder); }
    };
    const std::unique_ptr<DIR, Close> folder(::opendir(path_.c_str()));
    if (!folder) return failed(errno);
    errno = 0;
    while (const dirent* entry = ::readdir(folder.get())) visit(std::string_view(entry->d_name));
    if (errno != 0) return failed(errno);
    return {};
}

Result<std::vector<std::uint64_t>> VersionFolder::numbers() const {
    std::vector<std::uint64_t> found;
    const auto status = each_entry([&](std::string_view name) {
        if (const auto number = number_of(name); number != 0) found.push_back(number);
    });
    if (!status) return error_of(status);
    std::sort(found.begin(), found.end(), std::greater<>());
    return found;
}

Result<std::uint64_t> VersionFolder::latest() const {
    struct stat folder {};
    if (::stat(path_.c_str(), &folder) != 0) return failed(errno);
    if (!S_ISDIR(folder.st_mode)) return failed(ENOTDIR);
    const auto times = file_mark(path_);
    if (!times) return error_of(times);
    const bool settled = std::time(nullptr) - folder.st_ctim.tv_sec >= kYoung;
    const std::lock_guard lock(mutex_);
    if (settled && seen_ == *times && ::access(origin(newest_ + 1).c_str(), F_OK) != 0) return newest_;
    const auto found = numbers();
    if (!found) return error_of(found);
    newest_ = found->empty() ? 0 : found->front();
    seen_ = settled ? *times : "";
    return newest_;
}

Result<std::string> VersionFolder::mark() const {
    const auto number = latest();
    if (!number) return error_of(number);
    if (*number == 0) return "0";
    return file_mark(origin(*number)).map([&](const std::string& file) {
        return std::to_string(*number) + ' ' + file;
    });
}

Result<Version> VersionFolder::load(std::uint64_t number) const {
    const auto record = read_file(origin(number), kRecordLimit);
    if (!record) return error_of(record);
    return decode_version(number, *record);
}

Result<std::vector<VersionInfo>> VersionFolder::list(std::size_t most) const {
    const auto found = numbers();
    if (!found) return error_of(found);
    std::vector<VersionInfo> listed;
    for (const std::uint64_t number : *found) {
        if (listed.size() == most) break;
        const auto end = read_end(origin(number), kNoteLimit);
        if (!end) continue;
        if (auto info = decode_version_note(number, *end)) listed.push_back(std::move(*info));
    }
    return listed;
}

void VersionFolder::clear_unfinished(int folder) const {
    std::vector<std::string> old;
    (void)each_entry([&](std::string_view name) {
        struct stat status {};
        const std::string copy(name);
        if (!name.starts_with(kUnfinished) || ::fstatat(folder, copy.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
            return;
        if (std::time(nullptr) - status.st_mtim.tv_sec > kLeftBehind) old.push_back(copy);
    });
    for (const std::string& name : old) ::unlinkat(folder, name.c_str(), 0);
}

Status VersionFolder::write(int folder, const char* name, std::string_view record) const {
    const auto fault = [&](int error_number) -> Status {
        if (error_number == ENOSPC || error_number == EDQUOT) {
            return fail(ErrorCode::full, path_ + ": there is no room for another version");
        }
        return failed(error_number);
    };
    const Descriptor file(::openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file.number() < 0) return fault(errno);
    struct stat owner {};
    if (::fstat(folder, &owner) != 0) return fault(errno);
    // as the folder's owner would have made it; who is not root may at most give it the folder's group
    const uid_t user = ::geteuid() == 0 ? owner.st_uid : static_cast<uid_t>(-1);
    const bool is_given = ::fchown(file.number(), user, owner.st_gid) == 0;
    if (!is_given && ::geteuid() == 0) return fault(errno);
    if (::fchmod(file.number(), 0640) != 0 || !write_all(file.number(), record) || ::fsync(file.number()) != 0) {
        return fault(errno);
    }
    return {};
}

Result<VersionInfo> VersionFolder::publish(std::uint64_t base, const Draft& draft) {
    const auto record = encode_version(base + 1, draft);
    if (!record) return error_of(record);
    const auto newest = latest();
    if (!newest) return error_of(newest);
    const auto conflict = [&](std::uint64_t found) {
        return fail(ErrorCode::conflict, "version " + std::to_string(found) + " is the newest, not " +
                                             std::to_string(base) + ": somebody has published in between");
    };
    if (*newest != base) return conflict(*newest);

    const Descriptor folder(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.number() < 0) return failed(errno);
    clear_unfinished(folder.number());
    const Scratch fresh(folder.number(), std::string(kUnfinished) + hex_encode(crypto::random_bytes(8)));
    if (auto status = write(folder.number(), fresh.name(), *record); !status) return error_of(status);
    // the one step by which it is there, whole; it fails for all but one who take this number
    if (::linkat(folder.number(), fresh.name(), folder.number(), name_of(base + 1).c_str(), 0) != 0) {
        return errno == EEXIST ? conflict(base + 1) : failed(errno);
    }
    if (::fsync(folder.number()) != 0) return failed(errno);
    return VersionInfo{base + 1, draft.author, draft.date, draft.message};
}

}  // namespace

std::unique_ptr<Versions> open_version_folder(std::string path) {
    return std::make_unique<VersionFolder>(std::move(path));
}

}  // namespace sso::config
