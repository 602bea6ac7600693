// Counts heap allocations, for the tests that hold a function to "allocates nothing", stops a thread at one, and looks
// into what is given back. A test that links sso_test_support and calls this gets other versions of operator new and
// delete in its whole binary.
#pragma once

#include <atomic>
#include <cstddef>
#include <string_view>

namespace sso::test {

/// How often this thread has called operator new since it began.
std::size_t allocations() noexcept;

/// How often `function` calls operator new, in this thread: EXPECT_EQ(allocations_during([&] { … }), 0u);
template <class Function>
std::size_t allocations_during(Function&& function) {
    const std::size_t before = allocations();
    function();
    return allocations() - before;
}

/// Holds a thread up in the middle of something, for what another can do meanwhile.
class HeldThread {
  public:
    /// This thread's next call of operator new returns when it is let go.
    void hold_at_next_allocation() noexcept;
    void wait_until_held() const noexcept { is_held_.wait(false); }
    void let_go() noexcept;

    void stay() noexcept;  ///< for operator new

  private:
    std::atomic<bool> is_held_{false};
    std::atomic<bool> may_go_{false};
};

/// While it lives: whether this thread has given memory back (operator delete) in which `text` stood.
class FreedMemory {
  public:
    explicit FreedMemory(std::string_view text) noexcept;
    ~FreedMemory();
    FreedMemory(const FreedMemory&) = delete;
    FreedMemory& operator=(const FreedMemory&) = delete;
    [[nodiscard]] bool has_held_text() const noexcept { return has_held_text_; }

    void look_into(std::string_view bytes) noexcept;  ///< for operator delete

  private:
    const std::string_view text_;
    bool has_held_text_ = false;
};

}  // namespace sso::test
