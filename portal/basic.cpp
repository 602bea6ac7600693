#include "core/base/text.hpp"
#include "core/credentials/basic_proof.hpp"
#include "portal/handlers.hpp"
#include "portal/page.hpp"
#include "portal/sign_in.hpp"

namespace sso::portal {
namespace {

/// For the module alone, which goes by the status and reads the session of a 200.
http::Response answer(int status, std::string body = {}) {
    http::Response response;
    response.status = status;
    response.header("Content-Type", "text/plain").header("Cache-Control", "no-store");
    response.header("Content-Length", std::to_string(body.size()));
    response.body = std::move(body);
    return response;
}

int status_of(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::refused:
            return 401;
        case ErrorCode::limit:
            return 429;
        default:
            return 503;
    }
}

http::Response refuse_question(Visit& visit, const Error& error) {
    visit.site().log(LogLevel::warning, 700,
                     "POST /basic from " + printable(visit.address()) + " refused: " + error.detail);
    return answer(error.code == ErrorCode::invalid ? 400 : 403);
}

}  // namespace

http::Response basic(Visit& visit) {
    const auto form = visit.request().body_form();
    if (!form) return answer(400);
    auto question = visit.site().basic_proof().read(*form, visit.now());
    if (!question) return refuse_question(visit, question.error());
    if (const auto used = credentials::use_up(visit.site().store(), *question, visit.now()); !used) {
        if (used.error().code == ErrorCode::exists) return refuse_question(visit, used.error());
        visit.site().log(LogLevel::error, 503, "the session store does not serve the login: " + used.error().detail);
        return answer(503);
    }
    const auto person = sign_in(visit, {std::string(trim(question->user)),
                                        std::move(question->password),
                                        question->address,
                                        question->user_agent,
                                        {}});
    if (!person) return answer(status_of(person.error().code));
    return answer(200, person->cookie.text());
}

}  // namespace sso::portal
