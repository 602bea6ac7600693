// The list of second factors that LemonLDAP::NG keeps in `_2fDevices`: a JSON array of objects with a "type".
#pragma once

#include <cstddef>
#include <string_view>

namespace sso::expr {

/// How many devices there are of `type` (any case; empty: of any). 0 when the text is no such array.
std::size_t count_devices(std::string_view json, std::string_view type);

}  // namespace sso::expr
