// What all programs take on their command line.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace sso::cli {

/// SSO_CONFIG if it is set and not empty, else config::kDefaultUri.
std::string default_config_uri();

/// Declares --version, and --config, which gives `config_uri`.
void add_common_options(CLI::App& program, std::string& config_uri);

/// The command line of a program behind a web server.
struct CommandLine {
    std::string config_uri;
    int exit_status = -1;
    /// There is nothing to run: help was asked for, or the usage is wrong. The text has been printed, and `exit_status`
    /// is set: 0, or 2 for wrong usage.
    [[nodiscard]] bool ended() const noexcept { return exit_status >= 0; }
};
/// Reads --config, --help, --version and --manual.
CommandLine read_command_line(int argc, const char* const* argv, const std::string& name,
                              const std::string& description);

}  // namespace sso::cli
