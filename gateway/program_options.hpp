// The command line that the programs behind a web server share.
#pragma once

#include <string>

namespace sso::gateway {

/// What every program takes on its command line.
struct ProgramOptions {
    std::string config_uri;  ///< --config, else SSO_CONFIG, else config::kDefaultUri
};

/// Reads --config, --help and --version. When there is nothing to run (help was asked for, or the usage is wrong), the
/// text has been printed and `exit_status` is set: 0, or 2 for wrong usage.
struct CommandLine {
    ProgramOptions options;
    int exit_status = -1;
    [[nodiscard]] bool ended() const noexcept { return exit_status >= 0; }
};
CommandLine read_command_line(int argc, const char* const* argv, const std::string& name,
                              const std::string& description);

/// SSO_CONFIG if it is set and not empty, else config::kDefaultUri.
std::string default_config_uri();

}  // namespace sso::gateway
