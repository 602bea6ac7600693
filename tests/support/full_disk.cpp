// A disk that is full while a file says so, for a program that is started with this library preloaded: what is written
// to an LMDB store's data answers ENOSPC, and the file grows by a byte. Any user may have such a disk, in any
// container. The file's name stands in SSO_FULL_DISK. Offsets are of 64 bits, so that both spellings of a function are
// one.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

bool is_full(int file) noexcept {
    const char* flag = std::getenv("SSO_FULL_DISK");
    if (flag == nullptr || ::access(flag, F_OK) != 0) return false;
    char name[1024];
    const ssize_t length = ::readlink(("/proc/self/fd/" + std::to_string(file)).c_str(), name, sizeof name);
    if (length <= 0 || !std::string_view(name, static_cast<std::size_t>(length)).ends_with("/data.mdb")) return false;
    const int count = ::open(flag, O_WRONLY | O_APPEND | O_CLOEXEC);
    static_cast<void>(::write(count, "x", 1) + ::close(count));
    return true;
}

/// What the C library would do, unless the disk is full.
template <class Function, class... Args>
ssize_t unless_full(const char* name, int file, Args... args) noexcept {
    if (is_full(file)) {
        errno = ENOSPC;
        return -1;
    }
    static const auto real = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
    return real(file, args...);
}

using Write = ssize_t (*)(int, const void*, size_t, off_t);
using WritePieces = ssize_t (*)(int, const iovec*, int);
using WritePiecesAt = ssize_t (*)(int, const iovec*, int, off_t);

}  // namespace

extern "C" {
#pragma GCC visibility push(default)
ssize_t pwrite(int file, const void* bytes, size_t count, off_t at) {
    return unless_full<Write>("pwrite", file, bytes, count, at);
}
ssize_t pwrite64(int file, const void* bytes, size_t count, off_t at) {
    return unless_full<Write>("pwrite", file, bytes, count, at);
}
ssize_t writev(int file, const iovec* pieces, int count) {
    return unless_full<WritePieces>("writev", file, pieces, count);
}
ssize_t pwritev(int file, const iovec* pieces, int count, off_t at) {
    return unless_full<WritePiecesAt>("pwritev", file, pieces, count, at);
}
ssize_t pwritev64(int file, const iovec* pieces, int count, off_t at) {
    return unless_full<WritePiecesAt>("pwritev", file, pieces, count, at);
}
#pragma GCC visibility pop
}
