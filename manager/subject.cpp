#include "manager/subject.hpp"

#include "core/authn/login_attributes.hpp"

namespace sso::manager {

Result<rules::SubjectReport> find_subject(const rules::Snapshot& snapshot, authn::Directory& directory,
                                          std::string_view user, std::string_view address, SysSeconds now) {
    const auto person = directory.find(user);
    if (!person) return error_of(person);
    Attributes attributes =
        authn::login_attributes(*person, {now, address, snapshot.settings.authentication.ldap.level});
    return snapshot.subjects.build(std::move(attributes), now,
                                   [&](std::string_view filter) { return directory.matches(*person, filter); });
}

}  // namespace sso::manager
