// Bytes as text and back: hexadecimal and base64. All decoders are strict and bounded by their input.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sso {

int hex_digit(char c) noexcept;  ///< 0 to 15 for a digit of either case, else -1

std::string hex_encode(std::string_view bytes);  ///< lower case
/// The same into memory that the caller has. @pre digits.size() == 2 * bytes.size()
void hex_encode_into(std::string_view bytes, std::span<char> digits) noexcept;
std::optional<std::string> hex_decode(std::string_view text);  ///< either case; nothing if malformed

std::string base64_encode(std::string_view bytes);                ///< RFC 4648 §4, padded, no line breaks
std::optional<std::string> base64_decode(std::string_view text);  ///< §4; padding required, no blanks

std::string base64url_encode(std::string_view bytes);  ///< RFC 4648 §5, without padding
/// §5 without padding. The last character's unused bits must be zero, so that each value has one spelling.
std::optional<std::string> base64url_decode(std::string_view text);
/// The same into memory that the caller has. @return whether `text` is well-formed and fills `bytes` exactly
bool base64url_decode_into(std::string_view text, std::span<char> bytes) noexcept;

}  // namespace sso
