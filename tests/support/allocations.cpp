#include "tests/support/allocations.hpp"

#include <malloc.h>

#include <cstdlib>
#include <new>
#include <utility>

namespace {

thread_local std::size_t count = 0;
thread_local sso::test::HeldThread* holder = nullptr;
thread_local sso::test::FreedMemory* onlooker = nullptr;

void note() noexcept {
    ++count;
    if (holder != nullptr) std::exchange(holder, nullptr)->stay();
}

void* counted(std::size_t size) noexcept {
    note();
    return std::malloc(size == 0 ? 1 : size);
}

void* counted(std::size_t size, std::align_val_t alignment) noexcept {
    note();
    void* memory = nullptr;
    return posix_memalign(&memory, static_cast<std::size_t>(alignment), size == 0 ? 1 : size) == 0 ? memory : nullptr;
}

void* or_throw(void* memory) {
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

void give_back(void* memory) noexcept {
    if (memory != nullptr && onlooker != nullptr) {
        onlooker->look_into({static_cast<const char*>(memory), ::malloc_usable_size(memory)});
    }
    std::free(memory);
}

}  // namespace

namespace sso::test {

std::size_t allocations() noexcept {
    return count;
}

void HeldThread::hold_at_next_allocation() noexcept {
    holder = this;
}

void HeldThread::let_go() noexcept {
    may_go_.store(true);
    may_go_.notify_all();
}

void HeldThread::stay() noexcept {
    is_held_.store(true);
    is_held_.notify_all();
    may_go_.wait(false);
}

FreedMemory::FreedMemory(std::string_view text) noexcept : text_(text) {
    onlooker = this;
}

FreedMemory::~FreedMemory() {
    onlooker = nullptr;
}

void FreedMemory::look_into(std::string_view bytes) noexcept {
    if (bytes.find(text_) != std::string_view::npos) has_held_text_ = true;
}

}  // namespace sso::test

// The replaceable forms of [new.delete]: the others call these.
void* operator new(std::size_t size) {
    return or_throw(counted(size));
}
void* operator new[](std::size_t size) {
    return or_throw(counted(size));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return counted(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
    return counted(size);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return or_throw(counted(size, alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
    return or_throw(counted(size, alignment));
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
    return counted(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
    return counted(size, alignment);
}
void operator delete(void* memory) noexcept {
    give_back(memory);
}
void operator delete[](void* memory) noexcept {
    give_back(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    give_back(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    give_back(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    give_back(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
    give_back(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    give_back(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
    give_back(memory);
}
