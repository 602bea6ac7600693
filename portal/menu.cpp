#include <nlohmann/json.hpp>
#include <vector>

#include "core/config/names.hpp"
#include "portal/entrance.hpp"
#include "portal/handlers.hpp"
#include "portal/page.hpp"

namespace sso::portal {
namespace {

struct Application {
    std::string title, host, url;
};

/// Whether somebody gets in, after a stronger login perhaps.
bool leads_in(rules::Verdict verdict) noexcept {
    switch (verdict) {
        case rules::Verdict::allow:
        case rules::Verdict::unprotected:
        case rules::Verdict::skip:
        case rules::Verdict::step_up:
            return true;
        default:
            return false;
    }
}

/// The virtual hosts whose entrance (their `url`, with its path) this person may open, in written order.
std::vector<Application> applications_of(const Visit& visit, const Attributes& subject) {
    std::vector<Application> open;
    for (const config::VirtualHostSettings& host : visit.settings().virtual_hosts) {
        if (config::is_wildcard(host.name) && !host.url) continue;  // it stands for many, and none of them is known
        const http::Url url = visit.settings().url_of(host);
        const auto decision = decide_entrance(visit, host, url, subject);
        if (!decision || !leads_in(decision->verdict)) continue;
        open.push_back({host.title.empty() ? host.name : host.title, url.authority(), url.text()});
    }
    return open;
}

/// The first character of a title, as the sign on its card.
std::string first_character(std::string_view title) {
    std::size_t length = title.empty() ? 0 : 1;
    while (length < title.size() && (static_cast<unsigned char>(title[length]) & 0xC0U) == 0x80U) ++length;
    return std::string(title.substr(0, length));
}

}  // namespace

http::Response menu(Visit& visit, const session::Session& session) {
    const std::vector<Application> open = applications_of(visit, session.attributes);
    if (visit.wants_json()) {
        nlohmann::json body{{"user", session.facts.user},
                            {"applications", nlohmann::json::array()},
                            {"logout_token", visit.token("logout")}};
        for (const Application& application : open) {
            body["applications"].push_back({{"title", application.title}, {"url", application.url}});
        }
        return json_response(visit, 200, body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    }
    Page page(visit, "menu.tpl", Message::menu_title);
    page.signed_in(session.facts.user);
    const auto query = visit.request().query_form();
    const bool refused = query && (query->find("refused") != nullptr || query->find("url") != nullptr);
    if (refused) page.show("NOTICE", {{"NOTICE_TEXT", text(Message::menu_return_url_refused, visit.language())}});
    page.show(open.empty() ? "NONE" : "SOME");
    if (visit.settings().registration.url) page.show("MACHINES");
    for (const Application& application : open) {
        page.show("APPLICATION", {{"APPLICATION_TITLE", application.title},
                                  {"APPLICATION_HOST", application.host},
                                  {"APPLICATION_URL", application.url},
                                  {"APPLICATION_MARK", first_character(application.title)}});
    }
    return page.response(200);
}

}  // namespace sso::portal
