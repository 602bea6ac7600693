// What comes of a request, and how that is told to the client: the answer's text and the exit status.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace sso::registration {

enum class Code {
    success,
    malformed,
    os_refused,
    logon_unknown,
    host_unknown,
    unavailable,
    internal,
    storage,
    busy,
    pending,
    taken,
    config,
};

std::string_view name(Code code) noexcept;    ///< as the answer and the audit have it: "LOGON-UNKNOWN"
int exit_status(Code code) noexcept;          ///< sysexits(3); never 255, which is ssh's own
std::string_view advice(Code code) noexcept;  ///< what a person reads: one line, nothing of the request in it

struct Outcome {
    Code code = Code::internal;
    std::string detail;  ///< for the audit alone
    std::string key;     ///< success: one line, `type base64 comment`
    std::string url;     ///< success
};

/// A refusal. @param detail  for the audit
Outcome refuse(Code code, std::string detail);
/// The refusal that an error amounts to. @param missing  what `not_found` means in this step
Outcome refuse(const Error& error, Code missing = Code::internal);

/// The whole answer: `success` and its lines, or a first line `error: CODE text`.
std::string reply_text(const Outcome& outcome);

}  // namespace sso::registration
