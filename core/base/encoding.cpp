#include "core/base/encoding.hpp"

#include <array>
#include <cassert>
#include <cstdint>
#include <cstring>

namespace sso {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::int8_t kNone = -1;

/// The two digits of each byte.
constexpr std::array<char, 512> kHexPairs = [] {
    std::array<char, 512> pairs{};
    for (std::size_t byte = 0; byte < 256; ++byte) {
        pairs[2 * byte] = kHex[byte >> 4U];
        pairs[2 * byte + 1] = kHex[byte & 0xFU];
    }
    return pairs;
}();

using DecodeTable = std::array<std::int8_t, 256>;

constexpr DecodeTable decode_table(std::string_view alphabet) {
    DecodeTable table{};
    table.fill(kNone);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    }
    return table;
}
constexpr DecodeTable kStandardTable = decode_table(kStandard);
constexpr DecodeTable kUrlSafeTable = decode_table(kUrlSafe);

std::string encode(std::string_view bytes, std::string_view alphabet) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char byte : bytes) {
        bits = (bits << 8U) | static_cast<unsigned char>(byte);
        count += 8;
        while (count >= 6) {
            count -= 6;
            text += alphabet[(bits >> count) & 0x3FU];
        }
    }
    if (count > 0) text += alphabet[(bits << (6 - count)) & 0x3FU];
    return text;
}

/// The bytes that `size` characters without padding stand for.
constexpr std::size_t decoded_size(std::size_t size) noexcept {
    return size / 4 * 3 + size % 4 * 3 / 4;
}

/// Writes `decoded_size` bytes to `out`. @return whether all is well-formed
bool decode(std::string_view text, const DecodeTable& table, char* out) noexcept {
    if (text.size() % 4 == 1) return false;
    const auto value_of = [&](std::size_t at) { return std::int32_t{table[static_cast<unsigned char>(text[at])]}; };
    while (text.size() >= 4) {
        const std::int32_t word = value_of(0) << 18 | value_of(1) << 12 | value_of(2) << 6 | value_of(3);
        if (word < 0) return false;  // one of them is none
        *out++ = static_cast<char>(word >> 16);
        *out++ = static_cast<char>(word >> 8);
        *out++ = static_cast<char>(word);
        text.remove_prefix(4);
    }
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const std::int8_t value = table[static_cast<unsigned char>(c)];
        if (value == kNone) return false;
        bits = (bits << 6U) | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            *out++ = static_cast<char>((bits >> count) & 0xFFU);
        }
    }
    return (bits & ((1U << count) - 1U)) == 0;
}

std::optional<std::string> decode(std::string_view text, const DecodeTable& table) {
    std::string bytes(decoded_size(text.size()), '\0');
    if (!decode(text, table, bytes.data())) return std::nullopt;
    return bytes;
}

}  // namespace

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return kNone;
}

std::string hex_encode(std::string_view bytes) {
    std::string text(bytes.size() * 2, '\0');
    hex_encode_into(bytes, text);
    return text;
}

void hex_encode_into(std::string_view bytes, std::span<char> digits) noexcept {
    assert(digits.size() == 2 * bytes.size());
    char* at = digits.data();
    for (const char byte : bytes) {
        std::memcpy(at, &kHexPairs[2 * std::size_t{static_cast<unsigned char>(byte)}], 2);
        at += 2;
    }
}

std::optional<std::string> hex_decode(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_digit(text[i]);
        const int low = hex_digit(text[i + 1]);
        if (high == kNone || low == kNone) return std::nullopt;
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes;
}

std::string base64_encode(std::string_view bytes) {
    std::string text = encode(bytes, kStandard);
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) text.remove_suffix(1);
    return decode(text, kStandardTable);
}

std::string base64url_encode(std::string_view bytes) {
    return encode(bytes, kUrlSafe);
}

std::optional<std::string> base64url_decode(std::string_view text) {
    return decode(text, kUrlSafeTable);
}

bool base64url_decode_into(std::string_view text, std::span<char> bytes) noexcept {
    return decoded_size(text.size()) == bytes.size() && decode(text, kUrlSafeTable, bytes.data());
}

}  // namespace sso
