// `ssoctl session create`: sessions made without a login, for service accounts and benchmarks.
#pragma once

#include <cstdint>
#include <string>

#include "manager/ssoctl/command.hpp"

namespace sso::ssoctl {

/// Makes `count` sessions from the JSON object in the file `path`, stored as given, %d in its texts replaced by the
/// number, and prints one cookie value a line. Several are written at once: a store waits for its disk at each.
void create_sessions(Run& run, const std::string& path, std::uint64_t count);

}  // namespace sso::ssoctl
