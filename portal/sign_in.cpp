#include "portal/sign_in.hpp"

#include "core/authn/login_attributes.hpp"
#include "core/base/text.hpp"
#include "core/credentials/basic.hpp"

namespace sso::portal {
namespace {

/// What the session is to know beside macros and groups.
Attributes session_attributes(const Visit& visit, const authn::Person& person, const Attempt& attempt) {
    Attributes attributes =
        authn::login_attributes(person, {visit.now(), attempt.address, visit.settings().authentication.ldap.level});
    attributes.set("_language", tag(visit.language()));
    if (!attempt.url.empty()) attributes.set("_url", attempt.url);
    return attributes;
}

/// Computes what the person may, and stores a new session.
Result<SignedIn> open_session(Visit& visit, const authn::Person& person, authn::Directory& directory,
                              const Attempt& attempt) {
    Site& site = visit.site();
    const rules::Snapshot& snapshot = site.snapshot();
    auto subject = snapshot.subjects.build(session_attributes(visit, person, attempt), visit.now(),
                                           [&](std::string_view filter) { return directory.matches(person, filter); });
    if (!subject) return fail(subject.error());
    for (const std::string& remark : subject->remarks) {
        site.log(LogLevel::warning, 506, "\"" + printable(person.user) + "\": " + printable(remark));
    }

    session::SessionCookie cookie = session::SessionCookie::generate();
    session::SessionFacts facts;
    facts.user = snapshot.policy.trace_name(subject->attributes, visit.now());
    if (facts.user.empty()) facts.user = person.user;
    facts.created = facts.last_seen = visit.now();
    facts.address = attempt.address;
    facts.user_agent = attempt.user_agent;  // `seal` cuts it
    session::Session session{cookie.id(), std::move(facts), std::move(subject->attributes)};
    if (const auto created = site.store().create(session.seal(cookie)); !created) return fail(created.error());
    return SignedIn{std::move(session), std::move(cookie)};
}

/// Whatever the store said of itself: to whoever signs in it does not serve.
auto store_unavailable(Visit& visit, const Error& error) {
    visit.site().log(LogLevel::error, 503, "the session store does not serve the login: " + error.detail);
    return fail(ErrorCode::unavailable, error.detail);
}

/// The directory's word on the name and the password. Its refusals count as guesses.
Result<authn::Person> authenticate(Visit& visit, authn::Directory& directory, const Attempt& attempt,
                                   const std::string& from) {
    Site& site = visit.site();
    const bool fits =
        attempt.user.size() <= credentials::kUserLimit && attempt.password.size() <= credentials::kPasswordLimit;
    auto person = fits ? directory.authenticate(attempt.user, attempt.password)
                       : Result<authn::Person>(fail(ErrorCode::refused, "a field is too long"));
    if (person) {
        const auto reset = site.guess_limit().forgive(attempt.user, attempt.address);
        if (!reset) return store_unavailable(visit, reset.error());
        return person;
    }
    const ErrorCode code = person.error().code;
    if (code != ErrorCode::refused && code != ErrorCode::invalid) {
        site.log(LogLevel::error, 504, "the directory cannot be used: " + person.error().detail);
        const auto forgiven = site.guess_limit().forgive(attempt.user, attempt.address);
        if (!forgiven) return store_unavailable(visit, forgiven.error());
        return fail(ErrorCode::unavailable, person.error().detail);
    }
    site.log(LogLevel::notice, 511, "login failed" + from);
    const auto counted = site.guess_limit().failed(attempt.user, attempt.address, visit.now());
    if (!counted) return store_unavailable(visit, counted.error());
    return fail(ErrorCode::refused, "wrong name or password");
}

}  // namespace

Result<SignedIn> sign_in(Visit& visit, const Attempt& attempt) {
    Site& site = visit.site();
    // Names as they were typed are not logged: people type passwords into the wrong field.
    const std::string from = " from " + printable(attempt.address);
    const auto directory = site.directory();
    if (!directory) {
        site.log(LogLevel::error, 504, "the directory cannot be used: " + directory.error().detail);
        return fail(ErrorCode::unavailable, directory.error().detail);
    }
    const auto admitted = site.guess_limit().admits(attempt.user, attempt.address, visit.now());
    if (!admitted) return store_unavailable(visit, admitted.error());
    if (!*admitted) {
        site.log(LogLevel::notice, 512, "login refused, too many attempts," + from);
        return fail(ErrorCode::limit, "too many attempts");
    }
    const auto person = authenticate(visit, **directory, attempt, from);
    if (!person) return fail(person.error());
    auto opened = open_session(visit, *person, **directory, attempt);
    if (!opened) {
        site.log(LogLevel::error, 505, "no session for \"" + printable(person->user) + "\": " + opened.error().detail);
        return fail(ErrorCode::unavailable, opened.error().detail);
    }
    site.log(
        LogLevel::notice, 510,
        "login: \"" + printable(opened->session.facts.user) + "\"" + from + ", session " + opened->session.id.hex());
    return opened;
}

}  // namespace sso::portal
