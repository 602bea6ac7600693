// The trail of registration: one line for every request and every act of an administrator, in the state folder and in
// the system's authentication log.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"

namespace sso::registration {

struct AuditLine {
    SysSeconds time;
    std::string address, port;  ///< of the client; empty: none known
    std::string key;            ///< fingerprint of the register key that was used; empty: not known
    std::string request;        ///< as it came
    std::string logon, host;    ///< empty: not got that far
    std::string outcome;        ///< a code, or what an administrator did
    std::chrono::milliseconds took{0};
    std::string detail;

    /// One line of printable ASCII under 4096 bytes, `name=value` pairs; any other byte is written \xHH and the request
    /// is cut at 128 bytes.
    [[nodiscard]] std::string text() const;
};

/// Bytes outside %x21-7E as \xHH, and the backslash doubled.
std::string ascii(std::string_view text, std::size_t limit);

/// @param state_folder  empty: the system's log alone
/// @return `full` when the line could not be written to the file: nothing is done without a trace
Status write_audit(const std::string& state_folder, const AuditLine& line);

}  // namespace sso::registration
