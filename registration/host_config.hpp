// BackupPC's configuration of one host: a file that BackupPC executes as Perl, and that is therefore written from a
// template, out of values that passed a grammar in which no quote and no backslash exists.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/config/settings.hpp"
#include "registration/key_pair.hpp"
#include "registration/registry.hpp"

namespace sso::registration {

/// Names that are BackupPC's own: a file of that name is read for the server or for every host.
bool is_reserved_host(std::string_view host) noexcept;

/// The whole of the file. A disabled machine's says that it is not backed up.
std::string host_config(const MachineRecord& record, const config::RegistrationSettings& settings,
                        const KeyPairs& keys);

/// `BACKUPPC/pc/HOST.pl`, which is ours when its first line says so.
class HostConfigs {
  public:
    explicit HostConfigs(std::string backuppc_folder) : folder_(std::move(backuppc_folder) + "/pc") {}

    /// @return `exists` when there is one that is not ours, `full` when it cannot be read
    [[nodiscard]] Status check_ours(std::string_view host) const;
    /// Writes it unless it is ours and is so already but for what its owner changed since.
    [[nodiscard]] Status write(const MachineRecord& record, const config::RegistrationSettings& settings,
                               const KeyPairs& keys) const;
    /// Writes it anew, whatever stands there. @return `exists` when it is not ours
    [[nodiscard]] Status rewrite(const MachineRecord& record, const config::RegistrationSettings& settings,
                                 const KeyPairs& keys) const;
    [[nodiscard]] Result<bool> is_there(std::string_view host) const;
    /// @return `exists` when it is not ours
    [[nodiscard]] Status remove(std::string_view host) const;

  private:
    [[nodiscard]] std::string path(std::string_view host) const { return folder_ + "/" + std::string(host) + ".pl"; }
    std::string folder_;
};

}  // namespace sso::registration
