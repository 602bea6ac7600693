// What is known on this host of sessions that ended or changed: written by the watcher, read by every process of the
// web server, in memory that they share.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "core/session/session_cookie.hpp"

namespace sso::session {

/// Counters, one for many sessions: what was loaded of a session is void when its counter has moved since before the
/// store was asked. And a heartbeat: until when all is known of which store. Zero bytes are a board's first state, that
/// of a board without an identity. Any process, any thread, no lock.
class RevocationBoard {
  public:
    static constexpr std::size_t kCounters = 1U << 16U;
    /// A watcher that was silent for longer is lost.
    static constexpr std::chrono::milliseconds kSilence{250};
    using Steady = std::chrono::steady_clock::time_point;  // one clock for all processes of a host

    /// Which counter is the session's. The id is a digest: a slice of it spreads evenly.
    static std::uint32_t index_of(const SessionId& id) noexcept {
        const auto bytes = id.bytes();
        return (std::uint32_t{static_cast<unsigned char>(bytes[0])} << 8U) | static_cast<unsigned char>(bytes[1]);
    }

    /// Random bits that no other board has, and that stay among those who share this one: what bears them was loaded
    /// under this board's counters.
    using Identity = std::array<std::uint64_t, 4>;
    /// Once, before others read the board.
    void identify(const Identity& identity) noexcept {
        for (std::size_t i = 0; i < identity.size(); ++i) identity_[i].store(identity[i], std::memory_order_release);
    }
    [[nodiscard]] Identity identity() const noexcept {
        Identity identity{};
        for (std::size_t i = 0; i < identity.size(); ++i) identity[i] = identity_[i].load(std::memory_order_acquire);
        return identity;
    }
    [[nodiscard]] bool is_identified() const noexcept { return identity() != Identity{}; }

    [[nodiscard]] std::uint32_t epoch(std::uint32_t index) const noexcept {
        return epochs_[index].load(std::memory_order_acquire);
    }
    /// What anybody holds of the session is void.
    void let_go(const SessionId& id) noexcept { epochs_[index_of(id)].fetch_add(1, std::memory_order_acq_rel); }
    /// The watcher has heard that the session has ended or changed.
    void revoke(const SessionId& id) noexcept {
        let_go(id);
        revoked_.fetch_add(1, std::memory_order_relaxed);
    }
    /// Nobody can say what has ended or changed meanwhile: whatever anybody holds is void.
    void revoke_all() noexcept {
        for (auto& counter : epochs_) counter.fetch_add(1, std::memory_order_acq_rel);
        revoked_all_.fetch_add(1, std::memory_order_relaxed);
    }

    /// From now on the watcher speaks of this store (`store_mark`); until it has heard something, of none.
    void watch(std::uint64_t store) noexcept {
        heard_.store(Steady{}, std::memory_order_release);
        store_.store(store, std::memory_order_release);
    }
    /// Whatever the store did until `until` stands on the board.
    void hear(Steady until) noexcept { heard_.store(until, std::memory_order_release); }
    /// Until when all is known of this store; the clock's beginning if nobody watches it.
    [[nodiscard]] Steady heard(std::uint64_t store) const noexcept {
        const Steady heard = heard_.load(std::memory_order_acquire);  // before the store: a new one begins with none
        return store_.load(std::memory_order_acquire) == store ? heard : Steady{};
    }

    /// How often `revoke` and `revoke_all` were called, for status pages.
    [[nodiscard]] std::uint64_t revoked() const noexcept { return revoked_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t revoked_all() const noexcept { return revoked_all_.load(std::memory_order_relaxed); }

  private:
    alignas(64) std::atomic<Steady> heard_{};
    std::atomic<std::uint64_t> store_{0};
    std::atomic<std::uint64_t> revoked_{0}, revoked_all_{0};
    std::array<std::atomic<std::uint64_t>, 4> identity_{};
    alignas(64) std::array<std::atomic<std::uint32_t>, kCounters> epochs_{};
};
static_assert(std::atomic<std::uint32_t>::is_always_lock_free && std::atomic<std::uint64_t>::is_always_lock_free &&
                  std::atomic<RevocationBoard::Steady>::is_always_lock_free,
              "a lock in shared memory would be held by processes that die");

}  // namespace sso::session
