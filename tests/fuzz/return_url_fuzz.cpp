// The value of url=: whatever is followed has one of the origins that the settings name, however it was spelt.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/base/encoding.hpp"
#include "core/rules/return_address.hpp"
#include "tests/fuzz/expect.hpp"

namespace {

const sso::config::Settings& settings() {
    static const auto& parsed = *new auto(sso::config::parse_settings(R"([portal]
url = "http://auth.example.com/"
trusted_domains = ["trusted.example.net"]
[cookie]
domain = ".example.com"
[authentication.ldap]
uri = ["ldap://ldap1.example.com"]
base = "dc=example,dc=com"
[exported_variables]
uid = "uid"
[vhost."www1.example.com"]
[vhost."www2.example.com"]
url = "https://www2.example.com:8443/"
)",
                                                                      "sso.toml"));
    if (!parsed.settings) std::abort();
    return *parsed.settings;
}

constexpr std::array<std::string_view, 5> kOrigins{"http://auth.example.com", "http://www1.example.com",
                                                   "https://www2.example.com:8443", "http://trusted.example.net",
                                                   "https://trusted.example.net"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sso::fuzz::expect;
    using sso::rules::ReturnUrl;
    const std::string_view given(reinterpret_cast<const char*>(data), size);
    for (const std::string& form : {std::string(given), sso::base64_encode(given)}) {
        const auto url = ReturnUrl::parse(form, settings());
        if (!url) continue;
        const std::string text = url->text();
        const auto* const origin = std::find_if(kOrigins.begin(), kOrigins.end(),
                                                [&](std::string_view ours) { return text.starts_with(ours); });
        expect(origin != kOrigins.end(), "only our own origins are followed");
        expect(text.size() > origin->size() && text[origin->size()] == '/', "and the origin ends where it seems to");
        for (const char c : text) expect(c > ' ' && c < 0x7F && c != '\\', "no byte that misleads a browser");
        expect(ReturnUrl::parse(text, settings()).has_value(), "what was followed once is followed again");
    }
    return 0;
}
