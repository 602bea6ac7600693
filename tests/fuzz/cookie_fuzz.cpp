// Cookie headers: what is found lies in the header, and what is cut out is not found again.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/http/cookie.hpp"
#include "tests/fuzz/expect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sso::fuzz::expect;
    const std::string_view header(reinterpret_cast<const char*>(data), size);
    constexpr std::string_view kName = "sso";
    if (const auto value = sso::http::cookie_value(header, kName)) {
        expect(value->data() >= header.data() && value->data() + value->size() <= header.data() + header.size(),
               "the value is a view into the header");
        expect(value->find(';') == value->npos, "no value goes on behind its semicolon");
    }
    if (const auto lone = sso::http::find_lone_cookie(header, kName)) {
        expect(sso::http::cookie_value(header, kName) == lone->value, "the cookie that stands alone is the cookie");
        const std::string others = std::string(lone->before) + std::string(lone->after);
        expect(others.find(kName) == others.npos, "its name stands nowhere else");
    }
    const std::string rest = sso::http::without_cookie(header, kName);
    expect(rest.size() <= header.size(), "cutting out makes nothing longer");
    expect(!sso::http::cookie_value(rest, kName), "what was cut out is gone");
    expect(sso::http::without_cookie(rest, kName) == rest, "cutting out twice is cutting out once");
    return 0;
}
