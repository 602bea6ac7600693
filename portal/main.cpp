// sso-portal: the only place where a password is typed. Reads its command line, then serves as CGI or FastCGI.
#include <cstdio>

#include "cli/options.hpp"
#include "core/config/document.hpp"
#include "gateway/log.hpp"
#include "gateway/serve.hpp"
#include "portal/portal.hpp"

namespace {

constexpr int kUncaught = 500;  // SSO0500
constexpr int kWrongUsage = 2;

}  // namespace

int main(int argc, char** argv) {
    const auto line = sso::cli::read_command_line(
        argc, argv, "sso-portal",
        "The login page, the menu and the logout of mod_sso. Started by a web server, as CGI or FastCGI.");
    if (line.ended()) return line.exit_status;
    const sso::SystemClock clock;
    auto source = sso::config::open_source(line.config_uri);
    if (!source) {
        std::fprintf(stderr, "sso-portal: --config: %s\n", source.error().detail.c_str());
        return kWrongUsage;
    }
    sso::portal::Portal portal(std::move(*source), line.config_uri, clock, sso::gateway::log_to_standard_error);
    return sso::gateway::serve({[&](const sso::http::Request& request) { return portal.answer(request); }, kUncaught});
}
