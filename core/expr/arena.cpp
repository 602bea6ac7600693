#include "core/expr/arena.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace sso::expr {

void Arena::free_blocks() noexcept {
    while (blocks_ != nullptr) {
        Block* next = blocks_->next;
        std::free(blocks_);  // NOLINT: raw blocks of one owner
        blocks_ = next;
    }
}

void* Arena::take(std::size_t size) noexcept {
    if (size > limit_) return nullptr;
    size = (size + kAlign - 1) / kAlign * kAlign;
    if (size > static_cast<std::size_t>(end_ - next_)) {
        if (taken_ + size > limit_) return nullptr;
        const std::size_t block = std::max<std::size_t>(size, 8192);
        auto* memory = static_cast<char*>(std::malloc(block + kAlign));  // NOLINT: raw blocks of one owner
        if (memory == nullptr) return nullptr;
        auto* header = reinterpret_cast<Block*>(memory);  // NOLINT: the block's own head
        header->next = blocks_;
        blocks_ = header;
        taken_ += block;
        next_ = memory + kAlign;
        end_ = next_ + block;
    }
    void* result = next_;
    next_ += size;
    return result;
}

std::string_view Arena::copy(std::string_view text) noexcept {
    auto* memory = static_cast<char*>(take(text.size()));
    if (memory == nullptr) return {};
    std::memcpy(memory, text.data(), text.size());
    return {memory, text.size()};
}

}  // namespace sso::expr
