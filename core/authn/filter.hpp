// LDAP's two small languages as text: search filters (RFC 4515) and distinguished names (RFC 4514). Knows no server, so
// that the rooms above can check a filter without linking libldap.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace sso::authn {

/// A filter longer or deeper than this is refused, whoever wrote it.
inline constexpr std::size_t kFilterBytes = 16'384;
inline constexpr std::size_t kFilterDepth = 32;

/// Whether `text` is one whole filter of RFC 4515 §3, with no blank around its parentheses.
/// @return `invalid` with the offset, what stands there and what was expected; `limit`
Status check_filter(std::string_view text);

std::string escape_filter(std::string_view value);  ///< a value inside a filter: RFC 4515 §3
std::string escape_dn(std::string_view value);      ///< a value inside a distinguished name: RFC 4514 §2.4

}  // namespace sso::authn
