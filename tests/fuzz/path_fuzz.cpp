// Paths: whatever is not refused is canonical, and canonical is a fixed point.
#include <cstdint>
#include <string_view>

#include "core/http/path.hpp"
#include "core/http/url.hpp"
#include "tests/fuzz/expect.hpp"

namespace {

using sso::fuzz::expect;

void expect_canonical(const std::string& path) {
    expect(!path.empty() && path[0] == '/', "a path begins with a slash");
    for (const char c : path) {
        expect(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F, "no control byte is left");
    }
    const std::string closed = path + "/";
    for (const auto* trick : {"//", "/./", "/../"}) {
        expect(path.find(trick) == std::string::npos, "nothing is left to resolve");
        expect(closed.find(trick) == std::string::npos || path.back() == '/', "nor at the end");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sso::http::canonical_path;
    const std::string_view raw(reinterpret_cast<const char*>(data), size);

    const auto path = canonical_path(raw);
    if (path) {
        expect(sso::http::path_flaw(raw).empty(), "what has a flaw is not answered");
        expect_canonical(*path);
        expect(sso::http::canonical_decoded_path(*path) == *path, "a canonical path is canonical");
        // encoded again, each byte, it is the same path: no byte of it has a second meaning
        std::string encoded;
        for (const char c : *path) encoded += c == '/' ? "/" : sso::http::percent_encode(std::string_view(&c, 1));
        expect(canonical_path(encoded) == *path, "encoding a canonical path changes nothing");
        expect(canonical_path(raw, true) == *path, "keeping slashes changes only paths that have encoded ones");
    }
    if (const auto kept = canonical_path(raw, true)) expect_canonical(*kept);
    if (const auto decoded = sso::http::canonical_decoded_path(raw)) {
        expect_canonical(*decoded);
        expect(sso::http::canonical_decoded_path(*decoded) == *decoded, "a canonical path is canonical");
    }
    return 0;
}
