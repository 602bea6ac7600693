#include "manager/api/reply.hpp"

#include <charconv>

#include "core/base/text.hpp"
#include "core/base/time_text.hpp"
#include "manager/explanation_json.hpp"

namespace sso::manager::api {
namespace {

constexpr std::size_t kLongestMessage = 2'000;

}  // namespace

std::optional<std::string> Call::given(std::string_view name) const {
    const std::string* value = query.find(name);
    return value == nullptr || value->empty() ? std::nullopt : std::optional(*value);
}

Result<std::optional<std::uint64_t>> Call::number(std::string_view name) const {
    const auto text = given(name);
    if (!text) return std::nullopt;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error == std::errc{} && end == text->data() + text->size()) return number;
    return fail(ErrorCode::invalid, std::string(name) + ": write a number");
}

void Call::audit(LogLine done) const {
    done.text += ", by " + printable(caller.name()) + " from " + printable(caller.address());
    site.log(done);
}

http::Response reply(int status, const Json& json) {
    http::Response response;
    response.status = status;
    response.header("Content-Type", "application/json")
        .header("Cache-Control", "no-store")
        .header("X-Content-Type-Options", "nosniff")
        .header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        .header("Cross-Origin-Resource-Policy", "same-origin");
    response.body = json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    return response;
}

http::Response refusal(int status, std::string_view code, std::string_view text) {
    return reply(status, {{"error", code}, {"message", printable(text, kLongestMessage)}});
}

http::Response refusal(const Call& call, const Error& error) {
    switch (error.code) {
        case ErrorCode::invalid:
        case ErrorCode::limit:
            return refusal(400, "invalid", error.detail);
        case ErrorCode::not_found:
        case ErrorCode::expired:
            return refusal(404, "not_found", error.detail);
        default:
            break;
    }
    call.site.log({LogLevel::error, kNoAnswerNumber, error.detail});
    auto response = refusal(503, "unavailable", error.detail);
    response.header("Retry-After", "10");
    return response;
}

std::string host_name(const http::Request& request) {
    const std::string host = to_lower(request.header("Host").value_or(""));
    return host.substr(0, host.rfind(':'));
}

Json json_of(const config::VersionInfo& info) {
    return {
        {"version", info.number}, {"date", time_text(info.date)}, {"author", info.author}, {"message", info.message}};
}

Json json_of(const config::Diagnostics& diagnostics) {
    Json list = Json::array();
    for (const config::Diagnostic& each : diagnostics) list.push_back(manager::json_of(each));
    return list;
}

}  // namespace sso::manager::api
