// Memory of one evaluation: taken piece by piece, given back as a whole. The first kilobyte lies inside the object, so
// that short evaluations allocate nothing.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace sso::expr {

class Arena {
  public:
    explicit Arena(std::size_t limit) noexcept : limit_(limit) {}
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;
    ~Arena() {
        if (blocks_ != nullptr) free_blocks();
    }

    /// Memory aligned for any value, or null when the limit is reached.
    [[nodiscard]] void* take(std::size_t size) noexcept;
    /// A copy that lives as long as the arena. Null data when the limit is reached.
    [[nodiscard]] std::string_view copy(std::string_view text) noexcept;

  private:
    struct Block {
        Block* next;
    };
    void free_blocks() noexcept;

    static constexpr std::size_t kAlign = 16;

    alignas(kAlign) std::array<char, 1024> first_;
    char* next_ = first_.data();
    char* end_ = first_.data() + first_.size();
    Block* blocks_ = nullptr;
    std::size_t taken_ = 0;
    std::size_t limit_;
};

}  // namespace sso::expr
