#include "mod_sso/status_report.hpp"

#include <numeric>

namespace sso::httpd {

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
