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

struct StatusReport {
    SysSeconds now;
    long process = 0;  ///< whose configuration this is
    ConfigurationState configuration;
    Totals totals;
};

/// Each whole document, with its line end.
std::string status_html(const StatusReport& report);
std::string status_style_hash();  ///< of the page's style, for its Content-Security-Policy: SHA-256 in base64
std::string status_json(const StatusReport& report);
std::string status_prometheus(const StatusReport& report);  ///< Prometheus's text format 0.0.4

/// How many there are in all cells.
std::uint64_t count_of(const Latency& latency) noexcept;
/// Seconds; nothing when none was counted.
std::optional<double> mean(const Latency& latency) noexcept;
/// Seconds that `share` (0 to 1) of the counted did not exceed: the upper bound of a cell. Nothing when none was
/// counted, or when that share reaches into the last cell, which has no bound.
std::optional<double> quantile(const Latency& latency, double share) noexcept;
Outcomes sum_of(const Totals& totals) noexcept;

}  // namespace sso::httpd
