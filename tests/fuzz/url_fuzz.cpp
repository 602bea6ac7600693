// Addresses: whatever is accepted has one spelling, which is accepted again as the same, and shows no other origin.
#include <cstdint>
#include <string_view>

#include "core/http/html.hpp"
#include "core/http/url.hpp"
#include "tests/fuzz/expect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sso::fuzz::expect;
    using sso::http::Url;
    const std::string_view text(reinterpret_cast<const char*>(data), size);

    if (const auto url = Url::parse(text)) {
        const std::string spelling = url->text();
        const auto again = Url::parse(spelling);
        expect(again.has_value() && *again == *url, "the canonical spelling is read as the same address");
        const auto origin = Url::parse(url->origin());
        expect(origin.has_value() && origin->origin() == url->origin(), "the origin agrees with itself");
        expect(origin->host() == url->host() && origin->port() == url->port(), "and with the address");
        expect(spelling.compare(0, url->origin().size(), url->origin()) == 0, "the origin is where the address begins");
        expect(spelling[url->origin().size()] == '/', "and a path follows it");
        for (const char c : spelling) expect(c > ' ' && c < 0x7F && c != '\\' && c != '#', "no byte that misleads");
        expect(url->host().find_first_of("@/%ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos, "a host is lower case");
        expect(sso::http::html::url(text) != "#", "what may be followed may be linked");
    }

    const Url base = *Url::parse("https://www1.example.com:8443/");
    const Url moved = base.with_path(text);
    expect(moved.origin() == base.origin(), "a path changes no origin");
    if (moved.text().size() <= Url::kLongest) {
        const auto again = Url::parse(moved.text());
        expect(again.has_value() && *again == moved, "any request line gives an address that is read back");
    }

    const auto encoded = sso::http::percent_encode(text);
    expect(sso::http::percent_decode(encoded) == text, "percent-encoding is undone by decoding");
    static_cast<void>(sso::http::percent_decode(text));
    return 0;
}
