// What the handler has done, counted in memory that all processes share: over children and graceful restarts.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sso::httpd {

/// What became of a request.
enum class Outcome : std::uint8_t {
    allowed,
    unprotected,
    skipped,
    denied,
    to_login,
    malformed,         ///< 400
    unknown_host,      ///< no virtual host of the configuration: 403
    unavailable,       ///< the store did not answer: 503
    no_configuration,  ///< none was ever good: 503
    failed,            ///< no decision: 500
    to_step_up,        ///< asked for a stronger login
    logged_out,        ///< by a rule
    in_maintenance,    ///< 503
};
inline constexpr std::array<std::string_view, 13> kOutcomeNames{
    "allowed",     "unprotected",      "skipped", "denied",     "to_login",   "malformed",     "unknown_host",
    "unavailable", "no_configuration", "failed",  "to_step_up", "logged_out", "in_maintenance"};

/// What took how long.
enum class Timed : std::uint8_t { decision, endpoint };
inline constexpr std::array<std::string_view, 2> kTimedNames{"header_parser", "sso-auth"};

/// How many lasted how long: cell n counts those below 1,024 ns doubled n times; the last, all others.
struct Latency {
    static constexpr std::size_t kCells = 24;  // up to some 4 s
    std::array<std::uint64_t, kCells> cells{};
    std::uint64_t nanoseconds = 0;  ///< all together
    static std::size_t cell_of(std::uint64_t nanoseconds) noexcept;
    static double upper_bound_seconds(std::size_t cell) noexcept;  ///< of all cells but the last
};

using Outcomes = std::array<std::uint64_t, kOutcomeNames.size()>;

/// What was counted so far; no single instant's, as it is read while others count.
struct Totals {
    struct Host {
        std::string name;
        Outcomes outcomes{};
    };
    std::vector<Host> hosts;  ///< sorted by name
    Outcomes others{};        ///< of no virtual host, and of those beyond `Counters::kHosts`
    std::array<Latency, kTimedNames.size()> latency{};
    std::uint64_t lookups = 0;  ///< requests that bore a session cookie
    std::int64_t since = 0;     ///< seconds since 1970
};

/// Zero bytes are its first state. Counting is an addition to a cell that, as a rule, one thread at a time writes to:
/// connections are spread over stripes, and httpd numbers those that live at once differently. Any process, any thread.
class Counters {
  public:
    static constexpr std::size_t kStripes = 32;
    static constexpr std::size_t kHosts = 256;
    static constexpr std::uint16_t kOthers = kHosts;  ///< the number of whoever has none

    /// Counting begins, unless it began before: `now` in seconds since 1970.
    void begin(std::int64_t now) noexcept {
        std::int64_t never = 0;
        since_.compare_exchange_strong(never, now, std::memory_order_relaxed);
    }

    /// The number that `name` is counted under, claimed at the first call. A number is never given back. When all are
    /// taken, `kOthers`.
    std::uint16_t number_of(std::string_view name) noexcept;

    /// @param connection  httpd's number of the connection
    void count(long connection, std::uint16_t host, Outcome outcome) noexcept {
        add(stripe(connection).outcomes[host][static_cast<std::size_t>(outcome)], 1);
    }
    void count_lookup(long connection) noexcept { add(stripe(connection).lookups, 1); }
    void time(long connection, Timed what, std::chrono::nanoseconds lasted) noexcept {
        auto& cells = stripe(connection).latency[static_cast<std::size_t>(what)];
        const auto nanoseconds = static_cast<std::uint64_t>(lasted.count());
        add(cells.cells[Latency::cell_of(nanoseconds)], 1);
        add(cells.nanoseconds, nanoseconds);
    }

    [[nodiscard]] Totals totals() const;

  private:
    using Cell = std::atomic<std::uint64_t>;
    static_assert(Cell::is_always_lock_free);
    struct Cells {
        std::array<Cell, Latency::kCells> cells{};
        Cell nanoseconds{0};
    };
    struct alignas(64) Stripe {
        std::array<Cells, kTimedNames.size()> latency{};
        Cell lookups{0};
        std::array<std::array<Cell, kOutcomeNames.size()>, kHosts + 1> outcomes{};
    };
    struct Name {
        enum : std::uint32_t { kFree, kClaimed, kWritten };
        std::atomic<std::uint32_t> state{kFree};
        std::array<char, 256> text{};  // a host name has 253 bytes at most; the rest is zero
    };

    static void add(Cell& cell, std::uint64_t amount) noexcept { cell.fetch_add(amount, std::memory_order_relaxed); }
    Stripe& stripe(long connection) noexcept { return stripes_[static_cast<unsigned long>(connection) % kStripes]; }
    [[nodiscard]] std::string_view name(std::size_t number) const noexcept;

    std::atomic<std::int64_t> since_{0};
    std::array<Name, kHosts> names_{};
    std::array<Stripe, kStripes> stripes_{};
};

}  // namespace sso::httpd
