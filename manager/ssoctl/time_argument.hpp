// Times as administrators type them.
#pragma once

#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"

namespace sso::ssoctl {

/// 2026-01-31T12:00:00Z (RFC 3339, UTC), seconds since 1970, or a duration ("90s", "2h") meaning that long before
/// `now`.
/// @return `invalid` naming the three forms
Result<SysSeconds> parse_time(std::string_view text, SysSeconds now);

}  // namespace sso::ssoctl
