// The state of the handler as a value, and the forms in which it is shown. What is of all processes, and what of the
// one that was asked, is told apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mod_sso/configuration.hpp"
#include "mod_sso/counters.hpp"

namespace sso::httpd {

/// Sessions, and the store that they come from. Lookups are those of all processes, what is held is this one's.
struct SessionState {
    std::string store;  ///< its kind, "redis"; where it is may be nobody's business
    bool is_open = false;
    bool is_given_up = false;            ///< it did not answer, and is left alone for a moment
    std::size_t entries = 0, bytes = 0;  ///< of L1
    bool can_be_listened_to = false;     ///< else what was revoked is seen when the store is asked again
    std::optional<double> silence;       ///< seconds since the watcher's last word; nothing: it has said none
    std::uint64_t revoked = 0;           ///< sessions that the watcher heard of
    std::uint64_t revoked_all = 0;       ///< how often it could not tell which
    std::uint64_t lookups = 0;           ///< requests with a cookie
    std::vector<std::pair<std::string_view, std::uint64_t>> misses;  ///< what came of those that L1 did not answer

    [[nodiscard]] bool is_watched() const noexcept;     ///< the watcher was heard just now
    [[nodiscard]] std::uint64_t hits() const noexcept;  ///< of L1
    [[nodiscard]] std::uint64_t missed(std::string_view what) const noexcept;
};
SessionState session_state();

struct StatusReport {
    SysSeconds now;
    long process = 0;  ///< whose configuration this is
    ConfigurationState configuration;
    SessionState sessions;
    Totals totals;
};

/// Each whole document, with its line end.
std::string status_html(const StatusReport& report);
std::string status_style_hash();  ///< of the page's style, for its Content-Security-Policy: SHA-256 in base64
std::string status_json(const StatusReport& report);
std::string status_prometheus(const StatusReport& report);  ///< Prometheus's text format 0.0.4

/// `part` of `whole`, 0 to 1; nothing of nothing.
std::optional<double> share(std::uint64_t part, std::uint64_t whole) noexcept;
/// How many there are in all cells.
std::uint64_t count_of(const Latency& latency) noexcept;
/// Seconds; nothing when none was counted.
std::optional<double> mean(const Latency& latency) noexcept;
/// Seconds that `share` (0 to 1) of the counted did not exceed: the upper bound of a cell. Nothing when none was
/// counted, or when that share reaches into the last cell, which has no bound.
std::optional<double> quantile(const Latency& latency, double share) noexcept;
Outcomes sum_of(const Totals& totals) noexcept;

}  // namespace sso::httpd
