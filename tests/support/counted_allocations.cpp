// Preloaded into a program under test (LD_PRELOAD): counts how often the first thread of each process takes memory from
// the heap, or has a block changed in size. In httpd's prefork it is the one that serves requests; another looks for
// new configurations, whenever its time has come. SSO_ALLOCATIONS names the file that holds the counts, one number of
// 64 bits for each process id there can be; it is mapped before the program gives up its rights. mmap is not counted:
// nobody takes memory by it for each request.
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

extern "C" {
// the C library's own, to which it gives no header
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the names are the library's
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
}

namespace {

using Count = std::atomic<std::uint64_t>;

constinit std::span<Count> counts{};
constinit Count* own = nullptr;
constinit pid_t first_thread = 0;

void find_own() {
    first_thread = ::getpid();
    own = &counts[static_cast<std::size_t>(first_thread)];
}

__attribute__((constructor)) void open_counts() {
    const char* name = std::getenv("SSO_ALLOCATIONS");
    if (name == nullptr) return;
    const int file = ::open(name, O_RDWR | O_CLOEXEC);
    if (file < 0) return;  // of a program that the one under test starts as another user
    struct stat facts {};
    if (::fstat(file, &facts) == 0) {
        const auto size = static_cast<std::size_t>(facts.st_size);
        void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (memory != MAP_FAILED) {
            counts = {static_cast<Count*>(memory), size / sizeof(Count)};
            find_own();
            ::pthread_atfork(nullptr, nullptr, find_own);
        }
    }
    ::close(file);
}

void count() noexcept {
    if (own != nullptr && ::gettid() == first_thread) own->fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

extern "C" {
#pragma GCC visibility push(default)
void* malloc(std::size_t size) {
    count();
    return __libc_malloc(size);
}
void* calloc(std::size_t number, std::size_t size) {
    count();
    return __libc_calloc(number, size);
}
void* realloc(void* block, std::size_t size) {
    count();
    return __libc_realloc(block, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
    count();
    return __libc_memalign(alignment, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
    count();
    return __libc_memalign(alignment, size);
}
int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
    count();
    void* memory = __libc_memalign(alignment, size);
    if (memory == nullptr) return ENOMEM;
    *block = memory;
    return 0;
}
#pragma GCC visibility pop
}
