#include <array>
#include <cstdio>

#include "core/base/encoding.hpp"
#include "core/base/time_text.hpp"
#include "core/crypto/hash.hpp"
#include "core/http/html.hpp"
#include "mod_sso/status_report.hpp"

namespace sso::httpd {
namespace {

// The portal's look (gateway/static/base.css) in what one page needs, readable at 320 px: wide tables scroll by
// themselves.
constexpr std::string_view kStyle =
    ":root{color-scheme:light dark;--g:#f2f4f8;--s:#fff;--l:#d9dfe8;--t:#17202e;--m:#535f73;--a:#2457c5;--e:#a3261f}"
    "@media(prefers-color-scheme:dark){:root{--g:#10151d;--s:#19202b;--l:#2b3544;--t:#e8edf5;--m:#a7b3c5;--a:#8ab4ff;"
    "--e:#ff9d94}}"
    "*{box-sizing:border-box}body{margin:0;padding:1.25rem;background:var(--g);color:var(--t);"
    "font:1rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif}"
    "main{max-width:64rem;margin:0 auto}h1{font-size:1.625rem;line-height:1.25;margin:.5rem 0 1rem}"
    "h2{font-size:1.125rem;margin:0 0 .5rem}section{margin:0 0 1.25rem;padding:1.25rem;background:var(--s);"
    "border:1px solid var(--l);border-radius:14px}p,dd{overflow-wrap:anywhere}p{margin:.5rem 0}"
    "dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(12rem,1fr));gap:.75rem;margin:0}"
    "dt{color:var(--m);font-size:.875rem}dd{margin:0;font-variant-numeric:tabular-nums}"
    ".w{overflow-x:auto}.w:focus-visible{outline:3px solid var(--a)}"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    "th,td{padding:.375rem .75rem .375rem 0;border-bottom:1px solid var(--l);text-align:right;white-space:nowrap}"
    "th{color:var(--m);font-weight:600;font-size:.875rem}th:first-child{text-align:left}"
    ".m{color:var(--m)}.e{color:var(--e)}a{color:var(--a)}";

std::string html(std::string_view text) {
    return http::html::text(text);
}

std::string fact(std::string_view name, const std::string& value) {
    return "<div><dt>" + html(name) + "</dt><dd>" + html(value) + "</dd></div>";
}

std::string section(std::string_view title, const std::string& content) {
    return "<section><h2>" + html(title) + "</h2>" + content + "</section>\n";
}

/// `rows` are cells in HTML.
std::string table(std::string_view name, const std::vector<std::string_view>& headings, const std::string& rows) {
    std::string text = "<div class=\"w\" tabindex=\"0\" role=\"region\" aria-label=\"" + http::html::attribute(name) +
                       "\"><table><thead><tr>";
    for (const auto heading : headings) text += "<th scope=\"col\">" + html(heading) + "</th>";
    return text + "</tr></thead><tbody>" + rows + "</tbody></table></div>";
}

std::string row(std::string_view name, const std::vector<std::string>& cells) {
    std::string text = "<tr><th scope=\"row\">" + html(name) + "</th>";
    for (const auto& cell : cells) text += "<td>" + html(cell) + "</td>";
    return text + "</tr>";
}

std::string outcome_row(std::string_view name, const Outcomes& outcomes) {
    std::vector<std::string> cells;
    for (const auto number : outcomes) cells.push_back(std::to_string(number));
    return row(name, cells);
}

std::string duration(std::optional<double> seconds) {
    if (!seconds) return "–";
    std::array<char, 32> text{};
    if (*seconds < 1e-3) {
        std::snprintf(text.data(), text.size(), "%.1f µs", *seconds * 1e6);
    } else {
        std::snprintf(text.data(), text.size(), "%.1f ms", *seconds * 1e3);
    }
    return text.data();
}

std::string configuration(const StatusReport& report) {
    const auto& state = report.configuration;
    std::string text = "<dl>" + fact("Serving version", state.version.empty() ? "none" : state.version) +
                       fact("From", state.uri.empty() ? "nowhere" : state.uri) +
                       fact("In process", std::to_string(report.process)) + "</dl>";
    if (!state.refusal.empty()) text += "<p class=\"e\"><strong>The newest version is refused:</strong></p>";
    for (const auto& diagnostic : state.refusal) text += "<p class=\"e\">" + html(to_string(diagnostic)) + "</p>";
    for (const auto& diagnostic : state.warnings) text += "<p class=\"m\">" + html(to_string(diagnostic)) + "</p>";
    return section("Configuration", text);
}

std::string requests(const Totals& totals) {
    std::vector<std::string_view> headings{"Virtual host"};
    headings.insert(headings.end(), kOutcomeNames.begin(), kOutcomeNames.end());
    std::string rows = outcome_row("all", sum_of(totals));
    for (const auto& host : totals.hosts) rows += outcome_row(host.name, host.outcomes);
    return section("Requests",
                   table("Requests by virtual host", headings, rows + outcome_row("others", totals.others)));
}

std::string latency(const Totals& totals) {
    std::string rows;
    for (std::size_t i = 0; i < totals.latency.size(); ++i) {
        const auto& one = totals.latency[i];
        rows += row(kTimedNames[i], {std::to_string(count_of(one)), duration(mean(one)), duration(quantile(one, 0.5)),
                                     duration(quantile(one, 0.9)), duration(quantile(one, 0.99))});
    }
    return section("Time spent", table("Time spent in hooks",
                                       {"Hook", "calls", "mean", "half below", "90 % below", "99 % below"}, rows));
}

std::string percent(std::optional<double> part) {
    if (!part) return "–";
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%.1f %%", *part * 100);
    return text.data();
}

std::string watcher(const SessionState& state) {
    if (!state.can_be_listened_to) return "none: this store does not say what has ended";
    return state.is_watched() ? "listening" : "silent";
}

std::string sessions(const SessionState& state) {
    const std::uint64_t hits = state.hits();
    std::string rows = row("at hand (L1)", {std::to_string(hits), percent(share(hits, state.lookups))});
    for (const auto& [name, number] : state.misses) {
        rows += row(name, {std::to_string(number), percent(share(number, state.lookups))});
    }
    const std::string store = !state.is_open      ? "not opened yet in this process"
                              : state.is_given_up ? "does not answer; left alone for a moment"
                                                  : "open";
    return section("Sessions", "<dl>" + fact("Store", state.store.empty() ? "none" : state.store + ", " + store) +
                                   fact("Held by this process", std::to_string(state.entries) + " sessions, " +
                                                                    std::to_string(state.bytes / 1024) + " KiB") +
                                   fact("Watcher", watcher(state)) + fact("Revocation lag", duration(state.silence)) +
                                   fact("Revoked", std::to_string(state.revoked) + " sessions; all, " +
                                                       std::to_string(state.revoked_all) + " times") +
                                   "</dl>" + table("Where sessions were found", {"Found", "requests", "share"}, rows));
}

}  // namespace

std::string status_style_hash() {
    return base64_encode(crypto::bytes(crypto::sha256({kStyle})));
}

std::string status_html(const StatusReport& report) {
    const SysSeconds since{std::chrono::seconds(report.totals.since)};
    return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
           "content=\"width=device-width,initial-scale=1\"><title>mod_sso: status</title><style>" +
           std::string(kStyle) + "</style></head>\n<body><main><h1>mod_sso: status</h1>\n<p class=\"m\">mod_sso " +
           html(SSO_VERSION) + ", " + html(time_text(report.now)) + "; all processes, counting since " +
           html(time_text(since)) +
           ". Also as <a href=\"?format=json\">JSON</a> and for <a href=\"?format=prometheus\">Prometheus</a>.</p>\n" +
           configuration(report) + requests(report.totals) + sessions(report.sessions) + latency(report.totals) +
           "</main></body></html>\n";
}

}  // namespace sso::httpd
