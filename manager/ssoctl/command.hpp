// What every command of ssoctl shares: its global options, its exit status, how it loads a configuration and says what
// is wrong with one.
#pragma once

#include <CLI/CLI.hpp>
#include <iosfwd>
#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "core/rules/snapshot.hpp"
#include "core/session/session_store.hpp"
#include "manager/ssoctl/exit.hpp"

namespace sso::ssoctl {

/// The status that tells a script what kind of failure `error` is.
Exit exit_for(const Error& error) noexcept;

/// One run of the program: what was asked for beside the command, and what came of it.
struct Run {
    std::string config_uri;
    bool json = false;
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    Exit exit = Exit::done;

    /// Prints `ssoctl: …` and sets the exit status. The text is the command's own, its foreign parts already printable.
    void fail(Exit status, const std::string& text);
    void fail(const Error& error) { fail(exit_for(error), error.detail); }
};

/// The configuration that --config names, or null after its errors have been printed and the exit status set.
std::shared_ptr<const rules::Snapshot> load_configuration(Run& run);

/// The configured store, or null after the reason has been printed and the exit status set.
std::unique_ptr<session::SessionStore> open_session_store(Run& run, const config::Settings& settings);

/// The kind of function that adds commands to the program; callbacks run the command and set `run.exit`.
void add_config_commands(CLI::App& program, Run& run);
void add_explain_commands(CLI::App& program, Run& run);
void add_session_commands(CLI::App& program, Run& run);
void add_key_commands(CLI::App& program, Run& run);

/// Runs ssoctl with `argv`.
int run_ssoctl(int argc, const char* const* argv, std::istream& in, std::ostream& out, std::ostream& err);

}  // namespace sso::ssoctl
