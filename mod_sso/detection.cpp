#include "mod_sso/detection.hpp"

#include "core/base/text.hpp"
#include "core/http/cookie.hpp"
#include "core/rules/spellings.hpp"
#include "mod_sso/directives.hpp"
#include "mod_sso/enforce.hpp"
#include "mod_sso/request_view.hpp"
#include "mod_sso/shared_memory.hpp"

namespace sso::httpd {
namespace {

/// One line a request, at a level that lets through what would have been refused first.
void report(request_rec* r, std::string_view verdict, std::string_view user, std::string_view host,
            std::string_view rule) {
    const bool lets_in = verdict == "allow" || verdict == "unprotected" || verdict == "skip";
    ap_log_rerror(APLOG_MARK, lets_in ? APLOG_INFO : APLOG_NOTICE, 0, r,
                  "SSO0350: DetectionOnly: %s, user %s, %s%s, rule %s", std::string(verdict).c_str(),
                  user.empty() ? "-" : printable(user).c_str(), printable(host).c_str(),
                  printable(view(r->uri)).c_str(), rule.empty() ? "-" : printable(rule).c_str());
}

void decide_and_report(request_rec* r) {
    if (r->main != nullptr || r->prev != nullptr) return;
    const auto live = live_for(r);
    if (!live) return report(r, "no configuration", {}, view(r->hostname), {});
    const MatchedHost host = find_host(r, *live);
    if (host.policy == nullptr) return report(r, "unknown host", {}, view(r->hostname), {});
    const auto encoded_slashes = host.settings().encoded_slashes;
    if (!flaw_of(r, encoded_slashes).empty()) return report(r, "malformed", {}, host.name, {});

    const SysSeconds now{std::chrono::seconds{apr_time_sec(r->request_time)}};
    const auto cookie =
        http::cookie_value(view(apr_table_get(r->headers_in, "Cookie")), live->snapshot->settings.cookie.name);
    if (cookie && !cookie->empty()) shared_memory().counters.count_lookup(r->connection->id);
    const auto visitor = find_visitor(r, *live, cookie.value_or(""), now);
    if (!visitor) return report(r, "store unavailable", {}, host.name, {});
    const auto& session = visitor->session;
    const auto decision = rules::decide_every_spelling({*host.policy, rules_at(r)}, view_of(r),
                                                       session ? rules::SubjectView(session->attributes) : nullptr, now,
                                                       reader_of(r, encoded_slashes));
    if (!decision) return report(r, "malformed", {}, host.name, {});
    const std::string_view user = session ? session->user() : std::string_view();
    report(r, rules::name(decision->verdict), user, host.name, decision->rule_source);
}

}  // namespace

// Nothing is protected here, so nothing is to be refused for what happens to the one who looks on.
void observe(request_rec* r) noexcept {
    static_cast<void>(guarded(r, "DetectionOnly", [r] {
        decide_and_report(r);
        return kDeclined;
    }));
}

}  // namespace sso::httpd
