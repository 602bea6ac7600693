// How the programs behind a web server meet it: one binary, started as CGI (RFC 3875) or as FastCGI, sees the same
// requests and gives the same responses. Portal and manager stand on it.
#pragma once

#include <functional>
#include <string>

#include "core/http/message.hpp"

namespace sso::gateway {

using Handler = std::function<http::Response(const http::Request&)>;

/// Serves the one request of a CGI process, or, when the standard input is a FastCGI socket, one request after the
/// other until the web server ends the process. A request that cannot be read is answered with 400 or 413, and what
/// `handler` throws with 500 and a line on standard error under the number `failure_number` (docs/messages.md).
/// @return the program's exit status
int serve(const Handler& handler, int failure_number);

}  // namespace sso::gateway
