// What a client asks: a request that is read is the text itself, and of the grammar's letters alone.
#include <cstdint>
#include <string>
#include <string_view>

#include "registration/audit.hpp"
#include "registration/client_name.hpp"
#include "registration/request.hpp"
#include "tests/fuzz/expect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sso;
    using fuzz::expect;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto request = registration::parse_request(text)) {
        expect(request->os.text() + ":" + request->logon.text() == text, "nothing is trimmed or changed");
        expect(text.size() <= registration::kRequestBytes, "the length is bounded");
        expect(text.find_first_of("'\"\\`$(){}[]*?;&|<>/ \t\r\n") == text.npos,
               "no byte that any language reads as its own");
    }
    if (const auto connection = registration::SshConnection::parse(text)) {
        expect(Address::parse(connection->client.text()) == connection->client, "an address is read as it is written");
    }
    registration::AuditLine line;
    line.request = text;
    line.detail = text;
    const std::string written = line.text();
    expect(written.size() < 4096, "a line of the audit is written in one piece");
    for (const char c : written) expect(c >= 0x20 && c <= 0x7E, "the audit is printable ASCII");
    return 0;
}
