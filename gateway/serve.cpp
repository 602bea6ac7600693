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

std::string_view code_of(int status) noexcept {
    if (status == 413) return "too_large";
    return status == 400 ? "invalid" : "internal";
}

/// What is said of a request that no handler answers.
http::Response refusal(int status, std::string_view accepted) {
    const std::string text(http::reason(status));
    const bool wants_json = trim(accepted) == "application/json";
    http::Response response;
    response.status = status;
    response.header("Content-Type", wants_json ? "application/json" : "text/plain; charset=utf-8")
        .header("Cache-Control", "no-store")
        .header("X-Content-Type-Options", "nosniff");
    response.body =
        wants_json ? R"({"error":")" + std::string(code_of(status)) + R"(","message":")" + text + "\"}\n" : text + "\n";
    return response;
}

std::string answer(const Service& service, Variables variables, const http::BodyReader& body) {
    const auto variable = [&](std::string_view name, std::string_view otherwise) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::string(otherwise) : found->second;
    };
    const std::string method = variable("REQUEST_METHOD", "GET");
    const std::string accepted = variable("HTTP_ACCEPT", "");
    const auto refuse = [&](int status) { return http::to_cgi(refusal(status, accepted), method); };
    try {
        const auto request = http::read_request(std::move(variables), body, service.body_limit);
        if (!request) return refuse(request.error().code == ErrorCode::limit ? 413 : 400);
        return http::to_cgi(service.handler(*request), method);
    } catch (const std::exception& e) {
        log_to_standard_error({LogLevel::error, service.failure_number, printable(e.what())});
    } catch (...) {
        log_to_standard_error({LogLevel::error, service.failure_number, "unknown exception"});
    }
    return refuse(500);
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

int serve_cgi(const Service& service) {
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
    const std::string text = answer(service, variables, body);
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    // The rest of a body that was too long is read as well: to mod_cgid, both directions are one socket, and one that
    // is closed with bytes unread takes our answer back.
    std::array<char, 16'384> discarded;
    while (const std::size_t left = left_of_body(variables, taken)) {
        if (taken > kMostDiscarded || body(discarded.data(), std::min(left, discarded.size())) == 0) break;
    }
    return written ? EXIT_SUCCESS : EXIT_FAILURE;
}

int serve_fastcgi(const Service& service) {
    FCGX_Request request;
    if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0) return EXIT_FAILURE;
    while (FCGX_Accept_r(&request) >= 0) {
        const auto body = [&request](char* into, std::size_t count) -> std::size_t {
            const int got = FCGX_GetStr(into, static_cast<int>(count), request.in);
            return got > 0 ? static_cast<std::size_t>(got) : 0;
        };
        const std::string text = answer(service, variables_of(request.envp), body);
        FCGX_PutStr(text.data(), static_cast<int>(text.size()), request.out);
        FCGX_Finish_r(&request);
    }
    return EXIT_SUCCESS;
}

}  // namespace

int serve(const Service& service) {
    return FCGX_IsCGI() != 0 ? serve_cgi(service) : serve_fastcgi(service);
}

}  // namespace sso::gateway
