#include "portal/entrance.hpp"

namespace sso::portal {

std::optional<rules::Decision> decide_entrance(const Visit& visit, const config::VirtualHostSettings& host,
                                               const http::Url& url, const Attributes& subject) {
    const rules::HostPolicy* rules = visit.site().snapshot().policy.find_host(host.name);
    const auto path = http::canonical_path(url.path());
    if (rules == nullptr || !path) return std::nullopt;
    const std::string address = visit.address();
    rules::RequestView entrance;
    entrance.method = "GET";
    entrance.path = *path;
    entrance.query = url.query() ? std::string_view(*url.query()) : std::string_view();
    entrance.host = host.name;
    entrance.address = address;
    return rules->decide(entrance, &subject, visit.now());
}

}  // namespace sso::portal
