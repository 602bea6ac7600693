// A request and a response as the programs behind a web server see them: CGI (RFC 3875) and FastCGI bring the same.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "core/http/form.hpp"

namespace sso::http {

struct Request {
    std::string method;  ///< upper case
    std::string path;    ///< PATH_INFO below the program's own place, canonical, at least "/"
    std::string query;   ///< raw
    std::string body;
    std::map<std::string, std::string, std::less<>> variables;  ///< the CGI variables

    /// A request header by its HTTP name, or nothing: "Accept-Language" is HTTP_ACCEPT_LANGUAGE.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
    [[nodiscard]] std::string_view variable(std::string_view name) const;  ///< empty when absent
    [[nodiscard]] bool is_https() const;
    [[nodiscard]] Result<Form> query_form() const { return Form::parse(query); }
    /// @return `invalid` unless the body is of type application/x-www-form-urlencoded
    [[nodiscard]] Result<Form> body_form() const;
};

/// Reads at most `count` bytes of a body; returns how many came, 0 at the end.
using BodyReader = std::function<std::size_t(char* into, std::size_t count)>;

/// The longest body in bytes, but for a program that takes whole documents.
inline constexpr std::size_t kBodyLimit = 65'536;

/// Builds a request from CGI variables and a body.
/// @return `limit` for a body over `body_limit` bytes (413), `invalid` for a malformed one (400)
Result<Request> read_request(std::map<std::string, std::string, std::less<>> variables, const BodyReader& body,
                             std::size_t body_limit = kBodyLimit);

struct Response {
    int status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;

    Response& header(std::string_view name, std::string_view value);  ///< adds; control bytes are taken out
};

/// The CGI form: "Status: 200 OK", headers, blank line, body (none for HEAD).
std::string to_cgi(const Response& response, std::string_view method);

std::string_view reason(int status) noexcept;  ///< "Not Found"

}  // namespace sso::http
