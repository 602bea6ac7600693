#include "core/base/text.hpp"
#include "portal/handlers.hpp"
#include "portal/page.hpp"

namespace sso::portal {
namespace {

http::Response question(Visit& visit, int status, std::string_view person, std::optional<Message> error) {
    Page page(visit, "logout.tpl", Message::logout_title);
    page.set("TOKEN", visit.token("logout")).set("PERSON", person);
    if (error) page.error(*error, Page::Fault::form);
    return page.response(status);
}

http::Response goodbye(Visit& visit) {
    if (visit.wants_json()) return json_response(visit, 200, R"({"result":"signed_out"})");
    return notice_page(visit, 200, Message::signed_out_title,
                       {std::string(text(Message::signed_out_text, visit.language()))}, Message::sign_in_again,
                       visit.base());
}

}  // namespace

http::Response ask_logout(Visit& visit) {
    const auto& session = visit.session();
    if (!session) return unavailable(visit);
    if (!*session) return goodbye(visit);
    if (visit.wants_json()) {
        http::Response response = json_error(visit, 405, "method_not_allowed");
        response.header("Allow", "POST");
        return response;
    }
    return question(visit, 200, (*session)->facts.user, std::nullopt);
}

http::Response logout(Visit& visit) {
    const auto& session = visit.session();
    if (!session) return unavailable(visit);
    if (!*session) {
        visit.clear_session_cookie();
        return goodbye(visit);
    }
    const auto fields = visit.request().body_form();
    if (!fields || !visit.is_own_form("logout", *fields)) {
        visit.site().log(LogLevel::notice, 514,
                         "logout form refused: its token does not fit: \"" + printable((*session)->facts.user) +
                             "\" from " + printable(visit.address()));
        if (visit.wants_json()) return json_error(visit, 403, "invalid_token");
        return question(visit, 403, (*session)->facts.user, Message::logout_form_expired);
    }
    if (const auto removed = visit.site().store().remove((*session)->id); !removed) {
        visit.site().log(LogLevel::error, 503, "the session could not be ended: " + removed.error().detail);
        return unavailable(visit);
    }
    visit.site().log(LogLevel::notice, 513,
                     "logout: \"" + printable((*session)->facts.user) + "\" from " + printable(visit.address()) +
                         ", session " + (*session)->id.hex());
    visit.clear_session_cookie();
    visit.forget_arrivals();
    return goodbye(visit);
}

}  // namespace sso::portal
