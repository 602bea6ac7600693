#include "registration/commands.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>

#include "cli/manual.hpp"
#include "cli/options.hpp"
#include "core/base/text.hpp"
#include "registration/audit.hpp"
#include "registration/configuration.hpp"

namespace sso::registration {
namespace {

/// Who runs the command, before it becomes the account of registration.
std::string caller() {
    const passwd* account = ::getpwuid(::getuid());
    std::string who = account != nullptr ? account->pw_name : std::to_string(::getuid());
    const char* sudo_user = std::getenv("SUDO_USER");
    if (sudo_user != nullptr && ::getuid() == 0) who = printable(sudo_user, 64);
    return who;
}

const std::string& remembered_caller() {
    static const std::string who = caller();
    return who;
}

Exit exit_for(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::invalid:
            return Exit::invalid;
        case ErrorCode::unavailable:
        case ErrorCode::internal:
        case ErrorCode::full:
        case ErrorCode::limit:
            return Exit::unreachable;
        default:
            return Exit::refused;
    }
}

}  // namespace

void Run::fail(Exit status, const std::string& text) {
    std::cerr << "sso-register: " << text << '\n';
    exit = status;
}

void Run::fail(const Error& error) {
    fail(exit_for(error.code), error.detail);
}

std::optional<config::Settings> settings_of(Run& run) {
    auto settings = load_settings(run.config_uri, Trust::given);
    if (!settings) {
        run.fail(settings.error());
        return std::nullopt;
    }
    return std::move(*settings);
}

void with_registrar(Run& run, const std::function<void(const config::Settings&, Registrar&)>& act) {
    static_cast<void>(remembered_caller());
    const auto settings = settings_of(run);
    if (!settings) return;
    if (const auto became = become(settings->registration.account); !became) {
        return run.fail(Exit::refused, became.error().detail);
    }
    ::umask(077);
    auto registrar = Registrar::open(*settings);
    if (!registrar) return run.fail(registrar.error());
    act(*settings, *registrar);
}

void note(const config::Settings& settings, const std::string& host, const std::string& logon,
          const std::string& done) {
    AuditLine line;
    line.time = SystemClock().now();
    line.host = host;
    line.logon = logon;
    line.outcome = done;
    line.detail = "by " + remembered_caller();
    if (const auto written = write_audit(settings.registration.state_folder, line); !written) {
        std::cerr << "sso-register: " << written.error().detail << '\n';
    }
}

std::string counted(std::size_t count, const std::string& thing) {
    return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

int run_command(int argc, const char* const* argv) {
    std::signal(SIGPIPE, SIG_IGN);
    Run run{cli::default_config_uri()};
    CLI::App program("Registers machines for backup. Without a command: the forced command of the register key.",
                     "sso-register");
    cli::add_common_options(program, run.config_uri);
    program.add_flag("--json", run.json, "print results as JSON");
    program.require_subcommand(1);
    program.fallthrough();
    program.footer(
        "Exit status: 0 yes or done, 1 no or refused, 2 wrong usage or invalid input, 3 something needed cannot "
        "be reached.");
    add_listing_commands(program, run);
    add_machine_commands(program, run);
    add_upkeep_commands(program, run);
    add_key_commands(program, run);
    add_lint_command(program, run);
    cli::add_manual_commands(program, std::cout);
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return program.exit(e) == 0 ? 0 : static_cast<int>(Exit::invalid);
    } catch (const std::exception& e) {
        run.fail(Exit::unreachable, e.what());
    }
    if (!std::cout.flush()) run.fail(Exit::unreachable, "the results could not be written");
    return static_cast<int>(run.exit);
}

}  // namespace sso::registration
