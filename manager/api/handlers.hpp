// The handlers of the API, each of one address and method; the table that names them stands in api.cpp. Inside
// manager/api.
#pragma once

#include "core/http/message.hpp"
#include "manager/api/reply.hpp"

namespace sso::manager::api {

// configuration.cpp: read and tried
http::Response get_configuration(const Call& call);  ///< GET config[?version=N]
http::Response get_schema(const Call& call);         ///< GET config/schema
http::Response get_versions(const Call& call);       ///< GET config/versions
http::Response get_difference(const Call& call);     ///< GET config/diff?from=N&to=M
http::Response check(const Call& call);              ///< POST config/check
// publication.cpp: changed
http::Response publish(const Call& call);  ///< PUT config
// sessions.cpp
http::Response get_sessions(const Call& call);     ///< GET sessions
http::Response get_session(const Call& call);      ///< GET sessions/ID
http::Response end_session(const Call& call);      ///< DELETE sessions/ID
http::Response end_sessions_of(const Call& call);  ///< DELETE sessions?user=
// explain.cpp, status.cpp
http::Response explain(const Call& call);     ///< POST explain
http::Response get_status(const Call& call);  ///< GET status

}  // namespace sso::manager::api
