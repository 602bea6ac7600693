// Keeps callers from waiting for a store that does not answer: they hear so at once, and one of them looks again now
// and then. For the session cache.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace sso::session {

/// Open after one wait that took long, or after some failures that came at once. While it is open one caller in each
/// `retry` is let through, and its outcome closes the breaker or leaves it open. Callable from several threads at once.
class CircuitBreaker {
  public:
    using Steady = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::milliseconds kRetry{500};
    static constexpr std::uint32_t kQuickFailures = 3;

    /// @param timeout  how long the store is waited for: half of that is a long wait
    explicit CircuitBreaker(std::chrono::milliseconds timeout) noexcept : long_wait_(timeout / 2) {}

    /// Whether the caller may ask the store. Who may says afterwards how it went.
    bool may_ask(Steady now) noexcept {
        Steady retry = retry_.load(std::memory_order_acquire);
        if (retry == Steady{}) return true;
        if (now < retry) return false;
        return retry_.compare_exchange_strong(retry, now + kRetry, std::memory_order_acq_rel);
    }
    void answered() noexcept {
        if (failures_.load(std::memory_order_relaxed) != 0) failures_.store(0, std::memory_order_relaxed);
        if (is_open()) retry_.store(Steady{}, std::memory_order_release);
    }
    /// @param asked  when the store was asked
    void failed(Steady asked, Steady now) noexcept {
        const bool is_enough = failures_.fetch_add(1, std::memory_order_relaxed) + 1 >= kQuickFailures;
        if (is_enough || now - asked >= long_wait_) retry_.store(now + kRetry, std::memory_order_release);
    }
    [[nodiscard]] bool is_open() const noexcept { return retry_.load(std::memory_order_acquire) != Steady{}; }

  private:
    const std::chrono::milliseconds long_wait_;
    std::atomic<Steady> retry_{};  ///< when somebody may ask again; none: the breaker is closed
    std::atomic<std::uint32_t> failures_{0};
};

}  // namespace sso::session
