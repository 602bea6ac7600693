#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/config/names.hpp"
#include "portal/entrance.hpp"
#include "portal/handlers.hpp"
#include "portal/page.hpp"

namespace sso::portal {
namespace {

constexpr std::size_t kUserLimit = 256;       // bytes; the form's maxlength
constexpr std::size_t kPasswordLimit = 1024;  // the same

/// What the form shows beside its fields.
struct FormState {
    Destination destination;
    std::string user;
    std::optional<Message> error;
    Page::Fault fault = Page::Fault::form;
    std::optional<Message> notice;
};

http::Response login_form(Visit& visit, int status, const FormState& state) {
    Page page(visit, "login.tpl", Message::login_title);
    page.set("TOKEN", visit.token("login")).set("USER", state.user);
    if (const auto& url = state.destination.url) {
        page.show("DESTINATION",
                  {{"DESTINATION_NAME", url->title()}, {"DESTINATION_FIELD", base64_encode(url->text())}});
        page.leads_to(url->url().origin());
    } else {
        page.show("NO_DESTINATION");
    }
    if (state.error) page.error(*state.error, state.fault);
    const auto notice = state.destination.refused ? std::optional(Message::return_url_refused) : state.notice;
    if (notice) page.show("NOTICE", {{"NOTICE_TEXT", text(*notice, visit.language())}});
    page.show(state.user.empty() ? "FOCUS_USER" : "FOCUS_PASSWORD");
    http::Response response = page.response(status);
    if (status == 401) response.header("WWW-Authenticate", "SSO realm=\"portal\"");  // RFC 9110 §15.5.2 wants one
    return response;
}

/// The refusal of a login: the form once more, or the JSON error.
http::Response refused_login(Visit& visit, int status, std::string_view name, const FormState& state) {
    return visit.wants_json() ? json_error(visit, status, name) : login_form(visit, status, state);
}

/// Why somebody who is signed in may be going round in circles, from what the configuration shows.
Message cause_of_loop(const config::Settings& settings, const http::Url& target) {
    if (settings.cookie.secure && !target.is_https()) return Message::loop_insecure;
    const bool reached = config::cookie_reaches(target.host(), settings.cookie.domain, settings.portal.url.host());
    return reached ? Message::loop_handler : Message::loop_domain;
}

/// Back to the application; or, when that has just been tried in vain, the page that says so.
http::Response onwards(Visit& visit, const rules::ReturnUrl& url) {
    const Arrivals::Lap lap = visit.arrive(url);
    if (lap.count < Arrivals::kStopAt) return redirect(visit, url.text());
    const Message cause = cause_of_loop(visit.settings(), url.url());
    visit.site().log(LogLevel::warning, 516,
                     "redirect loop stopped: " + printable(url.url().origin()) + " does not see the session. " +
                         std::string(text(cause, Language::english)));
    if (visit.wants_json()) return json_error(visit, 508, "redirect_loop");
    return notice_page(
        visit, 508, Message::loop_title,
        {std::string(text(Message::loop_text, visit.language())), std::string(text(cause, visit.language()))},
        Message::to_first_page, visit.base());
}

std::string local_time(SysSeconds now) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
    std::tm parts{};
    char text[16];
    if (::localtime_r(&seconds, &parts) == nullptr) return {};
    return {text, std::strftime(text, sizeof text, "%Y%m%d%H%M%S", &parts)};
}

/// What a session knows beside the directory's attributes (reference: sessions.md §3).
Attributes session_attributes(const Visit& visit, const authn::Person& person, const Destination& destination) {
    const std::int64_t now = visit.now().time_since_epoch().count();
    Attributes attributes = person.attributes;
    attributes.set("_user", person.user);
    attributes.set("_auth", "LDAP");
    attributes.set("_userDB", "LDAP");
    attributes.set("_dn", person.dn);
    attributes.set("_utime", now);
    attributes.set("_lastAuthnUTime", now);
    attributes.set("_startTime", local_time(visit.now()));
    attributes.set("_language", tag(visit.language()));
    attributes.set("ipAddr", visit.address());
    attributes.set("authenticationLevel", static_cast<std::int64_t>(visit.settings().authentication.ldap.level));
    if (destination.url) attributes.set("_url", destination.url->text());
    return attributes;
}

/// Computes what the person may, stores a new session and ends the browser's old one.
Result<session::Session> open_session(Visit& visit, const authn::Person& person, authn::Directory& directory,
                                      const Destination& destination) {
    Site& site = visit.site();
    const rules::Snapshot& snapshot = site.snapshot();
    auto subject = snapshot.subjects.build(session_attributes(visit, person, destination), visit.now(),
                                           [&](std::string_view filter) { return directory.matches(person, filter); });
    if (!subject) return fail(subject.error());
    for (const std::string& remark : subject->remarks) {
        site.log(LogLevel::warning, 506, "\"" + printable(person.user) + "\": " + printable(remark));
    }

    const session::SessionCookie cookie = session::SessionCookie::generate();
    session::SessionFacts facts;
    facts.user = snapshot.policy.trace_name(subject->attributes, visit.now());
    if (facts.user.empty()) facts.user = person.user;
    facts.created = facts.last_seen = visit.now();
    facts.address = visit.address();
    facts.user_agent = std::string(visit.request().header("User-Agent").value_or("").substr(0, 200));
    session::Session session{cookie.id(), std::move(facts), std::move(subject->attributes)};
    if (const auto created = site.store().create(session.seal(cookie)); !created) {
        return fail(created.error());
    }
    if (const auto old = visit.session_cookie()) {
        if (const auto removed = site.store().remove(old->id()); !removed) {
            site.log(LogLevel::warning, 517, "the browser's old session could not be ended: " + removed.error().detail);
        }
    }
    visit.set_session_cookie(cookie);
    visit.tidy_form_cookies();
    return session;
}

http::Response too_many(Visit& visit) {
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(GuessLimit::kWindow).count();
    http::Response response = refusal(visit, 429, "too_many_attempts", Message::too_many_title,
                                      text(Message::too_many_text, visit.language(), std::to_string(minutes)));
    response.header("Retry-After", std::to_string(GuessLimit::kWindow.count()));
    return response;
}

http::Response store_unavailable(Visit& visit, const Error& error) {
    visit.site().log(LogLevel::error, 503, "the session store does not serve the login: " + error.detail);
    return unavailable(visit);
}

http::Response signed_in(Visit& visit, const session::Session& session, const Destination& destination) {
    const std::string address = destination.url
                                    ? destination.url->text()
                                    : visit.settings().portal.url.text() + (destination.refused ? "?refused=1" : "");
    if (!visit.wants_json()) return redirect(visit, address);
    return json_response(visit, 200,
                         nlohmann::json{{"user", session.facts.user}, {"location", address}}.dump(
                             -1, ' ', false, nlohmann::json::error_handler_t::replace));
}

/// 401 for a script, with what it needs to log in.
http::Response login_for_script(Visit& visit, std::string_view error) {
    const nlohmann::json body{
        {"error", error}, {"login", visit.settings().portal.url.text()}, {"token", visit.token("login")}};
    return json_response(visit, 401, body.dump());
}

/// The level that the rules ask of this person at the address where they want to go; 0 if they ask for none.
int level_at(const Visit& visit, const http::Url& url, const Attributes& subject) {
    for (const config::VirtualHostSettings& host : visit.settings().virtual_hosts) {
        if (!visit.settings().is_address_of(url, host)) continue;
        const auto decision = decide_entrance(visit, host, url, subject);
        return decision && decision->verdict == rules::Verdict::step_up ? decision->level : 0;
    }
    return 0;
}

/// The level that a handler says it asks for. Anybody can write one into an address: it is held against what the rules
/// ask for, and the higher one counts, so that the worst that a stranger's link does is to ask for a login.
int level_of(const http::Form& query) {
    const std::string* given = query.find("level");
    return given == nullptr ? 0 : rules::parse_asked_level(*given).value_or(0);
}

}  // namespace

http::Response first_page(Visit& visit) {
    const auto query = visit.request().query_form();
    if (!query) {
        return refusal(visit, 400, "invalid_query", Message::bad_form_title,
                       text(Message::bad_form_text, visit.language()));
    }
    const Destination destination = visit.destination(*query);
    const auto& session = visit.session();
    if (!session) return unavailable(visit);
    if (destination.refused && visit.wants_json()) return json_error(visit, 400, "return_url_refused");
    if (*session) return destination.url ? onwards(visit, *destination.url) : menu(visit, **session);
    if (visit.wants_json()) return login_for_script(visit, "authentication_required");
    FormState state{destination, {}, std::nullopt, Page::Fault::form, std::nullopt};
    if (visit.has_just_arrived() && !visit.session_cookie()) state.notice = Message::login_cookie_lost;
    return login_form(visit, destination.refused ? 400 : 200, state);
}

http::Response upgrade(Visit& visit) {
    const auto query = visit.request().query_form();
    const auto& session = visit.session();
    if (!query || !session || !*session) return first_page(visit);
    const Destination destination = visit.destination(*query);
    if (!destination.url) return first_page(visit);
    const Attributes& subject = (*session)->attributes;
    const int wanted = std::max(level_at(visit, destination.url->url(), subject), level_of(*query));
    if (rules::authentication_level(subject) >= wanted) return onwards(visit, *destination.url);
    if (wanted > visit.settings().authentication.highest_level()) {
        return refusal(visit, 403, "no_stronger_login", Message::no_stronger_title,
                       text(Message::no_stronger_text, visit.language()));
    }
    if (visit.wants_json()) return login_for_script(visit, "stronger_authentication_required");
    const AttributeValue* user = subject.find("_user");
    const bool is_named = user != nullptr && user->text() != nullptr;
    return login_form(visit, 200,
                      {destination, is_named ? *user->text() : std::string(), std::nullopt, Page::Fault::form,
                       Message::login_stronger});
}

http::Response login(Visit& visit) {
    Site& site = visit.site();
    const auto fields = visit.request().body_form();
    if (!fields) {
        return refusal(visit, 400, "invalid_form", Message::bad_form_title,
                       text(Message::bad_form_text, visit.language()));
    }
    const auto field = [&](std::string_view name) {
        const std::string* value = fields->find(name);
        return value == nullptr ? std::string_view() : std::string_view(*value);
    };
    FormState state{visit.destination(*fields), std::string(trim(field("user"))), std::nullopt, Page::Fault::form,
                    std::nullopt};
    // Names as they were typed are not logged: people type passwords into the wrong field.
    const std::string from = " from " + printable(visit.address());

    if (!visit.is_own_form("login", *fields)) {
        // A tab that was left open for long, while another one has signed in, goes where it was going: on the session
        // that is there, as if it had been loaded again.
        const auto& session = visit.session();
        if (session && *session && state.destination.url) return onwards(visit, *state.destination.url);
        site.log(LogLevel::notice, 514, "login form refused: its token does not fit," + from);
        state.error = Message::login_form_expired;
        return refused_login(visit, 403, "invalid_token", state);
    }
    const std::string_view password = field("password");
    if (state.user.empty() || password.empty()) {
        state.error = Message::login_empty;
        state.fault = Page::Fault::fields;
        return refused_login(visit, 400, "empty_fields", state);
    }

    const auto directory = site.directory();
    if (!directory) {
        site.log(LogLevel::error, 504, "the directory cannot be used: " + directory.error().detail);
        return unavailable(visit);
    }
    const auto admitted = site.guess_limit().admits(state.user, visit.address(), visit.now());
    if (!admitted) return store_unavailable(visit, admitted.error());
    if (!*admitted) {
        site.log(LogLevel::notice, 512, "login refused, too many attempts," + from);
        return too_many(visit);
    }
    const bool fits = state.user.size() <= kUserLimit && password.size() <= kPasswordLimit;
    const auto person = fits ? (*directory)->authenticate(state.user, Secret(std::string(password)))
                             : Result<authn::Person>(fail(ErrorCode::refused, "a field is too long"));
    if (!person) {
        const ErrorCode code = person.error().code;
        if (code != ErrorCode::refused && code != ErrorCode::invalid) {
            site.log(LogLevel::error, 504, "the directory cannot be used: " + person.error().detail);
            const auto forgiven = site.guess_limit().forgive(state.user, visit.address());
            return forgiven ? unavailable(visit) : store_unavailable(visit, forgiven.error());
        }
        site.log(LogLevel::notice, 511, "login failed" + from);
        const auto counted = site.guess_limit().failed(state.user, visit.address(), visit.now());
        if (!counted) return store_unavailable(visit, counted.error());
        state.error = Message::login_bad_credentials;
        state.fault = Page::Fault::fields;
        return refused_login(visit, 401, "bad_credentials", state);
    }
    if (const auto reset = site.guess_limit().forgive(state.user, visit.address()); !reset) {
        return store_unavailable(visit, reset.error());
    }
    const auto session = open_session(visit, *person, **directory, state.destination);
    if (!session) {
        site.log(LogLevel::error, 505, "no session for \"" + printable(person->user) + "\": " + session.error().detail);
        return unavailable(visit);
    }
    site.log(LogLevel::notice, 510,
             "login: \"" + printable(session->facts.user) + "\"" + from + ", session " + session->id.hex());
    return signed_in(visit, *session, state.destination);
}

}  // namespace sso::portal
