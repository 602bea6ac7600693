#include "core/config/settings.hpp"

#include <algorithm>
#include <charconv>

#include "core/config/duration.hpp"
#include "core/config/names.hpp"

namespace sso::config {

Location Located::at(std::size_t offset) const noexcept {
    if (!on_line || where.line == 0) return where;
    Location place{where.line, where.column + 1};
    for (std::size_t i = 0; i < std::min(offset, text.size()); ++i) {
        const bool starts_character = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
        if (starts_character) ++place.column;
    }
    return place;
}

int AuthenticationSettings::highest_level() const noexcept {
    return ldap.level;
}

std::optional<Rate> Rate::parse(std::string_view text) {
    constexpr std::uint32_t kMost = 100'000;
    constexpr std::chrono::hours kLongest{31 * 24};
    const auto slash = text.find('/');
    if (slash == text.npos) return std::nullopt;
    Rate rate;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + slash, rate.most);
    const auto window = parse_duration(text.substr(slash + 1));
    if (problem != std::errc{} || end != text.data() + slash || rate.most == 0 || rate.most > kMost)
        return std::nullopt;
    if (!window || *window < std::chrono::seconds(1) || *window > kLongest) return std::nullopt;
    rate.window = std::chrono::duration_cast<std::chrono::seconds>(*window);
    return rate;
}

std::vector<HeaderSettings> headers_of(const VirtualHostSettings& host) {
    if (host.headers) return *host.headers;
    return {{"Auth-User", {"$uid", host.where}, host.where}};
}

expr::Limits ExpressionSettings::limits() const noexcept {
    const auto size = [](int number) { return static_cast<std::size_t>(number); };
    expr::Limits limits;
    limits.source_bytes = size(source_length);
    limits.nesting = size(nesting);
    limits.steps = size(steps);
    limits.string_bytes = size(text_length);
    limits.list_items = size(list_items);
    limits.memory_bytes = size(memory);
    limits.subject_bytes = size(subject_length);
    limits.regex_match = static_cast<std::uint32_t>(match_limit);
    return limits;
}

const VirtualHostSettings* Settings::find_virtual_host(std::string_view name) const noexcept {
    const auto found = std::find_if(virtual_hosts.begin(), virtual_hosts.end(),
                                    [name](const VirtualHostSettings& host) { return host.name == name; });
    return found == virtual_hosts.end() ? nullptr : &*found;
}

http::Url Settings::url_of(const VirtualHostSettings& host) const {
    return host.url ? *host.url : portal.url.with_host(host.name).with_path("/");
}

http::Url Settings::url_of(const VirtualHostSettings& host, std::string_view name) const {
    const http::Url url = url_of(host);
    return name == host.name ? url : url.with_host(name);
}

bool Settings::is_address_of(const http::Url& url, const VirtualHostSettings& host) const {
    const bool matched = is_wildcard(host.name) && matches_wildcard(host.name, url.host()) &&
                         cookie_reaches(url.host(), cookie.domain, portal.url.host());
    if (matched || std::find(host.aliases.begin(), host.aliases.end(), url.host()) != host.aliases.end()) {
        return url_of(host, url.host()).origin() == url.origin();
    }
    return !is_wildcard(host.name) && url_of(host).origin() == url.origin();
}

}  // namespace sso::config
