// Files as registration keeps them: written so that a crash at any instruction leaves the old text or the new one, in
// folders that nobody else can write to, and under locks that die with their process.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/descriptor.hpp"
#include "core/base/result.hpp"

namespace sso::registration {

/// Whether `path` is a folder (not a link to one) of `owner`'s or root's that nobody else can write to.
/// @return `invalid` if it is not, `not_found`
Status check_folder(const std::string& path, uid_t owner);
/// The same of a file, which may be reached by links. @return `invalid`, `not_found`
Status check_file(const std::string& path, uid_t owner);

/// Makes a folder of mode 0700 unless it is there. @return `full`
Status make_folder(const std::string& path);

struct FileMode {
    mode_t mode = 0600;
    uid_t owner = static_cast<uid_t>(-1);  ///< -1: as the process
    gid_t group = static_cast<gid_t>(-1);
};

/// Replaces the file's text whole: a new file beside it, on the disk, renamed. @return `full`
Status write_atomically(const std::string& path, std::string_view text, const FileMode& mode = {});
/// Removes a file; one that is not there is removed already. @return `full`
Status remove_file(const std::string& path);
/// Sees the folder's entries on the disk. @return `full`
Status sync_folder(const std::string& path);
std::string folder_of(const std::string& path);

/// Text written behind what is there, in one piece. @return `full`
Status append(const std::string& path, std::string_view text, mode_t mode);

/// An exclusive flock on a file. It ends with the object, or with the process, however that ends: no lock is ever
/// stale.
class FileLock {
  public:
    /// Makes the file if need be, with `mode`. Asks until `patience` is over. @return `limit` then; `full`
    static Result<FileLock> take(const std::string& path, std::chrono::milliseconds patience, mode_t mode = 0600);

  private:
    explicit FileLock(std::unique_ptr<Descriptor> file) noexcept : file_(std::move(file)) {}
    std::unique_ptr<Descriptor> file_;
};

}  // namespace sso::registration
