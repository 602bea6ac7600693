// Attributes as JSON: what is read is written again, well-formed and in UTF-8, and read back as the same. Read as
// members it is the same, sorted.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/text.hpp"
#include "core/session/attributes_json.hpp"
#include "core/session/session.hpp"
#include "tests/fuzz/expect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sso::fuzz::expect;
    const std::string_view json(reinterpret_cast<const char*>(data), size);
    const auto attributes = sso::session::parse_attributes(json);
    const auto members = sso::session::JsonMembers::parse(json);
    expect(members.has_value() == attributes.has_value(), "both readers read the same");
    if (!attributes) {
        expect(attributes.error().code == sso::ErrorCode::invalid, "what cannot be read is invalid");
        return 0;
    }
    std::string_view last;
    std::vector<sso::Attributes::Entry> entries;
    for (const auto& [name, text, other] : members->all()) {
        expect(entries.empty() || last < name, "members are sorted, each name once");
        last = name;
        entries.emplace_back(name, other != nullptr ? *other : sso::AttributeValue(text));
    }
    expect(sso::Attributes::of(std::move(entries)) == *attributes, "members are the attributes");
    const std::string written = sso::session::to_json(*attributes);
    expect(sso::is_utf8(written), "what is written is UTF-8");
    if (written.size() > (1U << 20U)) return 0;  // escapes made it longer than what is read
    const auto again = sso::session::parse_attributes(written);
    expect(again.has_value() && *again == *attributes, "and reads back as the same");
    return 0;
}
