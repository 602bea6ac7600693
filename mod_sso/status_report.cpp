#include "mod_sso/status_report.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>

#include "mod_sso/shared_memory.hpp"

namespace sso::httpd {
namespace {

using session::CacheCounts;

struct Miss {
    std::string_view name;
    CacheCounts::Counter CacheCounts::*counter;
};
constexpr std::array kMisses{
    Miss{"malformed", &CacheCounts::malformed}, Miss{"shared", &CacheCounts::shared},
    Miss{"l2", &CacheCounts::recalled},         Miss{"store", &CacheCounts::loaded},
    Miss{"absent", &CacheCounts::absent},       Miss{"unreadable", &CacheCounts::unreadable},
    Miss{"failed", &CacheCounts::failed},       Miss{"left_alone", &CacheCounts::left_alone},
};

}  // namespace

bool SessionState::is_watched() const noexcept {
    return silence && *silence < std::chrono::duration<double>(session::RevocationBoard::kSilence).count();
}

std::uint64_t SessionState::missed(std::string_view what) const noexcept {
    const auto found = std::find_if(misses.begin(), misses.end(), [&](const auto& miss) { return miss.first == what; });
    return found == misses.end() ? 0 : found->second;
}

std::uint64_t SessionState::hits() const noexcept {
    std::uint64_t missed_all = 0;
    for (const auto& [name, number] : misses) missed_all += number;
    return lookups - std::min(lookups, missed_all);  // read at different instants
}

SessionState session_state() {
    SessionState state;
    auto& memory = shared_memory();
    state.lookups = memory.counters.totals().lookups;
    for (const auto& miss : kMisses) {
        state.misses.emplace_back(miss.name, (memory.lookups.*miss.counter).load(std::memory_order_relaxed));
    }
    state.revoked = memory.revocations.revoked();
    state.revoked_all = memory.revocations.revoked_all();
    const auto live = current_live();
    if (!live) return state;
    const auto& store = *live->sessions;
    state.store = store.uri().substr(0, store.uri().find(':'));
    state.can_be_listened_to = store.can_be_listened_to();
    const auto heard = memory.revocations.heard(store.mark());
    if (heard != session::RevocationBoard::Steady{}) {
        const std::chrono::duration<double> silence = std::chrono::steady_clock::now() - heard;
        state.silence = std::max(0.0, silence.count());
    }
    if (const auto* cache = store.opened()) {
        const auto usage = cache->usage();
        state.is_open = true;
        state.is_given_up = cache->is_store_given_up();
        state.entries = usage.entries;
        state.bytes = usage.bytes;
    }
    return state;
}

std::optional<double> share(std::uint64_t part, std::uint64_t whole) noexcept {
    if (whole == 0) return std::nullopt;
    return static_cast<double>(part) / static_cast<double>(whole);
}

std::uint64_t count_of(const Latency& latency) noexcept {
    return std::accumulate(latency.cells.begin(), latency.cells.end(), std::uint64_t{0});
}

std::optional<double> mean(const Latency& latency) noexcept {
    const auto count = count_of(latency);
    if (count == 0) return std::nullopt;
    return static_cast<double>(latency.nanoseconds) / 1e9 / static_cast<double>(count);
}

std::optional<double> quantile(const Latency& latency, double share) noexcept {
    const auto wanted = share * static_cast<double>(count_of(latency));
    std::uint64_t below = 0;
    for (std::size_t cell = 0; cell + 1 < Latency::kCells; ++cell) {
        below += latency.cells[cell];
        if (below > 0 && static_cast<double>(below) >= wanted) return Latency::upper_bound_seconds(cell);
    }
    return std::nullopt;
}

Outcomes sum_of(const Totals& totals) noexcept {
    Outcomes sum = totals.others;
    for (const auto& host : totals.hosts) {
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += host.outcomes[i];
    }
    return sum;
}

}  // namespace sso::httpd
