// Runs another program: by absolute path and argument list, never by a shell.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace sso::registration {

/// Runs the program with an empty environment but PATH and LC_ALL, nothing on its standard input, and no other
/// descriptor than 0, 1 and 2. @return what it printed, at most 64 KiB; `internal` when it failed, with its status and
/// the first line it complained with; `unavailable` when it cannot be started or did not end in time
Result<std::string> run_program(const std::vector<std::string>& arguments,
                                std::chrono::seconds patience = std::chrono::seconds{20});

}  // namespace sso::registration
