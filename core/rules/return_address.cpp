#include "core/rules/return_address.hpp"

#include <algorithm>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"

namespace sso::rules {
namespace {

constexpr std::size_t kLongestAddress = 8192;  // httpd's own limit for a request line is 8190

/// `given` decoded if it is base64 in either alphabet, padded or not; nothing if it is not. An address is never
/// base64: its ':' is in neither alphabet.
std::optional<std::string> decoded(std::string_view given) {
    for (int i = 0; i < 2 && given.ends_with('='); ++i) given.remove_suffix(1);
    std::string unpadded(given);
    std::replace(unpadded.begin(), unpadded.end(), '+', '-');
    std::replace(unpadded.begin(), unpadded.end(), '/', '_');
    return base64url_decode(unpadded);
}

std::string with_wanted(const http::Url& page, const http::Url& wanted) {
    return page.text() + "?url=" + http::percent_encode(base64_encode(wanted.text()));
}

}  // namespace

Result<ReturnUrl> ReturnUrl::parse(std::string_view given, const config::Settings& settings) {
    if (given.size() > kLongestAddress * 4 / 3 + 4) return fail(ErrorCode::invalid, "return address: too long");
    const std::string address = decoded(given).value_or(std::string(given));
    if (address.size() > kLongestAddress) return fail(ErrorCode::invalid, "return address: too long");
    auto url = http::Url::parse(address);
    if (!url) return fail(ErrorCode::invalid, "return address: " + url.error().detail);

    const std::string origin = url->origin();
    for (const auto& host : settings.virtual_hosts) {
        if (!settings.is_address_of(*url, host)) continue;
        return ReturnUrl(std::move(*url), host.title.empty() ? host.name : host.title);
    }
    const http::Url& portal = settings.portal.url;
    const auto& trusted = settings.portal.trusted_domains;
    const bool own_port = url->origin() == url->scheme() + "://" + url->host();
    const bool safe_scheme = url->is_https() || url->scheme() == portal.scheme();
    if (portal.origin() == origin ||
        (own_port && safe_scheme && std::find(trusted.begin(), trusted.end(), url->host()) != trusted.end())) {
        std::string title = url->host();
        return ReturnUrl(std::move(*url), std::move(title));
    }
    return fail(ErrorCode::refused, "return address: " + printable(origin) +
                                        " is neither a virtual host, nor the portal, nor a trusted domain");
}

std::string login_url(const config::Settings& settings, const http::Url& wanted) {
    return with_wanted(settings.portal.url, wanted);
}

std::string upgrade_url(const config::Settings& settings, const http::Url& wanted, int level) {
    const http::Url& portal = settings.portal.url;
    const bool slash = portal.path().ends_with('/');
    return with_wanted(portal.with_path(portal.path() + (slash ? "upgrade" : "/upgrade")), wanted) +
           "&level=" + std::to_string(level);
}

}  // namespace sso::rules
