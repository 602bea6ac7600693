#include "registration/people.hpp"

#include "core/base/text.hpp"

namespace sso::registration {
namespace {

constexpr std::chrono::seconds kPatience{5};

}  // namespace

Result<People> People::open(const config::Settings& settings, LogSink log) {
    config::LdapSettings ldap = settings.authentication.ldap;
    ldap.timeout = std::min<std::chrono::milliseconds>(ldap.timeout, kPatience);
    if (!settings.registration.bind_dn.empty()) {
        ldap.bind_dn = settings.registration.bind_dn;
        ldap.bind_password_file = settings.registration.bind_password_file;
    }
    auto directory = authn::Directory::open(ldap, {}, std::move(log));
    if (!directory) return fail(ErrorCode::invalid, directory.error().detail);
    return People(std::move(*directory));
}

Result<Logon> People::find(const Logon& logon) const {
    const auto person = directory_->find(logon.text());
    if (!person) {
        const bool nobody = person.error().code == ErrorCode::not_found || person.error().code == ErrorCode::corrupt;
        return fail(nobody ? ErrorCode::not_found : ErrorCode::unavailable, person.error().detail);
    }
    const auto spelled = Logon::parse(person->user);
    if (!spelled || !equal_ignoring_case(person->user, logon.text())) {
        return fail(ErrorCode::not_found, "the directory's entry bears another name: " + printable(person->user));
    }
    return *spelled;
}

}  // namespace sso::registration
