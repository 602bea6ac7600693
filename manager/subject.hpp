// Whom an administrator asks about: a person of the directory as a login would make them.
#pragma once

#include <string>
#include <string_view>

#include "core/authn/directory.hpp"
#include "core/base/clock.hpp"
#include "core/rules/snapshot.hpp"

namespace sso::manager {

/// What a session of `user` would hold after a login with a password now, from `address`: found by search with the
/// service account, macros and groups computed.
/// @return `not_found`, `unavailable` and the like, as Directory says
Result<rules::SubjectReport> find_subject(const rules::Snapshot& snapshot, authn::Directory& directory,
                                          std::string_view user, std::string_view address, SysSeconds now);

}  // namespace sso::manager
