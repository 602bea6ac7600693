// Files that settings name: read whole, bounded, and for secrets only where nobody else can read them.
#pragma once

#include <cstddef>
#include <string>

#include "core/base/result.hpp"
#include "core/base/secret.hpp"

namespace sso::config {

/// @return `not_found`, `refused` (no permission), `invalid` (not a regular file), `limit` (longer than `limit` bytes)
///         or `unavailable`, naming the file
Result<std::string> read_file(const std::string& path, std::size_t limit);

/// A file that holds a secret (a key, the directory's password), at most 4 KiB.
/// @return also `refused` when its permissions let everybody read or write it; never shows what it holds
Result<Secret> read_secret_file(const std::string& path);

/// A cheap mark (stat) that differs whenever the file was replaced or written to.
/// @return as `read_file`
Result<std::string> file_mark(const std::string& path);

/// The failure of a system call on `path`, as read_file reports it.
tl::unexpected<Error> file_error(const std::string& path, int error_number);

}  // namespace sso::config
