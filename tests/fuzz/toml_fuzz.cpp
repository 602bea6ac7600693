// Configurations: whatever text comes, it gives settings or an error, and every remark stands in the text.
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "core/config/settings.hpp"
#include "tests/fuzz/expect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sso::fuzz::expect;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto outcome = sso::config::parse_settings(text, "sso.toml");
    expect(outcome.settings.has_value() != has_errors(outcome.diagnostics), "settings, or an error that says why not");
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    for (const auto& diagnostic : outcome.diagnostics) {
        expect(diagnostic.where.line <= lines, "a remark's line is in the text");
        for (const char c : to_string(diagnostic)) {
            expect(static_cast<unsigned char>(c) >= 0x20, "a remark is one line");
        }
    }
    if (outcome.settings) {
        for (const auto& host : outcome.settings->virtual_hosts) {
            expect(outcome.settings->find_virtual_host(host.name) == &host, "names of virtual hosts are unique");
            expect(!outcome.settings->url_of(host).host().empty(), "each has an address");
        }
        for (const auto& macro : outcome.settings->macros) {
            const auto end = macro.expression.at(macro.expression.text.size());
            expect(end.line <= lines, "an expression's end is in the text");
        }
    }
    return 0;
}
