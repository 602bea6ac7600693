// The folder of an LMDB store: made where it may be, its files made for whoever owns the folder, whoever makes them.
#pragma once

#include <sys/stat.h>

#include <string>

#include "core/base/result.hpp"

namespace sso::session {

/// The number of slots for readers in the lock file: each process takes as many as it ever has reads at once.
inline constexpr unsigned kLmdbReaders = 4096;

/// While it lives, files that this thread opens and makes are opened and made as the owner and group of what `place`
/// describes, if the process is root's; else nothing changes. So root's ssoctl locks nobody out, and a link planted in
/// a folder of another user's reaches no further than that user does.
class ActingAsOwner {
  public:
    explicit ActingAsOwner(const struct stat& place) noexcept;
    ~ActingAsOwner();
    ActingAsOwner(const ActingAsOwner&) = delete;
    ActingAsOwner& operator=(const ActingAsOwner&) = delete;

  private:
    bool acting_;
};

/// Makes the folder (its parent must exist) and the files data.mdb, lock.mdb and writer.lock, each if it is missing:
/// mode 0660, the folder's owner and group.
/// @return the folder's identity; `unavailable` naming what is missing or wrong, and the command that mends it
Result<struct stat> prepare_lmdb_folder(const std::string& folder);

}  // namespace sso::session
