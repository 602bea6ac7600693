#include "manager/ssoctl/audit.hpp"

#include <pwd.h>
#include <syslog.h>
#include <unistd.h>

#include <cstdlib>
#include <iomanip>
#include <ostream>
#include <sstream>

#include "core/base/text.hpp"

namespace sso::ssoctl {

void audit(Run& run, const LogLine& done) {
    std::ostringstream line;
    line << "SSO" << std::setw(4) << std::setfill('0') << done.number << ": " << done.text << ", by "
         << administrator();
    ::openlog("ssoctl", LOG_PID, LOG_AUTHPRIV);
    ::syslog(LOG_NOTICE, "%s", line.str().c_str());
    ::closelog();
    run.err << line.str() << '\n';
}

std::string administrator() {
    const char* sudo_user = std::getenv("SUDO_USER");
    const passwd* account = ::getpwuid(::getuid());
    std::string who = account != nullptr ? account->pw_name : std::to_string(::getuid());
    if (sudo_user != nullptr && ::getuid() == 0) who += " (" + printable(sudo_user, 64) + ")";
    return who;
}

}  // namespace sso::ssoctl
