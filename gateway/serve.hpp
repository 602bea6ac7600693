// How the programs behind a web server meet it: one binary, started as CGI (RFC 3875) or as FastCGI, sees the same
// requests and gives the same responses. Portal and manager stand on it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "core/http/message.hpp"

namespace sso::gateway {

using Handler = std::function<http::Response(const http::Request&)>;

/// How a program is served.
struct Service {
    Handler handler;
    int failure_number;  ///< of the log line about what `handler` throws (docs/messages.md)
    std::size_t body_limit = http::kBodyLimit;
};

/// Serves the one request of a CGI process, or, when the standard input is a FastCGI socket, one request after the
/// other until the web server ends the process. A request that cannot be read is answered with 400 or 413, and what the
/// handler throws with 500 and a line on standard error: as JSON to who accepts application/json alone, else as text.
/// @return the program's exit status
int serve(const Service& service);

}  // namespace sso::gateway
