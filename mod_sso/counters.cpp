#include "mod_sso/counters.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>

namespace sso::httpd {
namespace {

constexpr unsigned kFirstCellBits = 10;  // 1,024 ns

void add_up(Outcomes& sum, const auto& cells) noexcept {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += cells[i].load(std::memory_order_relaxed);
}

}  // namespace

std::size_t Latency::cell_of(std::uint64_t nanoseconds) noexcept {
    return std::min(static_cast<std::size_t>(std::bit_width(nanoseconds >> kFirstCellBits)), kCells - 1);
}

double Latency::upper_bound_seconds(std::size_t cell) noexcept {
    return std::ldexp(1e-9, static_cast<int>(kFirstCellBits + cell));
}

std::string_view Counters::name(std::size_t number) const noexcept {
    if (names_[number].state.load(std::memory_order_acquire) != Name::kWritten) return {};
    return names_[number].text.data();
}

std::uint16_t Counters::number_of(std::string_view name_of_host) noexcept {
    if (name_of_host.empty() || name_of_host.size() >= names_[0].text.size()) return kOthers;
    for (std::size_t number = 0; number < kHosts; ++number) {
        auto& entry = names_[number];
        std::uint32_t state = Name::kFree;
        if (entry.state.compare_exchange_strong(state, Name::kClaimed, std::memory_order_acq_rel)) {
            std::memcpy(entry.text.data(), name_of_host.data(), name_of_host.size());
            entry.state.store(Name::kWritten, std::memory_order_release);
            return static_cast<std::uint16_t>(number);
        }
        // One that is being written now may be the same name: then it gets two numbers, and `totals` adds them up. One
        // whose process died there is lost.
        if (name(number) == name_of_host) return static_cast<std::uint16_t>(number);
    }
    return kOthers;
}

Totals Counters::totals() const {
    Totals totals;
    totals.since = since_.load(std::memory_order_relaxed);
    std::map<std::string_view, Outcomes> hosts;
    for (const auto& stripe : stripes_) {
        totals.lookups += stripe.lookups.load(std::memory_order_relaxed);
        for (std::size_t i = 0; i < totals.latency.size(); ++i) {
            auto& latency = totals.latency[i];
            latency.nanoseconds += stripe.latency[i].nanoseconds.load(std::memory_order_relaxed);
            for (std::size_t cell = 0; cell < Latency::kCells; ++cell) {
                latency.cells[cell] += stripe.latency[i].cells[cell].load(std::memory_order_relaxed);
            }
        }
        add_up(totals.others, stripe.outcomes[kOthers]);
        for (std::size_t number = 0; number < kHosts; ++number) {
            if (const auto host = name(number); !host.empty()) add_up(hosts[host], stripe.outcomes[number]);
        }
    }
    for (const auto& [host, outcomes] : hosts) totals.hosts.push_back({std::string(host), outcomes});
    return totals;
}

}  // namespace sso::httpd
