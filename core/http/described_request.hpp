// A request that another reverse proxy received and describes in headers, to ask what shall become of it: as nginx's
// auth_request does with what its configuration says, and Traefik's forwardAuth and Caddy's forward_auth by themselves.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace sso::http {

/// The headers that describe a request, as they came; several of one name are one value with commas.
struct DescriptionHeaders {
    std::optional<std::string_view> original_url;      ///< X-Original-URL: http://host[:port]/path?query
    std::optional<std::string_view> original_method;   ///< X-Original-Method; GET where it is missing
    std::optional<std::string_view> forwarded_method;  ///< X-Forwarded-Method
    std::optional<std::string_view> forwarded_uri;     ///< X-Forwarded-Uri: /path?query
    std::optional<std::string_view> forwarded_host;    ///< X-Forwarded-Host: host[:port]
    std::optional<std::string_view> forwarded_proto;   ///< X-Forwarded-Proto
    std::optional<std::string_view> forwarded_for;     ///< X-Forwarded-For: the last is whom the proxy heard
};

struct DescribedRequest {
    enum class By {
        original_url,  ///< nginx: understands 204, 401 and 403 alone, and hands nothing else to the browser
        forwarded,     ///< Traefik and Caddy: hand any other answer than success to the browser as it is
    };
    By by = By::original_url;
    std::string method;                  ///< a token
    std::string scheme;                  ///< "http" or "https"
    std::string host;                    ///< lower case, no port
    std::string target;                  ///< path and query as the client sent them, at least "/"
    std::optional<std::string> address;  ///< the client's, if it was said: an IPv4 or IPv6 address
};

/// @return `invalid` for what is incomplete or malformed, and for descriptions of both kinds at once: one of them is
/// then
///         the client's own
Result<DescribedRequest> parse_description(const DescriptionHeaders& headers);

}  // namespace sso::http
