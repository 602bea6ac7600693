// What every request of the manager stands on: the configuration that serves, the one that is refused, and the store.
#pragma once

#include <memory>
#include <string>

#include "core/base/clock.hpp"
#include "core/http/message.hpp"
#include "core/rules/snapshot.hpp"
#include "core/session/session_store.hpp"

namespace sso::manager {

/// Used by one thread at a time, as the programs behind a web server are.
struct Site {
    std::shared_ptr<const rules::Snapshot> snapshot;
    config::Diagnostics refusal;   ///< what is wrong with a newer text; empty when the newest one serves
    config::Diagnostics warnings;  ///< remarks on the one that serves
    std::string config_uri;
    session::SessionStore& store;
    SysSeconds now;
};

/// Answers one request: a page, a static file, or an error page.
/// The manager is for people that mod_sso has let in, and shows itself to nobody else: without AUTH_TYPE "SSO" and a
/// REMOTE_USER the answer is 403.
http::Response respond(const Site& site, const http::Request& request);

}  // namespace sso::manager
