// Forms: bounded, all text, and read back from their own encoding.
#include <cstdint>
#include <string_view>

#include "core/base/text.hpp"
#include "core/http/form.hpp"
#include "core/http/url.hpp"
#include "tests/fuzz/expect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using sso::fuzz::expect;
    using sso::http::Form;
    const auto form = Form::parse(std::string_view(reinterpret_cast<const char*>(data), size));
    if (!form) return 0;
    expect(form->fields().size() <= 100, "fields are bounded");
    std::string encoded;
    for (const auto& [name, value] : form->fields()) {
        for (const auto* text : {&name, &value}) {
            expect(sso::is_utf8(*text) && text->find('\0') == std::string::npos, "a field is text");
        }
        expect(form->find(name) != nullptr, "each field is found by its name");
        encoded += sso::http::percent_encode(name) + "=" + sso::http::percent_encode(value) + "&";
    }
    const auto again = Form::parse(encoded);
    // encoding makes it longer, so that the bound may refuse what fitted before
    expect(again ? again->fields() == form->fields() : again.error().code == sso::ErrorCode::limit, "read back");
    return 0;
}
