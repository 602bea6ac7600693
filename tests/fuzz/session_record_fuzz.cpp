// A session's stored record: what is accepted is encoded again to the same bytes. The digest over a record would turn
// the fuzzer away at the door, so the input is also tried with the right digest behind it.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/crypto/hash.hpp"
#include "core/session/session.hpp"
#include "tests/fuzz/expect.hpp"

namespace {

void read(const sso::session::SessionId& id, std::string_view record) {
    using sso::fuzz::expect;
    const auto session = sso::session::SealedSession::decode(id, record);
    if (!session) {
        expect(session.error().code == sso::ErrorCode::corrupt, "what cannot be read is corrupt");
        return;
    }
    expect(session->id == id, "a record is read as the session it was asked for");
    expect(session->encode() == record, "a record has one spelling");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view record(reinterpret_cast<const char*>(data), size);
    const auto id = sso::session::SessionId::from_bytes(std::array<std::uint8_t, 32>{});
    read(id, record);
    const auto digest = sso::crypto::sha256({"record", id.bytes(), record});
    read(id, std::string(record).append(sso::crypto::bytes(digest).substr(0, 16)));
    return 0;
}
