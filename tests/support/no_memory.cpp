// A heap that has no more for us while a file says so, for a program that is started with this library preloaded:
// operator new throws, in the process's first thread. It is the one that serves requests in httpd's prefork; others,
// which look for new configurations meanwhile, get what they want, and so do C libraries. The file's name stands in
// SSO_NO_MEMORY.
#include <unistd.h>

#include <cstdlib>
#include <new>

#pragma GCC visibility push(default)
void* operator new(std::size_t size) {
    const char* flag = std::getenv("SSO_NO_MEMORY");
    if (flag != nullptr && ::gettid() == ::getpid() && ::access(flag, F_OK) == 0) throw std::bad_alloc();
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
#pragma GCC visibility pop
