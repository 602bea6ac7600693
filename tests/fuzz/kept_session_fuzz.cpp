// A session as it lies in L2, its seal taken off: what is accepted can be asked for anything, and is written and read
// again as the same.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/session/binary.hpp"
#include "core/session/kept_session.hpp"
#include "tests/fuzz/expect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sso::session;
    using sso::fuzz::expect;
    const auto id = SessionId::from_bytes(std::array<std::uint8_t, 32>{});
    NameLists names;
    BinaryReader reader(std::string_view(reinterpret_cast<const char*>(data), size));
    const auto session = KeptSession::read(id, reader, names);
    if (!session) return 0;
    expect(session->user().data()[session->user().size()] == '\0', "a NUL stands behind the user");
    for (const char* name : {"", "uid", "groups", "hGroups", "none"}) {
        const auto found = session->attributes.find(name);
        expect(!found.is_text || found.other == nullptr, "a value is a text or something else");
        expect(session->attributes.find_text(name) == found.text, "both ways give the same text");
    }
    BinaryWriter first;
    session->write(first);
    BinaryReader again(first.written());
    const auto same = KeptSession::read(id, again, names);
    expect(same && again.at_end(), "what was written can be read");
    BinaryWriter second;
    same->write(second);
    expect(first.written() == second.written(), "and is the same");
    return 0;
}
