#include "mod_sso/service_tokens.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/credentials/service_token.hpp"
#include "core/http/header.hpp"
#include "mod_sso/answers.hpp"
#include "mod_sso/configuration.hpp"
#include "mod_sso/headers.hpp"
#include "mod_sso/other_ways.hpp"

namespace sso::httpd {
namespace {

using credentials::ServiceToken;

/// Why a token is not good at this host now; empty where it is.
std::string_view flaw_in(const ServiceToken& token, const MatchedHost& host, SysSeconds now) {
    if (!token.is_fresh(now, host.settings().service_token_lifetime)) return "it is too old, or of another clock";
    if (!token.is_for(to_lower(host.name)) && !token.is_for(host.settings().name)) return "it is not for this host";
    return {};
}

/// Room for `count` headers, for as long as the request lives.
IdentityHeader* make_room(request_rec* r, std::size_t count) {
    return static_cast<IdentityHeader*>(apr_palloc(pool_of_headers(r), count * sizeof(IdentityHeader)));
}

Identity headers_of(request_rec* r, const ServiceToken& token, const config::VirtualHostSettings& host) {
    IdentityHeader* const headers = make_room(r, token.headers.size());
    std::size_t count = 0;
    for (const auto& [name, value] : token.headers) {
        const auto& offered = host.service_headers;
        const bool is_offered = std::any_of(offered.begin(), offered.end(), [&name = name](const std::string& one) {
            return equal_ignoring_case(one, name);
        });
        if (is_offered) {
            headers[count++] = {pool_copy(pool_of_headers(r), name), header_safe(pool_of_headers(r), value)};
        } else {
            ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r,
                          "SSO0722: a service token brings header %s, which is none of the service_headers of %s",
                          printable(name).c_str(), host.name.c_str());
        }
    }
    return {headers, count};
}

}  // namespace

int use_service_token(request_rec* r, Visit& visit, const MatchedHost& host, SysSeconds now) {
    if (!host.settings().service_tokens || visit.other == nullptr || visit.is_described) return kDeclined;
    OtherWay& other = *visit.other;
    if (other.token.empty() || visit.session) return kDeclined;
    other.is_program = true;
    visit.cookie = {};
    const auto keys = visit.live->other_ways->secrets.keys();
    if (!keys) {
        visit.outcome = Outcome::unavailable;
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "SSO0721: a service token cannot be read: %s",
                      printable(keys.error().detail).c_str());
        return refuse_for_now(r);
    }
    const auto token = (*keys)->cipher.open_token(other.token);
    const std::string_view flaw = token ? flaw_in(*token, host, now) : std::string_view(token.error().detail);
    if (!flaw.empty()) {
        ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r, "SSO0720: a service token is refused at %s: %s",
                      printable(host.name).c_str(), printable(flaw).c_str());
        return kDeclined;
    }
    visit.cookie = pool_copy(r->pool, token->session);
    other.headers = headers_of(r, *token, host.settings());
    return kDeclined;
}

Identity with_service_headers(request_rec* r, const Visit& visit, Identity identity) {
    const Identity brought = visit.other->headers;
    if (brought.empty()) return identity;
    IdentityHeader* const all = make_room(r, identity.size() + brought.size());
    std::copy(identity.begin(), identity.end(), all);
    std::size_t count = identity.size();
    for (const IdentityHeader& header : brought) {
        const bool is_ours = std::any_of(all, all + count, [&](const IdentityHeader& other) {
            return http::cgi_equivalent(other.name, header.name);
        });
        if (!is_ours) all[count++] = header;
    }
    return {all, count};
}

Result<std::string> seal_for(const void* context, std::string_view clear, rules::Sealing how) {
    const Visit* visit = find_visit(static_cast<const request_rec*>(context));
    if (visit == nullptr || !visit->live || !visit->session) {
        return fail(ErrorCode::invalid, "encrypt() and token() are for the headers of somebody who is known");
    }
    const auto keys = visit->live->other_ways->secrets.keys();
    if (!keys) return error_of(keys);
    if (how == rules::Sealing::text) return (*keys)->cipher.encrypt(clear);
    return (*keys)->cipher.seal_token(clear, visit->session->id.hex(), visit->cookie);
}

}  // namespace sso::httpd
