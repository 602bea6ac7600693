#include <array>
#include <cstdio>

#include "mod_sso/status_report.hpp"

namespace sso::httpd {
namespace {

/// A label's value: backslash, quote and line end are escaped.
std::string label(std::string_view value) {
    std::string result = "\"";
    for (const char c : value) {
        if (c == '\n') {
            result += "\\n";
            continue;
        }
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + '"';
}

std::string number(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.9g", value);
    return text.data();
}

class Writer {
  public:
    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        text_ += "# HELP " + name_ + " " + std::string(help) + "\n# TYPE " + name_ + " " + std::string(type) + "\n";
    }
    void sample(const std::string& suffix_and_labels, const std::string& value) {
        text_ += name_ + suffix_and_labels + " " + value + "\n";
    }
    [[nodiscard]] std::string take() && { return std::move(text_); }

  private:
    std::string name_, text_;
};

void write_requests(Writer& out, std::string_view host, const Outcomes& outcomes) {
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        // a series that never counted anything is left out: there are many hosts
        if (outcomes[i] == 0) continue;
        out.sample("{vhost=" + label(host) + ",outcome=" + label(kOutcomeNames[i]) + "}", std::to_string(outcomes[i]));
    }
}

void write_latency(Writer& out, std::string_view hook, const Latency& latency) {
    const std::string name = "hook=" + label(hook);
    std::uint64_t below = 0;
    for (std::size_t cell = 0; cell + 1 < Latency::kCells; ++cell) {
        below += latency.cells[cell];
        out.sample("_bucket{" + name + ",le=" + label(number(Latency::upper_bound_seconds(cell))) + "}",
                   std::to_string(below));
    }
    const std::string count = std::to_string(below + latency.cells.back());
    out.sample("_bucket{" + name + ",le=\"+Inf\"}", count);
    out.sample("_sum{" + name + "}", number(static_cast<double>(latency.nanoseconds) / 1e9));
    out.sample("_count{" + name + "}", count);
}

void write_sessions(Writer& out, const SessionState& state) {
    out.family("sso_session_lookups_total", "counter", "Requests with a session cookie, by what found the session.");
    out.sample("{found=\"l1\"}", std::to_string(state.hits()));
    for (const auto& [name, count] : state.misses) {
        out.sample("{found=" + label(name) + "}", std::to_string(count));
    }
    out.family("sso_sessions_held", "gauge", "Sessions in L1 of the process that was asked.");
    out.sample("", std::to_string(state.entries));
    out.family("sso_sessions_held_bytes", "gauge", "Memory that they take.");
    out.sample("", std::to_string(state.bytes));
    out.family("sso_store_given_up", "gauge", "1 while the store is left alone because it did not answer.");
    out.sample("", state.is_given_up ? "1" : "0");
    out.family("sso_watcher_listening", "gauge", "1 when the watcher was heard just now.");
    out.sample("", state.is_watched() ? "1" : "0");
    if (state.silence) {
        out.family("sso_revocation_lag_seconds", "gauge", "Older revocations than this hold in every process.");
        out.sample("", number(*state.silence));
    }
    out.family("sso_revocations_total", "counter", "Sessions that the watcher heard to have ended or changed.");
    out.sample("", std::to_string(state.revoked));
    out.family("sso_revocations_of_all_total", "counter", "How often the watcher could not tell which had.");
    out.sample("", std::to_string(state.revoked_all));
}

}  // namespace

std::string status_prometheus(const StatusReport& report) {
    const auto& totals = report.totals;
    Writer out;
    out.family("sso_requests_total", "counter", "Requests decided on, by virtual host and what became of them.");
    for (const auto& host : totals.hosts) write_requests(out, host.name, host.outcomes);
    write_requests(out, "", totals.others);

    out.family("sso_hook_duration_seconds", "histogram", "How long the handler's hooks took.");
    for (std::size_t i = 0; i < totals.latency.size(); ++i) write_latency(out, kTimedNames[i], totals.latency[i]);

    write_sessions(out, report.sessions);

    out.family("sso_counting_since_seconds", "gauge", "When counting began, in seconds since 1970.");
    out.sample("", std::to_string(totals.since));

    out.family("sso_configuration_info", "gauge", "The version that serves in the process that was asked.");
    out.sample("{version=" + label(report.configuration.version) + "}",
               report.configuration.version.empty() ? "0" : "1");
    out.family("sso_configuration_refused", "gauge", "1 when the newest version is refused.");
    out.sample("", report.configuration.refusal.empty() ? "0" : "1");
    return std::move(out).take();
}

}  // namespace sso::httpd
