#include <algorithm>

#include "core/base/time_text.hpp"
#include "manager/page.hpp"
#include "manager/pages.hpp"

namespace sso::manager {
namespace {

constexpr std::size_t kShownSessions = 500;  // more than a person reads; keeps the page under 200 kB

}  // namespace

http::Response sessions_page(const Site& site, const http::Request& request) {
    const std::string portal = site.snapshot->settings.portal.url.text();
    const auto form = request.query_form();
    if (!form) return notice(request, portal, 400, "Malformed request", "The address's query cannot be read.");

    session::SessionQuery query;
    if (const auto* user = form->find("user"); user != nullptr && !user->empty()) query.user = *user;
    if (const auto* address = form->find("ip"); address != nullptr && !address->empty()) query.address = *address;

    std::vector<session::SealedSession> sessions;
    std::size_t count = 0;
    const auto listed = site.store.list(query, site.now, [&](const session::SealedSession& session) {
        ++count;
        if (sessions.size() < kShownSessions) sessions.push_back(session);
        return true;
    });
    if (!listed) {
        auto response = notice(request, portal, 503, "The session store does not answer",
                               "Sessions cannot be listed now. The error log says more.");
        response.header("Retry-After", "10");
        return response;
    }
    std::sort(sessions.begin(), sessions.end(),
              [](const auto& a, const auto& b) { return a.facts.last_seen > b.facts.last_seen; });

    Page page(request, portal, "sessions.tpl", "Sessions");
    page.frame().ShowSection("ON_SESSIONS");
    auto& content = page.content();
    std::string text = std::to_string(count) + (count == 1 ? " session" : " sessions");
    if (query.user || query.address) text += count == 1 ? " matches" : " match";
    if (count > sessions.size()) text += "; " + std::to_string(sessions.size()) + " are shown: narrow the search";
    content.SetValue("COUNT_TEXT", text);
    content.SetValue("FILTER_USER", query.user.value_or(""));
    content.SetValue("FILTER_ADDRESS", query.address.value_or(""));
    if (!sessions.empty()) {
        auto* some = content.AddSectionDictionary("SOME");
        for (const auto& session : sessions) {
            auto* row = some->AddSectionDictionary("SESSION");
            row->SetValue("SESSION_USER", session.facts.user);
            row->SetValue("SESSION_CREATED", time_text(session.facts.created));
            row->SetValue("SESSION_SEEN", time_text(session.facts.last_seen));
            row->SetValue("SESSION_ADDRESS", session.facts.address);
            row->SetValue("SESSION_AGENT", session.facts.user_agent);
            row->SetValue("SESSION_ID", session.id.hex());
        }
    }
    return page.response(200);
}

}  // namespace sso::manager
