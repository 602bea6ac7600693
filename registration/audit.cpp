#include "registration/audit.hpp"

#include <syslog.h>
#include <unistd.h>

#include "core/base/encoding.hpp"
#include "core/base/time_text.hpp"
#include "registration/files.hpp"
#include "registration/request.hpp"

namespace sso::registration {
namespace {

constexpr std::size_t kValueBytes = 300;
constexpr mode_t kAuditMode = 0640;

}  // namespace

std::string ascii(std::string_view text, std::size_t limit) {
    std::string out;
    for (const char c : text.substr(0, limit)) {
        if (c == '\\') {
            out += "\\\\";
        } else if (c >= 0x21 && c <= 0x7E) {
            out += c;
        } else {
            out += "\\x" + hex_encode(std::string_view(&c, 1));
        }
    }
    return text.size() > limit ? out + "..." : out;
}

std::string AuditLine::text() const {
    std::string line = time_text(time) + " pid=" + std::to_string(::getpid());
    const auto add = [&line](std::string_view name, std::string_view value, std::size_t limit) {
        line += " " + std::string(name) + "=" + (value.empty() ? "-" : ascii(value, limit));
    };
    add("address", address, kValueBytes);
    add("port", port, kValueBytes);
    add("key", key, kValueBytes);
    add("request", request, kRequestBytes);
    add("logon", logon, kValueBytes);
    add("host", host, kValueBytes);
    add("outcome", outcome, kValueBytes);
    add("ms", std::to_string(took.count()), kValueBytes);
    add("detail", detail, kValueBytes);
    return line;
}

Status write_audit(const std::string& state_folder, const AuditLine& line) {
    const std::string text = line.text();
    ::openlog("sso-register", LOG_PID, LOG_AUTHPRIV);
    ::syslog(LOG_NOTICE, "SSO0540: %s", text.c_str());
    ::closelog();
    if (state_folder.empty()) return {};  // there is no configuration that names one
    return append(state_folder + "/audit.log", text + "\n", kAuditMode);
}

}  // namespace sso::registration
