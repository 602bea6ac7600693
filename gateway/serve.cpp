#include "gateway/serve.hpp"

#include <fcgiapp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <map>

#include "core/base/text.hpp"
#include "gateway/log.hpp"

namespace sso::gateway {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

Variables variables_of(const char* const* environment) {
    Variables variables;
    for (; environment != nullptr && *environment != nullptr; ++environment) {
        const std::string_view entry(*environment);
        const auto equals = entry.find('=');
        if (equals != entry.npos) variables.emplace(entry.substr(0, equals), entry.substr(equals + 1));
    }
    return variables;
}

http::Response plain(int status) {
    http::Response response;
    response.status = status;
    response.header("Content-Type", "text/plain; charset=utf-8").header("Cache-Control", "no-store");
    response.body = std::string(http::reason(status)) + "\n";
    return response;
}

std::string answer(const Handler& handler, Variables variables, const http::BodyReader& body, int failure_number) {
    const auto method_at = variables.find("REQUEST_METHOD");
    const std::string method = method_at == variables.end() ? "GET" : method_at->second;
    try {
        const auto request = http::read_request(std::move(variables), body);
        if (!request) return http::to_cgi(plain(request.error().code == ErrorCode::limit ? 413 : 400), method);
        return http::to_cgi(handler(*request), method);
    } catch (const std::exception& e) {
        log_to_standard_error({LogLevel::error, failure_number, printable(e.what())});
    } catch (...) {
        log_to_standard_error({LogLevel::error, failure_number, "unknown exception"});
    }
    return http::to_cgi(plain(500), method);
}

constexpr std::size_t kMostDiscarded = 64U << 20U;

/// How much of the body of a CGI request there can still be, when `taken` bytes of it have been read.
std::size_t left_of_body(const Variables& variables, std::size_t taken) {
    const auto length = variables.find("CONTENT_LENGTH");
    if (length == variables.end() || length->second.empty()) {
        return variables.contains("HTTP_TRANSFER_ENCODING") ? kMostDiscarded : 0;
    }
    std::size_t announced = 0;
    const std::string& text = length->second;
    if (std::from_chars(text.data(), text.data() + text.size(), announced).ec != std::errc{}) return 0;
    return announced > taken ? std::min(announced - taken, kMostDiscarded) : 0;
}

int serve_cgi(const Handler& handler, int failure_number) {
    std::size_t taken = 0;
    const auto body = [&taken](char* into, std::size_t count) -> std::size_t {
        while (true) {
            const ssize_t got = ::read(STDIN_FILENO, into, count);
            if (got < 0 && errno == EINTR) continue;
            const std::size_t count_read = got > 0 ? static_cast<std::size_t>(got) : 0;
            taken += count_read;
            return count_read;
        }
    };
    const Variables variables = variables_of(environ);
    const std::string text = answer(handler, variables, body, failure_number);
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    // The rest of a body that was too long is read as well: to mod_cgid, both directions are one socket, and one that
    // is closed with bytes unread takes our answer back.
    std::array<char, 16'384> discarded;
    while (const std::size_t left = left_of_body(variables, taken)) {
        if (taken > kMostDiscarded || body(discarded.data(), std::min(left, discarded.size())) == 0) break;
    }
    return written ? EXIT_SUCCESS : EXIT_FAILURE;
}

int serve_fastcgi(const Handler& handler, int failure_number) {
    FCGX_Request request;
    if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0) return EXIT_FAILURE;
    while (FCGX_Accept_r(&request) >= 0) {
        const auto body = [&request](char* into, std::size_t count) -> std::size_t {
            const int got = FCGX_GetStr(into, static_cast<int>(count), request.in);
            return got > 0 ? static_cast<std::size_t>(got) : 0;
        };
        const std::string text = answer(handler, variables_of(request.envp), body, failure_number);
        FCGX_PutStr(text.data(), static_cast<int>(text.size()), request.out);
        FCGX_Finish_r(&request);
    }
    return EXIT_SUCCESS;
}

}  // namespace

int serve(const Handler& handler, int failure_number) {
    return FCGX_IsCGI() != 0 ? serve_cgi(handler, failure_number) : serve_fastcgi(handler, failure_number);
}

}  // namespace sso::gateway
