#include "manager/subject.hpp"

namespace sso::manager {
namespace {

constexpr std::int64_t kLdapPasswordLevel = 2;

}  // namespace

Result<rules::SubjectReport> find_subject(const rules::Snapshot& snapshot, authn::Directory& directory,
                                          std::string_view user, std::string_view address, SysSeconds now) {
    const auto person = directory.find(user);
    if (!person) return error_of(person);
    const std::int64_t seconds = now.time_since_epoch().count();
    Attributes attributes = person->attributes;
    attributes.set("_user", person->user);
    attributes.set("_auth", "LDAP");
    attributes.set("_userDB", "LDAP");
    attributes.set("_dn", person->dn);
    attributes.set("_utime", seconds);
    attributes.set("_lastAuthnUTime", seconds);
    attributes.set("ipAddr", address);
    attributes.set("authenticationLevel", kLdapPasswordLevel);
    return snapshot.subjects.build(std::move(attributes), now,
                                   [&](std::string_view filter) { return directory.matches(*person, filter); });
}

}  // namespace sso::manager
