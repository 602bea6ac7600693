#include "gateway/program_options.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "core/config/document.hpp"

namespace sso::gateway {

std::string default_config_uri() {
    const char* named = std::getenv("SSO_CONFIG");
    return named != nullptr && *named != '\0' ? named : std::string(config::kDefaultUri);
}

CommandLine read_command_line(int argc, const char* const* argv, const std::string& name,
                              const std::string& description) {
    CommandLine line;
    line.options.config_uri = default_config_uri();
    CLI::App app(description, name);
    app.set_version_flag("--version", name + " " SSO_VERSION);
    app.add_option(
        "--config", line.options.config_uri,
        "where the configuration lives (default: SSO_CONFIG, else " + std::string(config::kDefaultUri) + ")");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        line.exit_status = app.exit(e) == 0 ? 0 : 2;
    }
    return line;
}

}  // namespace sso::gateway
