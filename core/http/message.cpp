#include "core/http/message.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>

#include "core/base/text.hpp"
#include "core/http/header.hpp"
#include "core/http/path.hpp"

namespace sso::http {
namespace {

constexpr std::string_view kFormType = "application/x-www-form-urlencoded";

struct Reason {
    int status;
    std::string_view text;
};

constexpr std::array kReasons{
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{204, "No Content"},
    Reason{301, "Moved Permanently"},
    Reason{302, "Found"},
    Reason{303, "See Other"},
    Reason{304, "Not Modified"},
    Reason{307, "Temporary Redirect"},
    Reason{308, "Permanent Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{406, "Not Acceptable"},
    Reason{409, "Conflict"},
    Reason{410, "Gone"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{415, "Unsupported Media Type"},
    Reason{422, "Unprocessable Content"},
    Reason{429, "Too Many Requests"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{502, "Bad Gateway"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
    Reason{508, "Loop Detected"},
};

/// How many bytes of body are announced: nothing where their number is not known before they end (a chunked body).
Result<std::optional<std::size_t>> announced_length(const Request& request, std::size_t limit) {
    const std::string_view text = request.variable("CONTENT_LENGTH");
    if (text.empty()) {
        if (!request.variable("HTTP_TRANSFER_ENCODING").empty()) return std::optional<std::size_t>{};
        return std::optional<std::size_t>{0};
    }
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error == std::errc::result_out_of_range) return fail(ErrorCode::limit, "body longer than any number");
    if (error != std::errc{} || end != text.data() + text.size()) {
        return fail(ErrorCode::invalid, "CONTENT_LENGTH is not a number: " + printable(text));
    }
    if (length > limit) return fail(ErrorCode::limit, "body of " + std::to_string(length) + " bytes");
    return std::optional<std::size_t>{length};
}

Result<std::string> read_body(const BodyReader& reader, std::optional<std::size_t> announced, std::size_t limit) {
    // one byte more than allowed tells a body that just fits from one that does not
    std::string body(announced.value_or(limit + 1), '\0');
    std::size_t filled = 0;
    while (filled < body.size()) {
        const std::size_t count = reader(body.data() + filled, body.size() - filled);
        if (count == 0) break;
        filled += std::min(count, body.size() - filled);
    }
    if (announced && filled < *announced) {
        return fail(ErrorCode::invalid,
                    "body ended after " + std::to_string(filled) + " of " + std::to_string(*announced) + " bytes");
    }
    if (filled > limit) return fail(ErrorCode::limit, "body longer than " + std::to_string(limit) + " bytes");
    body.resize(filled);
    return body;
}

bool has_no_body(int status) noexcept {
    return status == 204 || status == 304;
}

}  // namespace

std::optional<std::string_view> Request::header(std::string_view name) const {
    std::string key = cgi_name(name);
    // the two that CGI gives without its prefix (RFC 3875 §4.1.2, §4.1.3)
    if (key != "CONTENT_TYPE" && key != "CONTENT_LENGTH") key.insert(0, "HTTP_");
    const auto found = variables.find(key);
    if (found == variables.end()) return std::nullopt;
    return found->second;
}

std::string_view Request::variable(std::string_view name) const {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string_view() : std::string_view(found->second);
}

bool Request::is_https() const {
    return equal_ignoring_case(variable("HTTPS"), "on") || equal_ignoring_case(variable("REQUEST_SCHEME"), "https");
}

Result<Form> Request::body_form() const {
    const std::string_view type = variable("CONTENT_TYPE");
    if (!equal_ignoring_case(trim(type.substr(0, type.find(';'))), kFormType)) {
        return fail(ErrorCode::invalid, "body of type \"" + printable(type) + "\", not " + std::string(kFormType));
    }
    return Form::parse(body);
}

Result<Request> read_request(std::map<std::string, std::string, std::less<>> variables, const BodyReader& body,
                             std::size_t body_limit) {
    Request request;
    request.variables = std::move(variables);
    request.method = request.variable("REQUEST_METHOD");
    if (!is_token(request.method)) {
        return fail(ErrorCode::invalid, "REQUEST_METHOD is no method: " + printable(request.method));
    }
    // methods are case-sensitive (RFC 9110 §9.1): "get" is not GET, and no handler of ours may take it for one
    if (std::any_of(request.method.begin(), request.method.end(), [](char c) { return c >= 'a' && c <= 'z'; })) {
        return fail(ErrorCode::invalid, "method in lower case: " + printable(request.method));
    }
    request.query = request.variable("QUERY_STRING");
    const std::string_view path_info = request.variable("PATH_INFO");
    auto path = canonical_decoded_path(path_info.empty() ? "/" : path_info);
    if (!path) return fail(path.error());
    request.path = *std::move(path);
    const auto length = announced_length(request, body_limit);
    if (!length) return fail(length.error());
    auto text = read_body(body, *length, body_limit);
    if (!text) return fail(text.error());
    request.body = *std::move(text);
    return request;
}

Response& Response::header(std::string_view name, std::string_view value) {
    assert(is_token(name));
    headers.emplace_back(name, field_value(value));
    return *this;
}

std::string to_cgi(const Response& response, std::string_view method) {
    std::string text = "Status: " + std::to_string(response.status) + " ";
    text += reason(response.status);
    text += "\r\n";
    for (const auto& [name, value] : response.headers) {
        text += name;
        text += ": ";
        text += value;
        text += "\r\n";
    }
    text += "\r\n";
    if (method != "HEAD" && !has_no_body(response.status)) text += response.body;
    return text;
}

std::string_view reason(int status) noexcept {
    const auto* found =
        std::find_if(kReasons.begin(), kReasons.end(), [&](const Reason& entry) { return entry.status == status; });
    return found == kReasons.end() ? "Unknown" : found->text;
}

}  // namespace sso::http
