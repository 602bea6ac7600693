// The Authorization header of the Basic scheme (RFC 7617): what programs log in with.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/secret.hpp"

namespace sso::credentials {

struct NameAndPassword {
    std::string user;  ///< UTF-8, without a colon, no blank at either end
    Secret password;   ///< UTF-8; colons may stand in it
};

/// In bytes, however they come; the portal's form has them as its fields' maxlength.
inline constexpr std::size_t kUserLimit = 256;
inline constexpr std::size_t kPasswordLimit = 1024;

/// Whether the header is of the Basic scheme, right or wrong behind the word.
bool is_basic(std::string_view authorization) noexcept;

/// @return nothing for what no directory could take: not base64, no colon, an empty part, one that is too long, control
///         characters, or text that is not UTF-8 (§2.1: that is what the challenge asks for)
std::optional<NameAndPassword> parse_basic(std::string_view authorization);

}  // namespace sso::credentials
