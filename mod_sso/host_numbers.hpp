// Under which number each virtual host of one configuration is counted.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "core/rules/policy.hpp"
#include "mod_sso/counters.hpp"

namespace sso::httpd {

/// Remembers what `Counters::number_of` said, by the host's address, which is its own for as long as the configuration
/// lives. A known host costs one comparison. Any thread.
class HostNumbers {
  public:
    std::uint16_t number_of(const rules::HostPolicy* host, Counters& counters) noexcept {
        if (host == nullptr) return Counters::kOthers;
        const auto address = reinterpret_cast<std::uintptr_t>(host);
        auto& known = known_[(address / alignof(rules::HostPolicy)) % known_.size()];
        // host and number in one word: addresses leave the upper sixteen bits free
        const std::uint64_t word = known.load(std::memory_order_relaxed);
        if (word >> kNumberBits == address) return static_cast<std::uint16_t>(word);
        const std::uint16_t number = counters.number_of(host->settings().name);
        known.store(std::uint64_t{address} << kNumberBits | number, std::memory_order_relaxed);
        return number;
    }

  private:
    static constexpr unsigned kNumberBits = 16;
    static_assert(sizeof(std::uintptr_t) == 8);
    std::array<std::atomic<std::uint64_t>, 1024> known_{};  // policies stand one after the other
};

}  // namespace sso::httpd
