// BackupPC's list of hosts: read as BackupPC reads it, changed in one line with every other byte kept, and written
// under BackupPC's own lock.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace sso::registration {

/// One host's line.
struct HostLine {
    std::string host;  ///< in lower case, as BackupPC takes it
    std::string user;
    std::size_t begin = 0, end = 0;  ///< of the line in the text, its end-of-line included
};

/// The hosts in `text`, in order; comments, the header and what BackupPC skips are none.
std::vector<HostLine> read_hosts(std::string_view text);

/// The line of `host`. @return `invalid` when there are two: BackupPC itself reads now one, now the other
Result<std::optional<HostLine>> find_host(std::string_view text, std::string_view host);

/// `text` with `host` belonging to `user`: its line replaced or appended, nothing else changed. The same text when it
/// is so already. @return `invalid` for two lines of the host, or a file without a header
Result<std::string> with_host(std::string_view text, std::string_view host, std::string_view user);
/// `text` without the host's line. @return `invalid` for two lines of the host
Result<std::string> without_host(std::string_view text, std::string_view host);

/// Reads `FOLDER/hosts`, has `edit` change it, and replaces it if it did: under BackupPC's lock, which is had within
/// ten seconds or not (`limit`). Owner, group and mode stay; a link is followed. Other failures: `full` (nothing
/// changed), `invalid`.
Status edit_hosts(const std::string& folder, const std::function<Result<std::string>(std::string_view)>& edit);

/// Reads the file under the same lock.
Result<std::string> load_hosts(const std::string& folder);

}  // namespace sso::registration
