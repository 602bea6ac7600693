// The exit statuses of ssoctl, the same as of every program.
#pragma once

namespace sso::ssoctl {

enum class Exit {
    done = 0,         ///< yes, or done
    refused = 1,      ///< no, or refused
    invalid = 2,      ///< wrong usage or invalid input
    unreachable = 3,  ///< something it needs cannot be reached
};

}  // namespace sso::ssoctl
