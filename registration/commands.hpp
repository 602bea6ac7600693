// sso-register's commands for administrators.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>

#include "core/config/settings.hpp"
#include "registration/registrar.hpp"

namespace sso::registration {

enum class Exit { done = 0, refused = 1, invalid = 2, unreachable = 3 };

/// One run of the program.
struct Run {
    std::string config_uri;
    bool json = false;
    Exit exit = Exit::done;

    /// Prints `sso-register: …` and sets the exit status.
    void fail(Exit status, const std::string& text);
    void fail(const Error& error);
};

/// The configuration, read as whoever runs the command; nothing after its mistakes have been printed.
std::optional<config::Settings> settings_of(Run& run);

/// Becomes the account of registration, opens the office and hands it to `act`; says what is wrong otherwise.
void with_registrar(Run& run, const std::function<void(const config::Settings&, Registrar&)>& act);

/// A line in the audit and the system's authentication log: what an administrator did to which machine.
void note(const config::Settings& settings, const std::string& host, const std::string& logon, const std::string& done);

/// "1 machine", "2 machines".
std::string counted(std::size_t count, const std::string& thing);

void add_listing_commands(CLI::App& program, Run& run);
void add_machine_commands(CLI::App& program, Run& run);
void add_upkeep_commands(CLI::App& program, Run& run);
void add_key_commands(CLI::App& program, Run& run);
void add_lint_command(CLI::App& program, Run& run);

int run_command(int argc, const char* const* argv);

}  // namespace sso::registration
