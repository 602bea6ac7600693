// The configuration as sso-register reads it, and the account that it runs as.
#pragma once

#include <string>

#include "core/base/result.hpp"
#include "core/config/settings.hpp"

namespace sso::registration {

/// Whether the file may be believed: root's or the running account's, closed to others' writing.
enum class Trust { checked, given };

/// @return `invalid` with every mistake, one a line; `unavailable`
Result<config::Settings> load_settings(const std::string& uri, Trust trust);

/// Whether real and effective user are `account`, which is not root. @return `invalid`
Status check_account(const std::string& account);

/// From root to `account`, its groups included, for good. Nothing to do for who is it already. @return `refused`
Status become(const std::string& account);

}  // namespace sso::registration
