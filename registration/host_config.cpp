#include "registration/host_config.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/config/private_file.hpp"
#include "registration/files.hpp"

namespace sso::registration {
namespace {

constexpr std::string_view kMark = "# mod_sso registration";
constexpr std::array<std::string_view, 5> kReserved{"config", "localconfig", "hosts", "localhost", "lock"};
constexpr std::size_t kConfigBytes = 1U << 20U;
constexpr mode_t kMode = 0640;

std::string quoted_list(const std::vector<std::string>& items) {
    std::string list;
    for (const std::string& item : items) list += (list.empty() ? "'" : ", '") + item + "'";
    return "[" + list + "]";
}

}  // namespace

bool is_reserved_host(std::string_view host) noexcept {
    return std::find(kReserved.begin(), kReserved.end(), host) != kReserved.end();
}

std::string host_config(const MachineRecord& record, const config::RegistrationSettings& settings,
                        const KeyPairs& keys) {
    const std::string alias_key = "-o HostKeyAlias=" + record.host;
    const std::string ssh = "$sshPath -F none -x -a -T -l " + settings.client_user + " -i " +
                            keys.private_key_path(record.host) + " -o IdentitiesOnly=yes -o BatchMode=yes " +
                            alias_key + " -o UserKnownHostsFile=" + keys.known_hosts_path(record.host) +
                            " -o StrictHostKeyChecking=accept-new";
    return std::string(kMark) + ": " + record.host + "\n" +
           (record.state == State::disabled ? "$Conf{BackupsDisable} = 2;\n" : "") +
           "$Conf{XferMethod} = 'rsync';\n"
           "$Conf{ClientNameAlias} = '" +
           record.alias +
           "';\n"
           "$Conf{NmbLookupCmd} = '';\n"
           "$Conf{RsyncClientPath} = '/usr/bin/rsync';\n"
           "$Conf{RsyncShareName} = " +
           quoted_list(settings.shares) +
           ";\n"
           "$Conf{RsyncArgsExtra} = ['--no-protect-args'];\n"
           "$Conf{RsyncRestoreArgsExtra} = ['--no-protect-args'];\n"
           "$Conf{RsyncSshArgs} = ['-e', '" +
           ssh + "'];\n";
}

Status HostConfigs::check_ours(std::string_view host) const {
    const auto text = config::read_file(path(host), kConfigBytes);
    if (!text && text.error().code == ErrorCode::not_found) return {};
    if (!text) return fail(ErrorCode::full, text.error().detail);
    // BackupPC's editor writes settings one by one and keeps comments
    if (text->starts_with(kMark)) return {};
    return fail(ErrorCode::exists, path(host) + ": is not one that registration wrote");
}

Result<bool> HostConfigs::is_there(std::string_view host) const {
    const auto text = config::read_file(path(host), kConfigBytes);
    if (text) return true;
    if (text.error().code == ErrorCode::not_found) return false;
    return fail(ErrorCode::full, text.error().detail);
}

// What the owner has set on BackupPC's pages since stays: only a file that lacks this machine's key or address, or that
// keeps a machine disabled which is not, is written anew.
Status HostConfigs::write(const MachineRecord& record, const config::RegistrationSettings& settings,
                          const KeyPairs& keys) const {
    const auto text = config::read_file(path(record.host), kConfigBytes);
    if (text && text->starts_with(kMark) && record.state != State::disabled) {
        const bool fits = text->find("'" + record.alias + "'") != text->npos &&
                          text->find("-i " + keys.private_key_path(record.host) + " ") != text->npos &&
                          text->find("$Conf{BackupsDisable} = 2;\n$Conf{XferMethod}") == text->npos;
        if (fits) return {};
    }
    return rewrite(record, settings, keys);
}

Status HostConfigs::rewrite(const MachineRecord& record, const config::RegistrationSettings& settings,
                            const KeyPairs& keys) const {
    if (const auto ours = check_ours(record.host); !ours) return ours;
    return write_atomically(path(record.host), host_config(record, settings, keys), {.mode = kMode});
}

Status HostConfigs::remove(std::string_view host) const {
    if (const auto ours = check_ours(host); !ours) return ours;
    return remove_file(path(host));
}

}  // namespace sso::registration
