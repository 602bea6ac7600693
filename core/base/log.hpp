// How core says something to whoever keeps the log: it calls a function that the program gave it.
#pragma once

#include <functional>
#include <string>

namespace sso {

enum class LogLevel { debug, info, notice, warning, error };

/// One line of the log. `number` is the SSOnnnn that docs/messages.md explains, without its letters; `text` names the
/// place, the value and the way out, and holds no secret and no control character from outside (see `printable`).
struct LogLine {
    LogLevel level;
    int number;
    std::string text;
};

/// Callable from several threads at once. An empty function means: nobody listens.
using LogSink = std::function<void(const LogLine&)>;

}  // namespace sso
