// How a program behind a web server writes to that server's error log: by its standard error.
#pragma once

#include "core/base/log.hpp"

namespace sso::gateway {

/// `SSO0300 warning: …`: the number first, then how grave it is. Debug lines are left out.
void log_to_standard_error(const LogLine& line);

}  // namespace sso::gateway
