// CGI requests. The input is lines NAME=value, an empty line, and the body, of which each piece that the reader gives
// is as long as the first byte says.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/base/text.hpp"
#include "core/http/message.hpp"
#include "tests/fuzz/expect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sso::fuzz::expect;
    using namespace sso::http;
    if (size == 0) return 0;
    const std::size_t piece = std::max<std::size_t>(1, data[0]);
    std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);

    std::map<std::string, std::string, std::less<>> variables;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty()) break;
        const auto equals = std::min(line.find('='), line.size());
        variables.emplace(line.substr(0, equals), line.substr(std::min(equals + 1, line.size())));
    }
    const auto reader = [&](char* into, std::size_t count) {
        const std::size_t given = std::min({count, piece, text.size()});
        std::memcpy(into, text.data(), given);
        text.remove_prefix(given);
        return given;
    };

    const auto request = read_request(std::move(variables), reader);
    if (!request) return 0;
    expect(request->body.size() <= kBodyLimit, "a body is bounded");
    expect(!request->path.empty() && request->path[0] == '/', "a path is absolute");
    static_cast<void>(request->query_form());
    static_cast<void>(request->body_form());
    static_cast<void>(request->is_https());

    Response response;
    response.header("X-Echo", request->variable("HTTP_X")).header("X-Second", request->query);
    response.body = request->body;
    const std::string head = to_cgi(response, "HEAD");
    expect(std::count(head.begin(), head.end(), '\n') == 4, "no header brings another");
    expect(to_cgi(response, "GET") == head + request->body, "the body follows the head");
    return 0;
}
