// Service tokens, as they are once their seal is open: bounded, for one host at least, and fit for headers.
#include <cstdint>
#include <string_view>

#include "core/credentials/service_token.hpp"
#include "core/http/header.hpp"
#include "core/session/session_cookie.hpp"
#include "tests/fuzz/expect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sso::fuzz::expect;
    using namespace sso::credentials;
    const std::string_view clear(reinterpret_cast<const char*>(data), size);
    const auto token = ServiceToken::parse(clear);
    if (!token) return 0;
    expect(sso::session::SessionCookie::parse(token->session).has_value(), "a session's cookie");
    expect(!token->hosts.empty(), "a host at least");
    expect(token->hosts.size() + token->patterns.size() + token->headers.size() <= 64, "items are bounded");
    for (const std::string& host : token->hosts) expect(token->is_for(host), "good where it says so");
    for (const auto& [name, value] : token->headers) {
        expect(sso::http::is_token(name), "a header's name");
        expect(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos, "a header's value");
    }
    static_cast<void>(token->is_for("elsewhere.example.com"));
    return 0;
}
