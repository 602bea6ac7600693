#include "portal/refresh.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "core/authn/directory.hpp"
#include "core/base/text.hpp"

namespace sso::portal {
namespace {

/// What the login has put beside the directory's attributes.
constexpr std::array<std::string_view, 10> kOfTheLogin{"_user",     "_auth",           "_userDB",
                                                       "_utime",    "_lastAuthnUTime", "_startTime",
                                                       "_language", "ipAddr",          "authenticationLevel",
                                                       "_url"};

Result<std::optional<session::Session>> put_back(Site& site, const session::SessionCookie& cookie,
                                                 session::Session session) {
    session.stale = false;
    const auto replaced = site.store().replace(session.seal(cookie));
    if (replaced) return std::optional(std::move(session));
    if (replaced.error().code == ErrorCode::not_found) return std::nullopt;  // it has ended meanwhile
    return fail(replaced.error());
}

}  // namespace

Result<std::optional<session::Session>> refresh(Site& site, const session::SessionCookie& cookie,
                                                session::Session session, SysSeconds now) {
    const AttributeValue* const user = session.attributes.find("_user");
    const std::string* const name = user == nullptr ? nullptr : user->text();
    if (name == nullptr) return put_back(site, cookie, std::move(session));

    const auto directory = site.directory();
    if (!directory) return fail(directory.error());
    const auto person = (*directory)->find(*name);
    if (!person && person.error().code == ErrorCode::not_found) {
        site.log(LogLevel::notice, 375,
                 "\"" + printable(*name) + "\" is no longer in the directory: session " + session.id.hex() + " ends");
        if (const auto removed = site.store().remove(session.id); !removed) return fail(removed.error());
        return std::nullopt;
    }
    if (!person) return fail(person.error());

    Attributes attributes = person->attributes;
    attributes.set("_dn", person->dn);
    for (const auto kept : kOfTheLogin) {
        if (const AttributeValue* const value = session.attributes.find(kept)) attributes.set(kept, *value);
    }
    auto subject = site.snapshot().subjects.build(
        std::move(attributes), now, [&](std::string_view filter) { return (*directory)->matches(*person, filter); });
    if (!subject) return fail(subject.error());
    session.attributes = std::move(subject->attributes);
    site.log(LogLevel::info, 376, "session " + session.id.hex() + " was read anew");
    return put_back(site, cookie, std::move(session));
}

}  // namespace sso::portal
