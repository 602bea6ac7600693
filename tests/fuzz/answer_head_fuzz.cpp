// The head of the portal's answer: a final status, and a length that is said once.
#include <cstdint>
#include <string_view>

#include "core/credentials/portal_client.hpp"
#include "tests/fuzz/expect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sso::fuzz::expect;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto head = sso::credentials::parse_answer_head(text);
    if (!head) return 0;
    expect(head->status >= 200 && head->status <= 599, "a final status");
    expect(text.starts_with("HTTP/1.") && text.ends_with("\r\n"), "lines of HTTP/1");
    expect(!head->length || text.find(std::to_string(*head->length)) != text.npos, "a length that was said");
    return 0;
}
