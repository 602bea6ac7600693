// LDAP filters and the values inside them: a value that is escaped is one value, whatever bytes it holds.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/authn/filter.hpp"
#include "tests/fuzz/expect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sso::authn::check_filter;
    using sso::fuzz::expect;
    const std::string_view text(reinterpret_cast<const char*>(data), size);

    if (check_filter(text)) {
        expect(text.front() == '(' && text.back() == ')', "a filter stands in parentheses");
        const bool room = text.size() + 3 <= sso::authn::kFilterBytes;
        const auto negated = check_filter("(!" + std::string(text) + ")");
        expect(!room || negated || negated.error().code == sso::ErrorCode::limit, "a filter can be an operand");
        expect(!check_filter(std::string(text) + text.data()[0]), "nothing may follow");
    }
    const std::string value = sso::authn::escape_filter(text);
    if (value.size() < 1'000) {
        expect(check_filter("(uid=" + value + ")").has_value(), "an escaped value is a value");
        expect(check_filter("(uid>=" + value + ")").has_value(), "and holds no star");
    }
    const std::string name = sso::authn::escape_dn(text);
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        expect(c != '\0' && c != ',' && c != '+' && c != '"', "nothing in an escaped name ends it");
    }
    return 0;
}
