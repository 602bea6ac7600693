// A server's bytes: the same replies come out however they are cut, none is beyond the limits, and every one can be
// asked for what it is.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/redis/reply.hpp"
#include "tests/fuzz/expect.hpp"

namespace {

using sso::fuzz::expect;
using sso::redis::Reply;
using sso::redis::ReplyReader;

constexpr ReplyReader::Limits kLimits{4096, 64};

std::size_t count(const Reply& reply) {
    std::size_t all = 1;
    for (const auto& element : reply.elements) all += count(element);
    return all;
}

void describe(const Reply& reply, std::string& out) {
    out += std::to_string(static_cast<int>(reply.type)) + ":" + std::to_string(reply.number) + ":" + reply.text + "[";
    for (const auto& element : reply.elements) describe(element, out);
    out += "]";
}

void ask(const Reply& reply) {
    const bool error = reply.type == Reply::Type::error;
    const int answers =
        (reply.as_integer() ? 1 : 0) + (reply.as_text() ? 1 : 0) + (reply.as_ok() ? 1 : 0) + (reply.as_array() ? 1 : 0);
    expect(answers == (error ? 0 : 1), "a reply is one thing");
    if (error) {
        for (const char c : reply.error().detail) expect(static_cast<unsigned char>(c) >= 0x20, "errors are printable");
    }
    for (const auto& element : reply.elements) ask(element);
}

/// All replies in `bytes`, fed `step` bytes at a time, as text; ends at the first error.
std::string read_all(std::string_view bytes, std::size_t step) {
    ReplyReader reader(kLimits);
    std::string out;
    while (!bytes.empty()) {
        const auto chunk = bytes.substr(0, step);
        bytes.remove_prefix(chunk.size());
        if (!reader.feed(chunk)) return out;
        while (true) {
            const auto reply = reader.next();
            if (!reply) return out + "!";
            if (!*reply) break;
            expect(count(**reply) <= kLimits.elements, "no reply has more elements than the limit");
            ask(**reply);
            describe(**reply, out);
        }
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (size > kLimits.bytes) {  // where a reply is cut decides then whether it is found too long in time
        static_cast<void>(read_all(bytes, 1000));
        return 0;
    }
    const std::string whole = read_all(bytes, size);
    expect(read_all(bytes, 1) == whole, "byte by byte it is the same");
    expect(read_all(bytes, 7) == whole, "and in pieces");
    return 0;
}
