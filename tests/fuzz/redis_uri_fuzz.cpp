// Redis URIs: what is accepted is bounded and free of bytes that mislead.
#include <sys/un.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "core/redis/uri.hpp"
#include "tests/fuzz/expect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sso::fuzz::expect;
    using sso::redis::ServerUri;
    const std::string_view text(reinterpret_cast<const char*>(data), size);

    const auto uri = ServerUri::parse(text);
    if (!uri) {
        expect(uri.error().code == sso::ErrorCode::invalid, "a wrong URI is invalid");
        return 0;
    }
    expect(sso::redis::is_redis_uri(text), "what is accepted has one of our schemes");
    const auto& endpoint = uri->endpoint;
    expect(endpoint.host.empty() != endpoint.socket_path.empty(), "a host or a socket, not both");
    expect(endpoint.host.empty() == (endpoint.port == 0), "a host has a port");
    expect(endpoint.socket_path.size() < sizeof(sockaddr_un::sun_path), "a socket's name fits");
    for (const auto* part : {&endpoint.host, &endpoint.socket_path, &uri->tls_files.ca_file, &uri->user,
                             &uri->tls_files.certificate_file, &uri->tls_files.key_file}) {
        expect(part->find('\0') == std::string::npos, "no NUL cuts a name short");
    }
    for (const char c : endpoint.host) expect(c > ' ' && c < 0x7F && c != '/' && c != '@', "a host is a host");

    const auto at = text.find('@');
    expect((at != text.npos) == (!uri->user.empty() || !uri->password.empty()), "'@' ends user and password");
    return 0;
}
