#include "mod_sso/decision_endpoint.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/http/described_request.hpp"
#include "core/http/path.hpp"
#include "mod_sso/answers.hpp"
#include "mod_sso/directives.hpp"
#include "mod_sso/enforce.hpp"
#include "mod_sso/headers.hpp"
#include "mod_sso/tally.hpp"

namespace sso::httpd {
namespace {

using http::DescribedRequest;

constexpr std::array kDescription{"X-Original-URL",   "X-Original-Method", "X-Forwarded-Method", "X-Forwarded-Uri",
                                  "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-For"};

bool is_trusted(const request_rec* r) noexcept {
    const apr_array_header_t* proxies = settings_of(r->server).trusted_proxies;
    if (proxies == nullptr) return false;
    const auto* first = reinterpret_cast<apr_ipsubnet_t* const*>(proxies->elts);
    // whom the connection is with, whatever mod_remoteip says of the request
    return std::any_of(first, first + proxies->nelts, [&](apr_ipsubnet_t* proxy) {
        return apr_ipsubnet_test(proxy, r->connection->client_addr) != 0;
    });
}

Result<DescribedRequest> read_description(const request_rec* r) {
    const auto header = [&](const char* name) -> std::optional<std::string_view> {
        const char* value = apr_table_get(r->headers_in, name);
        return value == nullptr ? std::nullopt : std::optional(std::string_view(value));
    };
    return http::parse_description({.original_url = header("X-Original-URL"),
                                    .original_method = header("X-Original-Method"),
                                    .forwarded_method = header("X-Forwarded-Method"),
                                    .forwarded_uri = header("X-Forwarded-Uri"),
                                    .forwarded_host = header("X-Forwarded-Host"),
                                    .forwarded_proto = header("X-Forwarded-Proto"),
                                    .forwarded_for = header("X-Forwarded-For")});
}

/// Makes of `r`, for as long as it lives, what httpd would have, had the described request come here and were its
/// application behind a proxy that passes the target on as it came. What answers stays that of `r`.
class AsDescribed {
  public:
    /// @param path  canonical
    AsDescribed(request_rec* r, const DescribedRequest& request, const std::string& path) : r_(r), before_(*r) {
        const auto query = request.target.find('?');
        r->server = static_cast<server_rec*>(apr_pmemdup(r->pool, r->server, sizeof(server_rec)));
        r->server->server_hostname = apr_pstrdup(r->pool, request.host.c_str());
        r->server->server_scheme = pool_copy(r->pool, request.scheme);
        r->method = pool_copy(r->pool, request.method);
        r->method_number = ap_method_number_of(r->method);
        r->hostname = pool_copy(r->pool, request.host);
        r->unparsed_uri = apr_pstrdup(r->pool, request.target.c_str());
        r->uri = apr_pstrdup(r->pool, path.c_str());
        r->args = query == request.target.npos ? nullptr : r->unparsed_uri + query + 1;
        r->headers_in = apr_table_copy(r->pool, r->headers_in);
        for (const char* name : kDescription) apr_table_unset(r->headers_in, name);
        apr_table_setn(r->headers_in, "Host", r->hostname);
        r->notes = apr_table_copy(r->pool, r->notes);
        apr_table_setn(r->notes, "proxy-nocanon", "1");
        r->proxyreq = PROXYREQ_REVERSE;
        if (request.address) {
            r->useragent_ip = apr_pstrdup(r->pool, request.address->c_str());
            apr_sockaddr_info_get(&r->useragent_addr, r->useragent_ip, APR_UNSPEC, 0, 0, r->pool);
        }
    }
    ~AsDescribed() {
        r_->server = before_.server;
        r_->method = before_.method;
        r_->method_number = before_.method_number;
        r_->hostname = before_.hostname;
        r_->unparsed_uri = before_.unparsed_uri;
        r_->uri = before_.uri;
        r_->args = before_.args;
        r_->headers_in = before_.headers_in;
        r_->notes = before_.notes;
        r_->proxyreq = before_.proxyreq;
        r_->useragent_ip = before_.useragent_ip;
        r_->useragent_addr = before_.useragent_addr;
    }
    AsDescribed(const AsDescribed&) = delete;
    AsDescribed& operator=(const AsDescribed&) = delete;

  private:
    request_rec* r_;
    const request_rec before_;
};

/// 204 with what the proxy is to put into the request in place of what stands there. Each name is there, if need be
/// with nothing: for one that is missing, Caddy puts in the name of its own variable, or leaves what the client sent.
int allow(request_rec* r, const Visit& visit, const char* cookies) {
    for (const auto& name : visit.host->header_names()) apr_table_setn(r->headers_out, name.c_str(), "");
    for (const IdentityHeader& header : visit.identity.value_or(Identity())) {
        apr_table_setn(r->headers_out, header.name, header.value);
    }
    apr_table_setn(r->headers_out, "Cookie", cookies == nullptr ? "" : cookies);
    r->status = refuse(r, HTTP_NO_CONTENT);  // nobody may keep the answer
    return kOk;
}

/// nginx hands no redirect on. It is told 401, and its configuration sends the browser to Location.
int hand_to_nginx(request_rec* r) {
    const char* location = apr_table_get(r->headers_out, "Location");
    apr_table_unset(r->headers_out, "Location");
    if (location != nullptr) apr_table_setn(r->err_headers_out, "Location", location);
    return HTTP_UNAUTHORIZED;
}

int refuse_description(request_rec* r, std::string_view why) {
    ap_log_rerror(APLOG_MARK, APLOG_NOTICE, 0, r, "SSO0422: sso-auth cannot decide on what is described: %s",
                  printable(why).c_str());
    return refuse(r, HTTP_BAD_REQUEST);
}

}  // namespace

int answer_proxy(request_rec* r) {
    ap_discard_request_body(r);
    if (!is_trusted(r)) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      "SSO0421: sso-auth believes no description from %s, which is none of SSOTrustedProxy",
                      r->connection->client_ip);
        return refuse(r, HTTP_FORBIDDEN);
    }
    const auto request = read_description(r);
    if (!request) return refuse_description(r, request.error().detail);
    // what is refused where encoded slashes are not kept is refused later, when the virtual host is known
    const auto path = http::canonical_path(request->target.substr(0, request->target.find('?')), true);
    if (!path) return refuse_description(r, path.error().detail);

    const AsDescribed described(r, *request, *path);
    if (r->method_number == M_TRACE) return refuse(r, HTTP_METHOD_NOT_ALLOWED);
    auto& visit = begin_visit(r);
    visit.is_described = true;
    scrub(r, visit);
    const int status = judge(r, visit, Timed::endpoint);
    if (status == kDeclined) return allow(r, visit, apr_table_get(r->headers_in, "Cookie"));
    if (status == HTTP_MOVED_TEMPORARILY && request->by == DescribedRequest::By::original_url) return hand_to_nginx(r);
    return status;
}

}  // namespace sso::httpd
