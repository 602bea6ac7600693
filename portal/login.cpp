#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/config/names.hpp"
#include "portal/entrance.hpp"
#include "portal/hand_over.hpp"
#include "portal/handlers.hpp"
#include "portal/page.hpp"
#include "portal/sign_in.hpp"

namespace sso::portal {
namespace {

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
    if (is_reached_by_ticket(settings, target)) return Message::loop_handler;
    const bool reached = config::cookie_reaches(target.host(), settings.cookie.domain, settings.portal.url.host());
    return reached ? Message::loop_handler : Message::loop_domain;
}

http::Response no_ticket(Visit& visit, const Error& error) {
    visit.site().log(LogLevel::error, 503, "the session store keeps no ticket: " + error.detail);
    return unavailable(visit);
}

/// Back to the application; or, when that has just been tried in vain, the page that says so.
http::Response onwards(Visit& visit, const rules::ReturnUrl& url) {
    const auto way = way_to(visit, url, *visit.session_cookie());
    if (!way) return no_ticket(visit, way.error());
    const Arrivals::Lap lap = visit.arrive(way->place);
    if (lap.count < Arrivals::kStopAt) return redirect(visit, way->address);
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

/// The browser has the new session in place of the one it had.
void hand_out(Visit& visit, const SignedIn& signed_in) {
    Site& site = visit.site();
    if (const auto old = visit.session_cookie()) {
        if (const auto removed = site.store().remove(old->id()); !removed) {
            site.log(LogLevel::warning, 517, "the browser's old session could not be ended: " + removed.error().detail);
        }
    }
    visit.set_session_cookie(signed_in.cookie);
    visit.tidy_form_cookies();
}

http::Response too_many(Visit& visit) {
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(GuessLimit::kWindow).count();
    http::Response response = refusal(visit, 429, "too_many_attempts", Message::too_many_title,
                                      text(Message::too_many_text, visit.language(), std::to_string(minutes)));
    response.header("Retry-After", std::to_string(GuessLimit::kWindow.count()));
    return response;
}

http::Response signed_in(Visit& visit, const SignedIn& person, const Destination& destination) {
    std::string address = visit.settings().portal.url.text() + (destination.refused ? "?refused=1" : "");
    if (destination.url) {
        auto way = way_to(visit, *destination.url, person.cookie);
        if (!way) return no_ticket(visit, way.error());
        address = std::move(way->address);
    }
    if (!visit.wants_json()) return redirect(visit, address);
    return json_response(visit, 200,
                         nlohmann::json{{"user", person.session.facts.user}, {"location", address}}.dump(
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

    if (!visit.is_own_form("login", *fields)) {
        // A tab that was left open for long, while another one has signed in, goes where it was going: on the session
        // that is there, as if it had been loaded again.
        const auto& session = visit.session();
        if (session && *session && state.destination.url) return onwards(visit, *state.destination.url);
        visit.site().log(LogLevel::notice, 514,
                         "login form refused: its token does not fit, from " + printable(visit.address()));
        state.error = Message::login_form_expired;
        return refused_login(visit, 403, "invalid_token", state);
    }
    const std::string_view password = field("password");
    if (state.user.empty() || password.empty()) {
        state.error = Message::login_empty;
        state.fault = Page::Fault::fields;
        return refused_login(visit, 400, "empty_fields", state);
    }

    const Attempt attempt{state.user, Secret(std::string(password)), visit.address(),
                          std::string(visit.request().header("User-Agent").value_or("")),
                          state.destination.url ? state.destination.url->text() : std::string()};
    const auto person = sign_in(visit, attempt);
    if (person) {
        hand_out(visit, *person);
        return signed_in(visit, *person, state.destination);
    }
    switch (person.error().code) {
        case ErrorCode::limit:
            return too_many(visit);
        case ErrorCode::refused:
            state.error = Message::login_bad_credentials;
            state.fault = Page::Fault::fields;
            return refused_login(visit, 401, "bad_credentials", state);
        default:
            return unavailable(visit);
    }
}

}  // namespace sso::portal
