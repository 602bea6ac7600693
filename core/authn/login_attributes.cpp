#include "core/authn/login_attributes.hpp"

#include <ctime>

namespace sso::authn {
namespace {

std::string local_time(SysSeconds time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    char text[16];
    if (::localtime_r(&seconds, &parts) == nullptr) return {};
    return {text, std::strftime(text, sizeof text, "%Y%m%d%H%M%S", &parts)};
}

}  // namespace

Attributes login_attributes(const Person& person, const PasswordLogin& login) {
    const std::int64_t seconds = login.time.time_since_epoch().count();
    Attributes attributes = person.attributes;
    attributes.set("_user", person.user);
    attributes.set("_auth", "LDAP");
    attributes.set("_userDB", "LDAP");
    attributes.set("_dn", person.dn);
    attributes.set("_utime", seconds);
    attributes.set("_lastAuthnUTime", seconds);
    attributes.set("_startTime", local_time(login.time));
    attributes.set("ipAddr", login.address);
    attributes.set("authenticationLevel", static_cast<std::int64_t>(login.level));
    return attributes;
}

}  // namespace sso::authn
