#include <algorithm>
#include <array>

#include "manager/api/api.hpp"
#include "manager/api/caller.hpp"
#include "manager/page.hpp"
#include "manager/pages.hpp"
#include "manager/site.hpp"

namespace sso::manager {
namespace {

struct Route {
    std::string_view path;
    http::Response (*handle)(const Site& site, const http::Request& request);
};

constexpr std::array kRoutes{
    Route{"/", configuration_page},
    Route{"/sessions", sessions_page},
};

}  // namespace

http::Response respond(const Site& site, const http::Request& request) {
    const std::string portal = site.snapshot->settings.portal.url.text();
    const auto say = [&](int status, std::string_view title, std::string_view text) {
        return notice(request, portal, status, title, text);
    };
    // A web server that hands us a request without having asked who it is from is set up wrongly.
    if (request.variable("AUTH_TYPE") != "SSO" || request.variable("REMOTE_USER").empty()) {
        return say(403, "Not behind mod_sso",
                   "The manager answers requests that mod_sso has let through. Put SSOEngine On where it is mounted.");
    }
    if (api::is_api(request.path)) return api::answer(site, request);
    if (request.path.starts_with("/static/")) return static_page(request);
    const auto may_read = api::Caller(site, request, *site.snapshot).may(rules::ManagerRole::read);
    if (!may_read) return say(503, "The directory does not answer", "It is to say what you may do here.");
    if (!*may_read) return say(403, "Not for you", "[manager.roles] of the configuration does not let you see this.");
    const auto route =
        std::find_if(kRoutes.begin(), kRoutes.end(), [&](const Route& r) { return r.path == request.path; });
    if (route == kRoutes.end()) return say(404, "No such page", "There is nothing at this address.");
    if (request.method != "GET" && request.method != "HEAD") {
        auto response = say(405, "Read-only", "This page can be looked at; it changes nothing.");
        response.header("Allow", "GET, HEAD");
        return response;
    }
    return route->handle(site, request);
}

}  // namespace sso::manager
