#include "manager/ssoctl/command.hpp"

#include <ostream>

#include "cli/manual.hpp"
#include "cli/options.hpp"
#include "core/base/text.hpp"
#include "manager/ssoctl/expr_command.hpp"

namespace sso::ssoctl {
namespace {

constexpr cli::Variable kVariables[] = {{"VISUAL, EDITOR", "what config edit opens"}};

}  // namespace

Exit exit_for(const Error& error) noexcept {
    switch (error.code) {
        case ErrorCode::invalid:
        case ErrorCode::limit:
            return Exit::invalid;
        case ErrorCode::unavailable:
        case ErrorCode::internal:
        case ErrorCode::full:
            return Exit::unreachable;
        default:
            return Exit::refused;
    }
}

void Run::fail(Exit status, const std::string& text) {
    err << "ssoctl: " << text << '\n';
    exit = status;
}

std::shared_ptr<const rules::Snapshot> load_configuration(Run& run) {
    const auto source = config::open_source(run.config_uri);
    if (!source) {
        run.fail(source.error());
        return nullptr;
    }
    const auto document = (*source)->fetch();
    if (!document) {
        run.fail(Exit::unreachable, document.error().detail);
        return nullptr;
    }
    auto outcome = rules::check(*document);
    if (!outcome.snapshot) {
        for (const auto& diagnostic : outcome.diagnostics) run.err << to_string(diagnostic) << '\n';
        run.fail(Exit::invalid, "the configuration " + config::shown_uri(run.config_uri) + " has errors");
    }
    return outcome.snapshot;
}

std::unique_ptr<session::SessionStore> open_session_store(Run& run, const config::Settings& settings) {
    auto options = session::store_options(settings.session, nullptr);
    // A person waits for this program, and waits longer than a request may.
    options.timeout = std::chrono::seconds{5};
    options.log = [&err = run.err](const LogLine& line) {
        char number[16];
        std::snprintf(number, sizeof number, "SSO%04d: ", line.number);
        err << number << line.text << '\n';
    };
    auto store = session::open_store(settings.session.store, options);
    if (!store) {
        run.fail(store.error());
        return nullptr;
    }
    return std::move(*store);
}

int run_ssoctl(int argc, const char* const* argv, std::istream& in, std::ostream& out, std::ostream& err) {
    Run run{cli::default_config_uri(), false, in, out, err};
    CLI::App program("Administers mod_sso: checks configurations, lists and ends sessions, evaluates expressions.",
                     "ssoctl");
    cli::add_common_options(program, run.config_uri);
    program.add_flag("--json", run.json, "print results as JSON");
    program.require_subcommand(1);
    program.fallthrough();  // global options may stand behind the command
    program.footer(
        "Exit status: 0 yes or done, 1 no or refused, 2 wrong usage or invalid input, 3 something needed "
        "cannot be reached.");

    add_config_commands(program, run);
    add_explain_commands(program, run);
    add_session_commands(program, run);
    add_key_commands(program, run);
    cli::add_manual_commands(program, out, kVariables);

    // The expression evaluator reads its own options: its last argument may begin with a dash.
    CLI::App* expr = program.add_subcommand("expr", "evaluate expressions: see ssoctl expr eval --help");
    expr->prefix_command();
    expr->set_help_flag();
    expr->fallthrough(false);
    expr->callback([&, expr] {
        const std::vector<std::string> words = expr->remaining();
        std::vector<std::string_view> arguments(words.begin(), words.end());
        if (run.json) arguments.insert(arguments.begin() + (arguments.empty() ? 0 : 1), "--json");
        run.exit = static_cast<Exit>(run_expr_command(arguments, in, out, err));
    });

    try {
        program.parse(argc, argv);
    } catch (const CLI::RequiredError& e) {
        // CLI11 misses the command before it says which word is none
        const std::vector<std::string> unknown = program.remaining(true);
        if (unknown.empty()) {
            program.exit(e, out, err);
            return static_cast<int>(Exit::invalid);
        }
        err << "ssoctl: there is no command or option '" << printable(unknown.front()) << "' here; try --help\n";
        return static_cast<int>(Exit::invalid);
    } catch (const CLI::ParseError& e) {
        return program.exit(e, out, err) == 0 ? 0 : static_cast<int>(Exit::invalid);
    }
    if (!out.flush()) run.fail(Exit::unreachable, "the results could not be written");
    return static_cast<int>(run.exit);
}

}  // namespace sso::ssoctl
