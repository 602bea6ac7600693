// Authorization: Basic: what is accepted is a name and a password of text, bounded, and nothing else has the same.
#include <cstdint>
#include <string_view>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/credentials/basic.hpp"
#include "tests/fuzz/expect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sso::fuzz::expect;
    using namespace sso::credentials;
    const std::string_view header(reinterpret_cast<const char*>(data), size);
    const auto given = parse_basic(header);
    if (!given) return 0;
    const std::string_view password = given->password.reveal();
    expect(is_basic(header), "of the scheme");
    expect(!given->user.empty() && given->user.size() <= kUserLimit, "a name is bounded");
    expect(!password.empty() && password.size() <= kPasswordLimit, "a password is bounded");
    expect(given->user.find(':') == std::string::npos, "a name has no colon");
    for (const std::string_view text : {std::string_view(given->user), password}) {
        expect(sso::is_utf8(text) && text.find('\0') == text.npos, "both are text");
    }
    const std::string both = given->user + ":" + std::string(password);
    expect(sso::trim(sso::trim(header).substr(5)) == sso::base64_encode(both), "one spelling");
    return 0;
}
