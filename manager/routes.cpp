#include <algorithm>
#include <array>

#include "manager/api/api.hpp"
#include "manager/api/caller.hpp"
#include "manager/page.hpp"
#include "manager/site.hpp"

namespace sso::manager {
namespace {

/// Addresses of the web UI: all are the same shell (static/ui/main.js knows them, too).
constexpr std::array<std::string_view, 4> kPages{"/", "/versions", "/sessions", "/tester"};

}  // namespace

http::Response respond(const Site& site, const http::Request& request) {
    const std::string portal = site.snapshot->settings.portal.url.text();
    const auto say = [&](int status, const Words& title, const Words& text) {
        return notice(request, portal, status, title, text);
    };
    // A web server that hands us a request without having asked who it is from is set up wrongly.
    if (request.variable("AUTH_TYPE") != "SSO" || request.variable("REMOTE_USER").empty()) {
        return say(
            403, {"Not behind mod_sso", "Pas derrière mod_sso"},
            {"The manager answers requests that mod_sso has let through. Put SSOEngine On where it is mounted.",
             "Le gestionnaire répond aux requêtes que mod_sso a laissées passer. Mettez SSOEngine On là où il est "
             "monté."});
    }
    if (api::is_api(request.path)) return api::answer(site, request);
    if (request.path.starts_with("/static/")) return static_page(request);
    if (std::find(kPages.begin(), kPages.end(), request.path) == kPages.end()) {
        return say(404, {"No such page", "Page inconnue"},
                   {"There is nothing at this address.", "Il n’y a rien à cette adresse."});
    }
    const auto may_read = api::Caller(site, request, *site.snapshot).may(rules::ManagerRole::read);
    if (!may_read) {
        return say(503, {"The directory does not answer", "L’annuaire ne répond pas"},
                   {"It is to say what you may do here.", "C’est lui qui dit ce que vous pouvez faire ici."});
    }
    if (!*may_read) {
        return say(403, {"Not for you", "Pas pour vous"},
                   {"[manager.roles] of the configuration does not let you see this.",
                    "[manager.roles] de la configuration ne vous donne pas accès à cette page."});
    }
    if (request.method != "GET" && request.method != "HEAD") {
        auto response = say(405, {"Not in this way", "Pas de cette façon"},
                            {"This page can be looked at; changes go through the REST interface.",
                             "Cette page se consulte ; les modifications passent par l’interface REST."});
        response.header("Allow", "GET, HEAD");
        return response;
    }
    return application(request, portal);
}

}  // namespace sso::manager
