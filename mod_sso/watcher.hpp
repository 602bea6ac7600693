// The watcher: the one process of a host that listens to the session store and writes to the board what has ended. The
// parent starts it, starts it again when it has ended, and takes it along when it ends itself.
#pragma once

#include "mod_sso/httpd.hpp"

namespace sso::httpd {

/// post_config, in the parent, after the configuration was read: the one and only watcher listens to the store that the
/// configuration names now. The one before, if there is one, has ended when this returns.
void start_watcher(apr_pool_t* pconf, server_rec* main_server);

/// monitor, in the parent: a watcher that listens to another store than a live change of the configuration names makes
/// room for one that does.
void look_after_watcher();

}  // namespace sso::httpd
