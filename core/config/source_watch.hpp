// How processes that share memory share the work of looking after one source: one of them asks it for its mark now and
// then, and the others see from a word in that memory whether there is anything to look at.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace sso::config {

/// Zero bytes are its first state. Any process, any thread, no lock; a process may die at any moment, and the next one
/// whose turn it is does what it left undone.
class SourceWatch {
  public:
    /// Whether the caller is to ask the source now, because nobody has for `pause`.
    /// @param now  of a clock that all processes share. Where it goes back, as a virtual machine's may when it is
    /// moved,
    ///             whoever looks at it next has the turn.
    bool take_turn(std::chrono::milliseconds now, std::chrono::milliseconds pause) noexcept {
        auto last = last_turn_.load(std::memory_order_relaxed);
        if (is_within(last, now, pause)) return false;
        return last_turn_.compare_exchange_strong(last, now.count(), std::memory_order_relaxed);
    }

    /// Whether a question was answered that began at most `pause` ago. Where the clock went back none was. What is told
    /// is to be looked at after this.
    [[nodiscard]] bool is_asked(std::chrono::milliseconds now, std::chrono::milliseconds pause) const noexcept {
        return is_within(answered_.load(std::memory_order_acquire), now, pause);
    }

    /// Tells the others what the source was like: any number that differs when its mark does.
    /// @param began  when the source was asked, by the clock of `take_turn`
    void tell(std::uint64_t seen, std::chrono::milliseconds began) noexcept {
        if (seen_.load(std::memory_order_relaxed) != seen) seen_.store(seen, std::memory_order_release);
        answered_.store(began.count(), std::memory_order_release);
    }
    /// What was told last; 0: nothing yet. Who has acted on another number has something to look at.
    [[nodiscard]] std::uint64_t told() const noexcept { return seen_.load(std::memory_order_acquire); }

  private:
    static bool is_within(std::int64_t last, std::chrono::milliseconds now, std::chrono::milliseconds pause) noexcept {
        return last != 0 && now.count() >= last && now.count() - last < pause.count();
    }

    std::atomic<std::int64_t> last_turn_{0};
    std::atomic<std::int64_t> answered_{0};  // when the question began that was answered last
    std::atomic<std::uint64_t> seen_{0};
};
static_assert(std::atomic<std::int64_t>::is_always_lock_free && std::atomic<std::uint64_t>::is_always_lock_free);

}  // namespace sso::config
