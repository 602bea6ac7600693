// How the programs behind a web server meet it: one binary, started as CGI (RFC 3875) or as FastCGI, sees the same
// requests and gives the same responses. Portal and manager stand on it.
#pragma once

#include <functional>
#include <string>

#include "core/http/message.hpp"

namespace sso::gateway {

using Handler = std::function<http::Response(const http::Request&)>;

/// Serves the one request of a CGI process, or, when the standard input is a FastCGI socket, one request after the
/// other until the web server ends the process. A request that cannot be read is answered with 400 or 413, and what
/// `handler` throws with 500 and a line on standard error under the number `failure_number` (docs/messages.md).
/// @return the program's exit status
int serve(const Handler& handler, int failure_number);

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
