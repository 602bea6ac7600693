// What can be wrong around registration: the account, permissions, sshd, key lines, BackupPC. Each finding says what to
// do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/config/settings.hpp"

namespace sso::registration {

enum class Gravity { error, warning };

struct Finding {
    Gravity gravity;
    std::string text;
};
using Findings = std::vector<Finding>;

/// What the settings themselves mean: trust, limits, addresses.
Findings lint_settings(const config::Settings& settings);
/// The text of an authorized_keys file: whether every line opens sso-register alone.
Findings lint_key_lines(std::string_view text, const std::string& file);
/// What `sshd -T -C user=ACCOUNT,…` prints.
Findings lint_sshd(std::string_view effective, const config::RegistrationSettings& settings);
/// BackupPC's config.pl and hosts.
Findings lint_backuppc(const config::RegistrationSettings& settings);
/// Files and folders, seen as `account`: who may read and write what. @pre the process has become the account
Findings lint_files(const config::Settings& settings, const std::string& config_uri);

}  // namespace sso::registration
