#include "gateway/serve.hpp"

#include <fcgiapp.h>
#include <unistd.h>

#include <cerrno>
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

int serve_cgi(const Handler& handler, int failure_number) {
    const auto body = [](char* into, std::size_t count) -> std::size_t {
        while (true) {
            const ssize_t got = ::read(STDIN_FILENO, into, count);
            if (got >= 0) return static_cast<std::size_t>(got);
            if (errno != EINTR) return 0;
        }
    };
    const std::string text = answer(handler, variables_of(environ), body, failure_number);
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
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
