#include "mod_sso/request_view.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/base/text.hpp"
#include "core/config/names.hpp"
#include "core/http/header.hpp"
#include "core/http/path.hpp"
#include "mod_sso/directives.hpp"
#include "mod_sso/service_tokens.hpp"
#include "mod_sso/visit.hpp"

namespace sso::httpd {
namespace {

/// The value of the first entry whose key `same` accepts; data() is null where there is none. apr_table_get wants a NUL
/// that views do not have.
template <class Same>
std::string_view find_entry(const apr_table_t* table, Same same) noexcept {
    for (const apr_table_entry_t& entry : entries_of(table)) {
        if (entry.key != nullptr && same(entry.key)) return view(entry.val);
    }
    return {};
}

[[gnu::noinline]] std::string_view header_of(const request_rec* r, std::string_view header) noexcept {
    const bool is_letter = header[0] >= 'A' && header[0] <= 'Z';
    return find_entry(r->headers_in, [&](const char* key) {
        if (is_letter && (key[0] & ~0x20) != header[0]) return false;  // most keys, at little cost
        return http::cgi_equivalent(key, header);
    });
}

[[gnu::noinline]] std::string_view variable_set_in_httpd(const request_rec* r, std::string_view name) noexcept {
    return find_entry(r->subprocess_env, [&](const char* key) { return name == key; });
}

/// `$ENV{name}`: what CGI would say of the request, headers, and what SetEnv and its like have set.
std::string_view request_variable(const void* context, const expr::RequestName& name) noexcept {
    using Kind = expr::RequestName::Kind;
    const auto* r = static_cast<const request_rec*>(context);
    const char* text = nullptr;
    switch (name.kind) {
        case Kind::remote_addr:
            text = r->useragent_ip;
            break;
        case Kind::http_host:
            text = r->hostname;
            break;
        case Kind::request_method:
            text = r->method;
            break;
        case Kind::query_string:
            text = r->args;
            break;
        case Kind::server_protocol:
            text = r->protocol;
            break;
        case Kind::server_name:
            text = r->server->server_hostname;
            break;
        case Kind::request_scheme:
            text = ap_http_scheme(r);
            break;
        case Kind::request_uri:
            return expr::or_empty(raw_target(r));
        case Kind::header:
            return header_of(r, name.header());
        case Kind::other:
            return variable_set_in_httpd(r, name.text);
    }
    return text == nullptr ? std::string_view("") : text;
}

/// What a proxied application would read differently from httpd, when the raw target goes to it (`nocanon`): dot
/// segments, plain or encoded, empty segments, and parameters inside the path.
std::string_view raw_flaw(std::string_view path) noexcept {
    constexpr std::string_view kDots = "dot segment in a target that is proxied with nocanon";
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const std::size_t end = path.find('/');
        const bool last = end == path.npos;
        std::string_view segment = path.substr(0, end);
        path = last ? std::string_view{} : path.substr(end);
        if (segment.empty() && !last) return "empty segment in a target that is proxied with nocanon";
        const std::size_t parameter = segment.find(';');
        if (parameter != segment.npos && !last) return "path parameter in a target that is proxied with nocanon";
        segment = segment.substr(0, parameter);
        std::size_t dots = 0;
        while (!segment.empty()) {
            if (segment.front() == '.') {
                segment.remove_prefix(1);
            } else if (segment.size() >= 3 && equal_ignoring_case(segment.substr(0, 3), "%2e")) {
                segment.remove_prefix(3);
            } else {
                break;
            }
            ++dots;
        }
        if (segment.empty() && (dots == 1 || dots == 2)) return kDots;
    }
    return {};
}

std::string_view raw_path(const request_rec* r) noexcept {
    const std::string_view target = raw_target(r);
    const std::string_view path = target.substr(0, target.find('?'));
    return path.empty() ? std::string_view("/") : path;
}

bool has_note(const request_rec* r, const char* name) noexcept {
    return apr_table_get(r->notes, name) != nullptr;
}

bool is_control(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

/// Whether httpd's configuration gives `name` to the server, as ServerName or ServerAlias. `name` is in lower case.
bool bears(const server_rec* server, const char* name) noexcept {
    if (server->server_hostname != nullptr && equal_ignoring_case(server->server_hostname, name)) return true;
    const auto among = [&](const apr_array_header_t* names, auto matches) {
        if (names == nullptr) return false;
        const auto* first = reinterpret_cast<const char* const*>(names->elts);
        return std::any_of(first, first + names->nelts,
                           [&](const char* alias) { return alias != nullptr && matches(alias); });
    };
    return among(server->names, [&](const char* alias) { return equal_ignoring_case(alias, name); }) ||
           among(server->wild_names, [&](const char* alias) { return ap_strcasecmp_match(name, alias) == 0; });
}

}  // namespace

rules::RequestView view_of(request_rec* r) noexcept {
    rules::RequestView seen;
    seen.path = view(r->uri);
    seen.variable = request_variable;
    seen.context = r;
    seen.seal = seal_for;
    return seen;
}

std::string_view raw_target(const request_rec* r) noexcept {
    std::string_view target = view(r->unparsed_uri);
    if (target.starts_with('/')) return target;
    const std::size_t scheme = target.find("://");
    if (scheme == target.npos) return target;
    target.remove_prefix(scheme + 3);
    const std::size_t path = target.find_first_of("/?#");
    return path == target.npos ? std::string_view("/") : target.substr(path);
}

bool is_ordinary_path(const request_rec* r, std::string_view path) noexcept {
    if (path.empty() || r->unparsed_uri == nullptr) return false;
    if (std::strncmp(r->unparsed_uri, path.data(), path.size()) != 0) return false;
    const char behind = r->unparsed_uri[path.size()];
    return (behind == '\0' || behind == '?') && http::is_ordinary_path(path);
}

std::string_view flaw_of(const request_rec* r, config::EncodedSlashes encoded_slashes) noexcept {
    const std::string_view path = view(r->uri);
    if (!path.starts_with('/')) return "path does not begin with /";
    if (std::any_of(path.begin(), path.end(), is_control)) return "control byte in path";
    // what httpd made itself holds no spelling of a client's
    if (!is_clients_own(r)) return {};

    const std::string_view raw = raw_path(r);
    const auto flaw = http::path_flaw(raw, encoded_slashes == config::EncodedSlashes::keep);
    if (!flaw.empty()) return flaw;
    return has_note(r, "proxy-nocanon") || has_note(r, "proxy-noencode") ? raw_flaw(raw) : std::string_view{};
}

rules::Reader reader_of(const request_rec* r, config::EncodedSlashes encoded_slashes) noexcept {
    const bool keeps_slashes = encoded_slashes == config::EncodedSlashes::keep;
    return {
        .drops_parameters = r->proxyreq != PROXYREQ_NONE,
        // ProxyPass … mapping=encoded leaves r->uri as it was sent
        .decodes_again = keeps_slashes || has_note(r, "proxy-noencode"),
        .raw = keeps_slashes && is_clients_own(r) ? raw_path(r) : std::string_view{},
    };
}

MatchedHost find_host_by_all_names(const request_rec* r, const Live& live, bool is_described) {
    const rules::Policy& policy = live.snapshot->policy;
    if (is_described) return {policy.find_host(r->hostname), r->hostname};
    const bool bears_host = r->hostname != nullptr && bears(r->server, r->hostname);
    if (const char* name = settings_of(r->server).virtual_host) {
        if (!config::is_wildcard(name)) return {policy.find_host(name), name};
        const bool stands_for_host = bears_host && config::matches_wildcard(name, r->hostname);
        return {stands_for_host ? policy.find_host(name) : nullptr, view(r->hostname)};
    }
    if (bears_host) {
        if (const auto* host = policy.find_host(r->hostname)) return {host, r->hostname};
    }
    if (r->server->server_hostname == nullptr) return {nullptr, {}};
    const char* name = pool_copy(r->pool, to_lower(r->server->server_hostname));
    return {policy.find_host(name), name};
}

bool is_script(const request_rec* r) {
    const Visit* visit = find_visit(r);
    if (visit != nullptr && visit->other != nullptr && visit->other->is_program) return true;
    if (apr_table_get(r->headers_in, "X-Requested-With") != nullptr) return true;
    const char* mode = apr_table_get(r->headers_in, "Sec-Fetch-Mode");
    if (mode != nullptr && !equal_ignoring_case(trim(mode), "navigate")) return true;
    const char* accept = apr_table_get(r->headers_in, "Accept");
    return accept != nullptr && http::wants_json(accept);
}

}  // namespace sso::httpd
