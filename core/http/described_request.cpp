#include "core/http/described_request.hpp"

#include <algorithm>

#include "core/base/network.hpp"
#include "core/base/text.hpp"
#include "core/http/header.hpp"
#include "core/http/url.hpp"

namespace sso::http {
namespace {

constexpr std::size_t kLongestMethod = 32;
constexpr std::string_view kSchemeEnd = "://";

Result<DescribedRequest> malformed(std::string_view header) {
    return fail(ErrorCode::invalid, std::string(header) + " is malformed or missing");
}

/// What stands in a request line between method and version, in its usual form.
bool is_target(std::string_view text) noexcept {
    return text.starts_with('/') && std::none_of(text.begin(), text.end(), [](char c) {
               const auto byte = static_cast<unsigned char>(c);
               return byte <= 0x20 || byte == 0x7F || c == '#';
           });
}

/// The parts that both kinds have, checked. `names` are those of the headers that they came in, for messages.
struct Names {
    std::string_view method, origin, target;
};
Result<DescribedRequest> check(DescribedRequest request, std::string_view authority, const Names& names) {
    if (request.method.size() > kLongestMethod || !is_token(request.method)) return malformed(names.method);
    const auto origin = Url::parse(request.scheme + std::string(kSchemeEnd) + std::string(authority) + "/");
    if (!origin || origin->path() != "/" || origin->query()) return malformed(names.origin);
    if (!is_target(request.target)) return malformed(names.target);
    request.scheme = origin->scheme();
    request.host = origin->host();
    return request;
}

Result<DescribedRequest> by_original_url(const DescriptionHeaders& headers) {
    constexpr Names kNames{"X-Original-Method", "X-Original-URL", "X-Original-URL"};
    const std::string_view url = *headers.original_url;
    const auto scheme_end = url.find(kSchemeEnd);
    if (scheme_end == url.npos) return malformed(kNames.origin);
    const std::string_view rest = url.substr(scheme_end + kSchemeEnd.size());
    const auto target = std::min(rest.find_first_of("/?#"), rest.size());
    DescribedRequest request{.by = DescribedRequest::By::original_url,
                             .method = std::string(headers.original_method.value_or("GET")),
                             .scheme = std::string(url.substr(0, scheme_end)),
                             .host = {},
                             .target = std::string(rest.substr(target)),
                             .address = {}};
    return check(std::move(request), rest.substr(0, target), kNames);
}

Result<DescribedRequest> by_forwarded(const DescriptionHeaders& headers) {
    constexpr Names kNames{"X-Forwarded-Method", "X-Forwarded-Host or X-Forwarded-Proto", "X-Forwarded-Uri"};
    DescribedRequest request{.by = DescribedRequest::By::forwarded,
                             .method = std::string(headers.forwarded_method.value_or("")),
                             .scheme = std::string(headers.forwarded_proto.value_or("")),
                             .host = {},
                             .target = std::string(headers.forwarded_uri.value_or("")),
                             .address = {}};
    return check(std::move(request), headers.forwarded_host.value_or(""), kNames);
}

}  // namespace

Result<DescribedRequest> parse_description(const DescriptionHeaders& headers) {
    const bool forwarded = headers.forwarded_method.has_value() || headers.forwarded_uri.has_value();
    if (!headers.original_url && !forwarded) {
        return fail(ErrorCode::invalid, "neither X-Original-URL nor X-Forwarded-Method and X-Forwarded-Uri");
    }
    if (headers.original_url && forwarded) {
        return fail(ErrorCode::invalid, "X-Original-URL beside X-Forwarded-Method or X-Forwarded-Uri");
    }
    auto request = forwarded ? by_forwarded(headers) : by_original_url(headers);
    if (!request || !headers.forwarded_for) return request;
    const auto chain = *headers.forwarded_for;
    const auto comma = chain.rfind(',');
    std::string last(trim(comma == chain.npos ? chain : chain.substr(comma + 1)));
    if (!Address::parse(last)) return malformed("X-Forwarded-For");
    request->address = std::move(last);
    return request;
}

}  // namespace sso::http
