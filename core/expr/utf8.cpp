#include "core/expr/utf8.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace sso::expr {
namespace {

/// Length of the UTF-8 sequence that begins `text`, by its first byte, cut to what is there.
std::size_t sequence_length(std::string_view text) noexcept {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    return std::min(length, text.size());
}

std::string convert(std::string_view text, bool& lossless) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        const bool valid = is_utf8(text.substr(0, length));
        const auto first = static_cast<unsigned char>(text.front());
        if (valid && length == 1) {
            result += text.front();
        } else if (valid && first <= 0xC3) {
            const unsigned code = ((first & 0x1FU) << 6U) | (static_cast<unsigned char>(text[1]) & 0x3FU);
            result += static_cast<char>(code);
        } else {
            result += '?';
            lossless = false;
        }
        text.remove_prefix(valid ? length : 1);
    }
    return result;
}

}  // namespace

void append_utf8(std::uint32_t code, std::string& out) {
    const auto continuation = [](std::uint32_t bits) { return static_cast<char>(0x80U | (bits & 0x3FU)); };
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0U | (code >> 6U));
        out += continuation(code);
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0U | (code >> 12U));
        out += continuation(code >> 6U);
        out += continuation(code);
    } else {
        out += static_cast<char>(0xF0U | (code >> 18U));
        out += continuation(code >> 12U);
        out += continuation(code >> 6U);
        out += continuation(code);
    }
}

std::string to_latin1(std::string_view text) {
    bool lossless = true;
    return convert(text, lossless);
}

std::optional<std::string> to_latin1_strict(std::string_view text) {
    bool lossless = true;
    auto result = convert(text, lossless);
    if (!lossless) return std::nullopt;
    return result;
}

std::string from_latin1(std::string_view text) {
    std::string result;
    result.reserve(text.size() * 2);
    for (const char c : text) append_utf8(static_cast<unsigned char>(c), result);
    return result;
}

}  // namespace sso::expr
