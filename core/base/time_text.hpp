// A time as people read it in listings and logs.
#pragma once

#include <string>

#include "core/base/clock.hpp"

namespace sso {

/// 2026-01-31T12:00:00Z (RFC 3339, UTC).
std::string time_text(SysSeconds time);

}  // namespace sso
