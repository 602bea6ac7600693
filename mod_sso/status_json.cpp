#include "core/base/time_text.hpp"
#include "mod_sso/status_report.hpp"

namespace sso::httpd {
namespace {

/// A string of JSON (RFC 8259 §7). Diagnostics are UTF-8 already.
std::string quoted(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20) {
            result += std::string("\\u00") + kHex[byte >> 4U] + kHex[byte & 0xFU];
        } else {
            if (c == '"' || c == '\\') result += '\\';
            result += c;
        }
    }
    return result + '"';
}

/// Writes members of objects, and elements of arrays, with commas between them.
class Writer {
  public:
    void member(std::string_view name) {
        comma();
        text_ += quoted(name) + ":";
        first_ = true;
    }
    void open(char bracket) {
        comma();
        text_ += bracket;
        first_ = true;
    }
    void close(char bracket) {
        text_ += bracket;
        first_ = false;
    }
    void string(std::string_view value) { put(quoted(value)); }
    void number(std::uint64_t value) { put(std::to_string(value)); }
    void boolean(bool value) { put(value ? "true" : "false"); }
    void real(std::optional<double> value) { put(value ? std::to_string(*value) : "null"); }
    [[nodiscard]] std::string take() && { return std::move(text_); }

  private:
    void comma() {
        if (!std::exchange(first_, false)) text_ += ',';
    }
    void put(const std::string& value) {
        comma();
        text_ += value;
    }

    std::string text_;
    bool first_ = true;
};

void write_outcomes(Writer& json, std::string_view name, const Outcomes& outcomes) {
    json.member(name);
    json.open('{');
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        json.member(kOutcomeNames[i]);
        json.number(outcomes[i]);
    }
    json.close('}');
}

void write_lines(Writer& json, std::string_view name, const config::Diagnostics& diagnostics) {
    json.member(name);
    json.open('[');
    for (const auto& diagnostic : diagnostics) json.string(to_string(diagnostic));
    json.close(']');
}

void write_latency(Writer& json, std::string_view name, const Latency& latency) {
    constexpr double kMicro = 1e6;
    const auto micro = [](std::optional<double> seconds) {
        return seconds ? std::optional(*seconds * kMicro) : seconds;
    };
    json.member(name);
    json.open('{');
    json.member("count");
    json.number(count_of(latency));
    json.member("mean_us");
    json.real(micro(mean(latency)));
    for (const auto& [label, share] : {std::pair{"p50_us", 0.5}, {"p90_us", 0.9}, {"p99_us", 0.99}}) {
        json.member(label);
        json.real(micro(quantile(latency, share)));
    }
    json.close('}');
}

void write_sessions(Writer& json, const SessionState& state) {
    const std::uint64_t hits = state.hits();
    json.member("sessions");
    json.open('{');
    json.member("lookups");
    json.number(state.lookups);
    json.member("l1_hits");
    json.number(hits);
    json.member("l1_hit_rate");
    json.real(share(hits, state.lookups));
    json.member("l2_hit_rate");
    json.real(share(state.missed("l2"), state.missed("l2") + state.missed("store")));
    json.member("misses");
    json.open('{');
    for (const auto& [name, number] : state.misses) {
        json.member(name);
        json.number(number);
    }
    json.close('}');
    json.member("l1_entries");
    json.number(state.entries);
    json.member("l1_bytes");
    json.number(state.bytes);
    json.close('}');

    json.member("store");
    json.open('{');
    json.member("kind");
    json.string(state.store);
    json.member("open");
    json.boolean(state.is_open);
    json.member("given_up");
    json.boolean(state.is_given_up);
    json.close('}');

    json.member("watcher");
    json.open('{');
    json.member("possible");
    json.boolean(state.can_be_listened_to);
    json.member("listening");
    json.boolean(state.is_watched());
    json.member("revocation_lag_ms");
    json.real(state.silence ? std::optional(*state.silence * 1e3) : std::nullopt);
    json.member("revoked");
    json.number(state.revoked);
    json.member("revoked_all");
    json.number(state.revoked_all);
    json.close('}');
}

}  // namespace

std::string status_json(const StatusReport& report) {
    const auto& totals = report.totals;
    Writer json;
    json.open('{');
    json.member("version");
    json.string(SSO_VERSION);
    json.member("now");
    json.string(time_text(report.now));
    json.member("counting_since");
    json.string(time_text(SysSeconds(std::chrono::seconds(totals.since))));

    json.member("configuration");
    json.open('{');
    json.member("process");
    json.number(static_cast<std::uint64_t>(report.process));
    json.member("uri");
    json.string(report.configuration.uri);
    json.member("version");
    json.string(report.configuration.version);
    write_lines(json, "refusal", report.configuration.refusal);
    write_lines(json, "warnings", report.configuration.warnings);
    json.close('}');

    json.member("requests");
    json.open('{');
    write_outcomes(json, "total", sum_of(totals));
    write_outcomes(json, "others", totals.others);
    json.member("virtual_hosts");
    json.open('{');
    for (const auto& host : totals.hosts) write_outcomes(json, host.name, host.outcomes);
    json.close('}');
    json.close('}');

    write_sessions(json, report.sessions);

    json.member("latency");
    json.open('{');
    for (std::size_t i = 0; i < totals.latency.size(); ++i) write_latency(json, kTimedNames[i], totals.latency[i]);
    json.close('}');
    json.close('}');
    return std::move(json).take() + "\n";
}

}  // namespace sso::httpd
