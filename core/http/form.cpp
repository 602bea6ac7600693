#include "core/http/form.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/http/url.hpp"

namespace sso::http {
namespace {

constexpr std::size_t kLongest = 65'536;
constexpr std::size_t kMostFields = 100;

std::optional<std::string> decode(std::string_view text) {
    std::string blanks(text);
    std::replace(blanks.begin(), blanks.end(), '+', ' ');
    auto decoded = percent_decode(blanks);
    if (!decoded || decoded->find('\0') != std::string::npos || !is_utf8(*decoded)) return std::nullopt;
    return decoded;
}

}  // namespace

Result<Form> Form::parse(std::string_view text) {
    if (text.size() > kLongest) return fail(ErrorCode::limit, "form: longer than 64 kB");
    Form form;
    for (const auto field : split(text, '&')) {
        if (field.empty()) continue;
        if (form.fields_.size() == kMostFields) return fail(ErrorCode::limit, "form: more than 100 fields");
        const auto equals = std::min(field.find('='), field.size());
        auto name = decode(field.substr(0, equals));
        auto value = decode(equals < field.size() ? field.substr(equals + 1) : std::string_view());
        if (!name || !value) {
            // the value may be a password, so the message counts the field and does not show it
            return fail(ErrorCode::invalid, "form: field " + std::to_string(form.fields_.size() + 1) +
                                                ": a broken escape, a NUL, or text that is not UTF-8");
        }
        form.fields_.emplace_back(*std::move(name), *std::move(value));
    }
    return form;
}

const std::string* Form::find(std::string_view name) const noexcept {
    const auto found =
        std::find_if(fields_.begin(), fields_.end(), [&](const auto& field) { return field.first == name; });
    return found == fields_.end() ? nullptr : &found->second;
}

}  // namespace sso::http
