// sso-register as sshd starts it: one request in SSH_ORIGINAL_COMMAND, one answer on standard output.
#pragma once

#include <optional>
#include <string>

namespace sso::registration {

/// What sshd put into the environment.
struct SshVariables {
    std::optional<std::string> command;     ///< SSH_ORIGINAL_COMMAND; unset without a command
    std::optional<std::string> connection;  ///< SSH_CONNECTION
    std::string user_auth;                  ///< SSH_USER_AUTH: names the file that names the key; may be empty
};

/// Takes sshd's variables out of the environment, and leaves nothing in it but PATH and LC_ALL; no descriptor above 2,
/// no standard input, no core, no SIGPIPE, half a minute to live.
SshVariables enter();

/// Answers the request. Nothing on standard error. @return the exit status
int run_forced_command(const SshVariables& variables, const std::string& config_uri);

}  // namespace sso::registration
