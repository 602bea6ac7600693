// BackupPC itself, as far as registration meets it: who administers it, and telling it that its hosts have changed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace sso::registration {

/// Who administers BackupPC by the word of config.pl.
struct BackupPcAdmins {
    std::string users;                       ///< CgiAdminUsers, as written
    std::vector<std::string> group_members;  ///< of the groups in CgiAdminUserGroup
    /// Reads `FOLDER/config.pl`. @return `invalid` when it cannot be read
    static Result<BackupPcAdmins> read(const std::string& folder);
    /// Whether BackupPC would take this user for an administrator: it looks for the name as a word within the text.
    [[nodiscard]] bool include(std::string_view logon) const;
};

/// The last value that a Perl configuration assigns to `$Conf{name}` as a quoted text; empty if none.
std::string perl_setting(std::string_view text, std::string_view name);

/// Whether `word` stands in `text` between word boundaries, as Perl's /\b\Qword\E\b/ finds it.
bool contains_word(std::string_view text, std::string_view word);

/// Starts a process of its own, tied to nobody, that tells BackupPC to read its hosts: at once, or half a minute after
/// the last time. BackupPC dies when the program that asks it is killed before the answer, so nothing waits for it.
void reload_backuppc(const std::string& program, const std::string& state_folder);

}  // namespace sso::registration
