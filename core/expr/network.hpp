// IP addresses and networks, for isInNet6.
#pragma once

#include <string_view>

namespace sso::expr {

/// Whether `address` lies in `network` ("prefix/length"; without a length the addresses must be equal). Both of one
/// family; anything malformed lies nowhere.
bool address_in_network(std::string_view address, std::string_view network) noexcept;

}  // namespace sso::expr
