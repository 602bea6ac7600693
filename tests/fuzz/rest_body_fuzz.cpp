// Bodies of the manager's REST interface, and the edits that they ask for: whatever they are, what comes of a
// configuration is TOML, or a refusal. Behind a NUL byte stands the text that is edited, else it is a small one of
// ours.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/config/toml_edit.hpp"
#include "manager/api/change.hpp"
#include "tests/fuzz/expect.hpp"

namespace {

constexpr std::string_view kText = R"(# a remark
[portal]
url = "https://auth.example.com/"  # where
[macros]
a = '$b'
[vhost."x.example.com"]
rules = [
    { match = '^/a', allow = 'accept' },  # first
    { match = '^/b', allow = 'deny' },
]
[vhost."x.example.com".headers]
Auth-User = '$uid'
)";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sso::fuzz::expect;
    namespace api = sso::manager::api;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const auto nul = input.find('\0');
    const std::string_view body = input.substr(0, nul);
    std::string text(nul == input.npos ? kText : input.substr(nul + 1));
    if (const auto change = api::parse_change(body)) {
        bool is_toml = sso::config::toml_as_json(text).has_value();
        for (const api::Edit& edit : change->edits) {
            auto edited = api::edited(text, edit);
            expect(is_toml || !edited, "only TOML is edited");
            if (!edited) continue;
            text = *std::move(edited);
            is_toml = sso::config::toml_as_json(text).has_value();
            expect(is_toml, "what comes of an edit is TOML");
        }
    }
    static_cast<void>(api::parse_inquiry(body));
    return 0;
}
