// What a configuration names outside of itself: files, the session store, the directory. Looked at by ssoctl and the
// manager before they publish, and by ssoctl doctor.
#pragma once

#include <string>
#include <vector>

#include "core/authn/directory.hpp"
#include "core/config/diagnostic.hpp"
#include "core/config/settings.hpp"
#include "core/session/session_store.hpp"

namespace sso::manager {

/// One thing that was looked at.
struct Finding {
    std::string what;      ///< "the site key", with its place
    std::string key;       ///< the setting that names it
    bool is_good = false;  ///< else `remark` says what is wrong and what to do
    std::string remark;
};

/// Looks at everything. Takes as long as the configuration's time-outs let it.
std::vector<Finding> examine(const config::Settings& settings);

/// Whether a directory, or a session store, answers a question about nobody.
Status answers(authn::Directory& directory);
Status answers(session::SessionStore& store);

/// What is not good, as warnings: another host may see it otherwise, and it may be put right after publishing.
config::Diagnostics as_warnings(const std::vector<Finding>& findings, const std::string& origin);

}  // namespace sso::manager
