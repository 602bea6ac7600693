// What another proxy says of a request: what is accepted is one host, one target and one address, and nothing that
// could end a line. The input's lines are the headers, in the order of DescriptionHeaders; an empty one is missing.
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "core/base/text.hpp"
#include "core/http/described_request.hpp"
#include "core/http/header.hpp"
#include "tests/fuzz/expect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sso::fuzz::expect;
    using namespace sso::http;
    const auto lines = sso::split({reinterpret_cast<const char*>(data), size}, '\n');
    const auto line = [&](std::size_t number) -> std::optional<std::string_view> {
        if (number >= lines.size() || lines[number].empty()) return std::nullopt;
        return lines[number];
    };
    const auto request = parse_description({line(0), line(1), line(2), line(3), line(4), line(5), line(6)});
    if (!request) return 0;

    expect(line(0).has_value() == (request->by == DescribedRequest::By::original_url),
           "the kind is that of the headers");
    expect(!line(0) || (!line(2) && !line(3)), "a description is of one kind");
    expect(request->scheme == "http" || request->scheme == "https", "a scheme of two");
    expect(is_token(request->method), "a method is a token");
    expect(!request->host.empty() && request->host.find_first_of(" /?#@\\,") == std::string::npos, "a host is one");
    expect(request->host == sso::to_lower(request->host), "a host is in lower case");
    expect(request->target.starts_with('/'), "a target begins with a slash");
    expect(std::none_of(request->target.begin(), request->target.end(),
                        [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '#'; }),
           "a target could stand in a request line");
    if (request->address) {
        expect(line(6)->find(*request->address) != std::string_view::npos, "an address was said");
        expect(request->address->find_first_not_of("0123456789abcdefABCDEF.:") == std::string::npos,
               "an address is one");
    }
    return 0;
}
