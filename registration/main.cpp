// sso-register: without a command the forced command of the register key, with one the administration of machines.
#include <cstring>

#include "core/config/document.hpp"
#include "registration/commands.hpp"
#include "registration/forced_command.hpp"

namespace {

/// The configuration that the key line names. SSO_CONFIG is not asked: where sshd is careless it is the client's to
/// set. Nothing when there is more on the command line than that.
const char* config_of_forced_command(int argc, char** argv) {
    static constexpr const char* kDefault = sso::config::kDefaultUri.data();
    if (argc == 1) return kDefault;
    return argc == 3 && std::strcmp(argv[1], "--config") == 0 ? argv[2] : nullptr;
}

}  // namespace

int main(int argc, char** argv) {
    const char* uri = config_of_forced_command(argc, argv);
    if (uri != nullptr) return sso::registration::run_forced_command(sso::registration::enter(), uri);
    return sso::registration::run_command(argc, argv);
}
