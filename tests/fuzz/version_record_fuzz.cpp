// A stored version: what is accepted is encoded again to the same bytes. The digest over a record would turn the fuzzer
// away at the door, so the input is also tried as a draft's text and as a note with the right digest before it.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/encoding.hpp"
#include "core/config/version_record.hpp"
#include "core/crypto/hash.hpp"
#include "tests/fuzz/expect.hpp"

namespace {

using sso::fuzz::expect;

void read(std::string_view record) {
    const auto version = sso::config::decode_version(7, record);
    if (!version) {
        expect(version.error().code == sso::ErrorCode::corrupt, "what cannot be read is corrupt");
        return;
    }
    const auto note = sso::config::decode_version_note(7, record);
    expect(note && *note == version->info, "the end alone says the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    read(input);
    const auto record = sso::config::encode_version(7, {std::string(input), "author", {}, "message"});
    if (record) {
        const auto version = sso::config::decode_version(7, *record);
        expect(version.has_value(), "what was encoded can be read");
        expect(sso::config::encode_version(7, {version->text, "author", {}, "message"}) == *record,
               "a version has one record");
    }
    const std::string json(input.substr(0, input.find('\n')));
    const std::string digest = sso::hex_encode(sso::crypto::bytes(sso::crypto::sha256({"text\n", json})));
    read("text\n#~ " + digest + " " + json + "\n");
    return 0;
}
