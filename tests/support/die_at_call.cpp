// Preloaded into a program under test (LD_PRELOAD): kills it, as a power cut would, just before its Nth call of those
// that change what is on the disk. SSO_DIE_AT names N; it is read when the library is loaded, before the program clears
// its environment.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

namespace {

std::atomic<int> left{0};

__attribute__((constructor)) void read_number() {
    if (const char* number = std::getenv("SSO_DIE_AT")) left = std::atoi(number);
}

void count() {
    if (left > 0 && --left == 0) ::kill(::getpid(), SIGKILL);
}

template <class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int rename(const char* from, const char* to) noexcept {
    count();
    return next<int(const char*, const char*)>("rename")(from, to);
}
int unlink(const char* path) noexcept {
    count();
    return next<int(const char*)>("unlink")(path);
}
int mkdir(const char* path, mode_t mode) noexcept {
    count();
    return next<int(const char*, mode_t)>("mkdir")(path, mode);
}
char* mkdtemp(char* pattern) noexcept {
    count();
    return next<char*(char*)>("mkdtemp")(pattern);
}
int rmdir(const char* path) noexcept {
    count();
    return next<int(const char*)>("rmdir")(path);
}
int fchmod(int file, mode_t mode) noexcept {
    count();
    return next<int(int, mode_t)>("fchmod")(file, mode);
}
int fsync(int file) {
    count();
    return next<int(int)>("fsync")(file);
}
ssize_t write(int file, const void* bytes, size_t size) {
    count();
    return next<ssize_t(int, const void*, size_t)>("write")(file, bytes, size);
}
int open(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    if ((flags & O_CREAT) != 0) count();
    return next<int(const char*, int, ...)>("open")(path, flags, mode);
}

}  // extern "C"
