#include "core/config/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>

#include "core/base/descriptor.hpp"
#include "core/base/text.hpp"

namespace sso::config {
namespace {

constexpr std::size_t kSecretLimit = 4'096;
constexpr mode_t kOthersMayReadOrWrite = S_IROTH | S_IWOTH;

/// Whether a file with these permissions may be read; nothing if so.
using ModeCheck = std::optional<Error> (*)(const std::string& path, mode_t mode);

Result<std::string> read_checked(const std::string& path, std::size_t limit, ModeCheck check) {
    // O_NONBLOCK: a FIFO at this path must not hold us up
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (file.number() < 0) return file_error(path, errno);
    struct stat status {};
    if (::fstat(file.number(), &status) != 0) return file_error(path, errno);
    if (!S_ISREG(status.st_mode)) return fail(ErrorCode::invalid, printable(path) + ": is not a regular file");
    if (check != nullptr) {
        if (auto refusal = check(path, status.st_mode)) return tl::unexpected<Error>(std::move(*refusal));
    }
    // room for all of it at once: a string that grows leaves copies of a secret behind
    std::string text(limit + 1, '\0');
    std::size_t length = 0;
    while (length < text.size()) {
        const ssize_t count = ::read(file.number(), text.data() + length, text.size() - length);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return file_error(path, errno);
        if (count == 0) break;
        length += static_cast<std::size_t>(count);
    }
    if (length > limit) {
        wipe(text.data(), text.size());
        return fail(ErrorCode::limit, printable(path) + ": is longer than " + std::to_string(limit) + " bytes");
    }
    text.resize(length);
    return text;
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t limit) {
    auto text = read_checked(path, limit, nullptr);
    if (text) text->shrink_to_fit();
    return text;
}

Result<Secret> read_secret_file(const std::string& path) {
    const ModeCheck check = [](const std::string& name, mode_t mode) -> std::optional<Error> {
        if ((mode & kOthersMayReadOrWrite) == 0) return std::nullopt;
        return Error{ErrorCode::refused, printable(name) + ": everybody may read or write it; run chmod o-rw " +
                                             printable(name) + " and replace the secret that it holds"};
    };
    return read_checked(path, kSecretLimit, check).map([](std::string text) { return Secret(std::move(text)); });
}

Result<std::string> file_mark(const std::string& path) {
    struct stat now {};
    if (::stat(path.c_str(), &now) != 0) return file_error(path, errno);
    // the inode tells a file that was replaced, the times and the size one that was written to
    std::string mark;
    for (const long long part :
         {static_cast<long long>(now.st_dev), static_cast<long long>(now.st_ino), static_cast<long long>(now.st_size),
          static_cast<long long>(now.st_mtim.tv_sec), static_cast<long long>(now.st_mtim.tv_nsec),
          static_cast<long long>(now.st_ctim.tv_sec), static_cast<long long>(now.st_ctim.tv_nsec)}) {
        mark += std::to_string(part) + '.';
    }
    return mark;
}

tl::unexpected<Error> file_error(const std::string& path, int error_number) {
    ErrorCode code = ErrorCode::unavailable;
    if (error_number == ENOENT || error_number == ENOTDIR) code = ErrorCode::not_found;
    if (error_number == EACCES || error_number == EPERM) code = ErrorCode::refused;
    return fail(code, printable(path) + ": " + std::generic_category().message(error_number));
}

}  // namespace sso::config
