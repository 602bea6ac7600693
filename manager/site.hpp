// What every request of the manager stands on: the configuration that serves and where it lives, the session store, the
// directory's people.
#pragma once

#include <memory>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/config/document.hpp"
#include "core/http/message.hpp"
#include "core/rules/snapshot.hpp"
#include "core/session/session_store.hpp"
#include "manager/people.hpp"

namespace sso::manager {

/// Used by one thread at a time, as the programs behind a web server are.
struct Site {
    std::shared_ptr<const rules::Snapshot> snapshot;
    config::Diagnostics refusal;   ///< what is wrong with a newer text; empty when the newest one serves
    config::Diagnostics warnings;  ///< remarks on the one that serves
    std::string config_uri;        ///< as it may be shown
    const config::Source& source;  ///< where that is
    session::SessionStore& store;
    People& people;
    LogSink log;
    SysSeconds now;
};

/// Answers one request: by REST, with a page, a static file, or an error page.
/// The manager is for people that mod_sso has let in, and shows itself to nobody else: without AUTH_TYPE "SSO" and a
/// REMOTE_USER the answer is 403.
http::Response respond(const Site& site, const http::Request& request);

}  // namespace sso::manager
