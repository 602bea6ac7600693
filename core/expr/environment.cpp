#include "core/expr/environment.hpp"

#include <algorithm>
#include <array>

namespace sso::expr {
namespace {

struct Known {
    std::string_view name;
    RequestName::Kind kind;
};
constexpr std::array kKnown{
    Known{"REMOTE_ADDR", RequestName::Kind::remote_addr},
    Known{"HTTP_HOST", RequestName::Kind::http_host},
    Known{"REQUEST_METHOD", RequestName::Kind::request_method},
    Known{"REQUEST_URI", RequestName::Kind::request_uri},
    Known{"QUERY_STRING", RequestName::Kind::query_string},
    Known{"SERVER_PROTOCOL", RequestName::Kind::server_protocol},
    Known{"SERVER_NAME", RequestName::Kind::server_name},
    Known{"REQUEST_SCHEME", RequestName::Kind::request_scheme},
};

RequestName::Kind kind_of(std::string_view name) noexcept {
    const auto* const known =
        std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& one) { return one.name == name; });
    if (known != kKnown.end()) return known->kind;
    const bool names_header = name.starts_with(RequestName::kHeader) && name.size() > RequestName::kHeader.size();
    return names_header ? RequestName::Kind::header : RequestName::Kind::other;
}

}  // namespace

RequestName::RequestName(std::string_view name) noexcept : text(name), kind(kind_of(name)) {}

}  // namespace sso::expr
