#include "portal/hand_over.hpp"

#include <algorithm>

#include "core/credentials/ticket.hpp"

namespace sso::portal {

bool is_reached_by_ticket(const config::Settings& settings, const http::Url& url) {
    const auto& hosts = settings.virtual_hosts;
    return std::any_of(hosts.begin(), hosts.end(), [&](const config::VirtualHostSettings& host) {
        return host.cross_domain && settings.is_address_of(url, host);
    });
}

Result<Way> way_to(Visit& visit, const rules::ReturnUrl& url, const session::SessionCookie& cookie) {
    const http::Url& wanted = url.url();
    if (!is_reached_by_ticket(visit.settings(), wanted)) return Way{url.text(), url.text()};
    const std::string name = credentials::ticket_parameter(visit.settings().cookie.name);
    const std::string target = wanted.path() + (wanted.query() ? "?" + *wanted.query() : std::string());
    const auto taken = credentials::take_parameter(target, name);
    const std::string clean = wanted.with_path(taken.rest).text();
    // Without a mark anybody may have sent the browser here, with a session of their own: the host sends it back
    // marked.
    if (!taken.value || !credentials::is_browser_mark(*taken.value)) return Way{clean, clean + " unmarked"};
    const auto ticket =
        credentials::issue_ticket(visit.site().store(), {cookie.text(), *taken.value, wanted.origin()}, visit.now());
    if (!ticket) return error_of(ticket);
    return Way{wanted.with_path(credentials::with_parameter(taken.rest, name, *ticket)).text(), clean};
}

}  // namespace sso::portal
