// The trail of what administrators do to sessions and to the configuration.
#pragma once

#include "core/base/log.hpp"
#include "manager/ssoctl/command.hpp"

namespace sso::ssoctl {

/// A line in the system's authentication log, and the same on standard error: what was done, and by whom. Foreign parts
/// of `done.text` are printable.
void audit(Run& run, const LogLine& done);

/// The account that runs this program, and in parentheses whom sudo ran it for.
std::string administrator();

}  // namespace sso::ssoctl
