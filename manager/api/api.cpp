#include "manager/api/api.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "manager/api/handlers.hpp"

namespace sso::manager::api {
namespace {

constexpr std::string_view kRoot = "/api/v1/";

using rules::ManagerRole;

struct Route {
    std::string_view method;
    std::string_view path;  ///< behind kRoot; what ends in a slash has more behind it
    ManagerRole role;
    http::Response (*handle)(const Call& call);
    std::array<std::string_view, 5> parameters{};  ///< that its query may have; another name is a mistake
};
constexpr std::array kRoutes{
    Route{"GET", "status", ManagerRole::read, get_status},
    Route{"GET", "config", ManagerRole::read, get_configuration, {"version"}},
    Route{"PUT", "config", ManagerRole::change, publish},
    Route{"GET", "config/schema", ManagerRole::read, get_schema},
    Route{"GET", "config/versions", ManagerRole::read, get_versions},
    Route{"GET", "config/diff", ManagerRole::read, get_difference, {"from", "to"}},
    Route{"POST", "config/check", ManagerRole::read, check},
    Route{"GET", "sessions", ManagerRole::read, get_sessions, {"user", "address", "older", "newer", "cursor"}},
    Route{"DELETE", "sessions", ManagerRole::sessions, end_sessions_of, {"user"}},
    Route{"GET", "sessions/", ManagerRole::read, get_session},
    Route{"DELETE", "sessions/", ManagerRole::sessions, end_session},
    Route{"POST", "explain", ManagerRole::read, explain},
};

bool leads_to(const Route& route, std::string_view path) noexcept {
    return route.path.ends_with('/') ? path.starts_with(route.path) : path == route.path;
}

/// Whether a page of another site has made this request (Fetch Metadata; RFC 6454). A program says nothing of either.
bool is_foreign(const Site& site, const http::Request& request) {
    const auto fetch_site = request.header("Sec-Fetch-Site");
    if (fetch_site && *fetch_site != "same-origin") return true;
    const auto origin = request.header("Origin");
    if (!origin) return false;
    if (*origin == (request.is_https() ? "https://" : "http://") + to_lower(request.header("Host").value_or("")))
        return false;
    // behind something that takes TLS off, browsers know the address that is configured
    const config::Settings& settings = site.snapshot->settings;
    const auto* host = settings.find_virtual_host(host_name(request));
    return host == nullptr || *origin != settings.url_of(*host).origin();
}

bool is_json(const http::Request& request) {
    const std::string_view type = request.variable("CONTENT_TYPE");
    return equal_ignoring_case(trim(type.substr(0, type.find(';'))), "application/json");
}

/// The first name in the query that the route does not take.
const std::string* unknown_parameter(const Route& route, const http::Form& query) {
    for (const auto& [name, value] : query.fields()) {
        const auto& known = route.parameters;
        if (name.empty() || std::find(known.begin(), known.end(), name) == known.end()) return &name;
    }
    return nullptr;
}

/// What stands before the handler: where the request comes from, who makes it, what it brings.
http::Response answer(const Site& site, const http::Request& request, const Route& route, std::string_view rest) {
    const bool has_body = route.method == "POST" || route.method == "PUT";
    if (route.method != "GET" && is_foreign(site, request)) {
        return refusal(403, "foreign", "this request was made by a page of another site");
    }
    Caller caller(site, request, *site.snapshot);
    const auto may = caller.may(route.role);
    if (!may) return refusal(503, "unavailable", "the directory does not say who you are; the error log says more");
    if (!*may) return refusal(403, "role", "[manager.roles] of the configuration does not let you do this");
    if (has_body && !is_json(request)) return refusal(415, "type", "send application/json");
    const auto query = request.query_form();
    if (!query) return refusal(400, "invalid", query.error().detail);
    if (const std::string* unknown = unknown_parameter(route, *query)) {
        return refusal(400, "invalid", "nothing here is called " + printable(*unknown, 60));
    }
    return route.handle({site, request, *query, caller, rest});
}

}  // namespace

bool is_api(std::string_view path) noexcept {
    return path.starts_with(kRoot);
}

http::Response answer(const Site& site, const http::Request& request) {
    const std::string_view path = std::string_view(request.path).substr(kRoot.size());
    const std::string_view method = request.method == "HEAD" ? std::string_view("GET") : request.method;
    std::string allowed;
    for (const Route& route : kRoutes) {
        if (!leads_to(route, path)) continue;
        if (route.method == method) return answer(site, request, route, path.substr(route.path.size()));
        allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
    }
    if (allowed.empty()) return refusal(404, "not_found", "there is nothing at this address");
    auto response = refusal(405, "method", "this address takes " + allowed);
    response.header("Allow", allowed);
    return response;
}

}  // namespace sso::manager::api
