// Header values and lists: nothing gets longer, nothing dropped stays, no line can be ended.
#include <cstdint>
#include <string_view>

#include "core/base/text.hpp"
#include "core/http/header.hpp"
#include "core/http/html.hpp"
#include "tests/fuzz/expect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sso::fuzz::expect;
    using namespace sso::http;
    const std::string_view text(reinterpret_cast<const char*>(data), size);

    const std::string value = field_value(text);
    expect(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos, "a value cannot end its line");
    expect(field_value(value) == value, "a clean value is clean");

    const std::vector<std::string> ours{"Auth-User", "Unit"};
    const std::string list = without_list_members(text, ours);
    for (const auto member : sso::split(list, ',')) {
        for (const auto& name : ours) expect(!cgi_equivalent(sso::trim(member), name), "ours are out of the list");
    }
    expect(without_list_members(list, ours) == list, "dropping twice is dropping once");

    expect(cgi_equivalent(text, cgi_name(text)), "a name is equivalent to its folded form");
    expect(cgi_name(cgi_name(text)) == cgi_name(text), "folding twice is folding once");

    const auto names = accepted(text);
    expect(names.size() <= 64, "preferences are bounded");
    for (const auto& name : names) expect(!name.empty() && name.find(',') == std::string::npos, "a name is one");
    static_cast<void>(wants_json(text));

    for (const auto& escaped : {html::text(text), html::attribute(text), html::url(text)}) {
        expect(escaped.find_first_of("<>\"'") == std::string::npos, "no byte leaves its context");
    }
    return 0;
}
