#include "registration/checks.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "registration/backuppc.hpp"

namespace sso::registration {
namespace {

constexpr std::array<std::string_view, 3> kReserved{"root", "admin", "backuppc"};

}  // namespace

Result<bool> is_reserved_logon(const Logon& logon, const config::RegistrationSettings& settings) {
    const auto is_it = [&](std::string_view name) { return equal_ignoring_case(name, logon.text()); };
    if (std::any_of(kReserved.begin(), kReserved.end(), is_it) || is_it(settings.account) ||
        is_it(settings.client_user) ||
        std::any_of(settings.reserved_logons.begin(), settings.reserved_logons.end(), is_it)) {
        return true;
    }
    const auto admins = BackupPcAdmins::read(settings.backuppc_folder);
    if (!admins) return error_of(admins);
    return admins->include(logon.text());
}

std::optional<Outcome> check_request(const EnrolRequest& request, const SshConnection& connection,
                                     const config::RegistrationSettings& settings, const Resolver& resolver,
                                     const People& people, std::optional<CheckedRequest>& checked, std::string& seen) {
    const auto& systems = settings.operating_systems;
    if (std::find(systems.begin(), systems.end(), request.os.text()) == systems.end()) {
        return refuse(Code::os_refused, "not among registration.operating_systems");
    }
    auto client = name_client(connection, settings, resolver);
    if (!client) return refuse(client.error(), Code::host_unknown);
    seen = client->host;
    const auto reserved = is_reserved_logon(request.logon, settings);
    if (!reserved) return refuse(reserved.error());
    if (*reserved) return refuse(Code::logon_unknown, "a reserved logon");
    auto owner = people.find(request.logon);
    if (!owner) return refuse(owner.error(), Code::logon_unknown);
    checked = CheckedRequest{std::move(*client), std::move(*owner)};
    return std::nullopt;
}

}  // namespace sso::registration
