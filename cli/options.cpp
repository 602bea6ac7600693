#include "cli/options.hpp"

#include <cstdlib>
#include <iostream>

#include "cli/manual.hpp"
#include "core/config/document.hpp"

namespace sso::cli {

std::string default_config_uri() {
    const char* named = std::getenv("SSO_CONFIG");
    return named != nullptr && *named != '\0' ? named : std::string(config::kDefaultUri);
}

void add_common_options(CLI::App& program, std::string& config_uri) {
    program.set_version_flag("--version", program.get_name() + " " SSO_VERSION);
    program.add_option("--config", config_uri, "where the configuration lives")
        ->default_str("SSO_CONFIG, else " + std::string(config::kDefaultUri));
}

CommandLine read_command_line(int argc, const char* const* argv, const std::string& name,
                              const std::string& description) {
    CommandLine line;
    line.config_uri = default_config_uri();
    CLI::App program(description, name);
    add_common_options(program, line.config_uri);
    bool manual = false;
    program.add_flag("--manual", manual, "print this program's manual page, for man");
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        line.exit_status = program.exit(e) == 0 ? 0 : 2;
    }
    if (manual) {
        std::cout << manual_page(program);
        line.exit_status = std::cout.flush() ? 0 : 1;
    }
    return line;
}

}  // namespace sso::cli
