#include "portal/handlers.hpp"
#include "portal/page.hpp"

namespace sso::portal {

http::Response health(Visit& visit) {
    // Any question will do: what counts is that the store answers it.
    const auto answered = visit.site().store().get(session::RecordKind::ticket, "health", visit.now());
    if (answered) return json_response(visit, 200, R"({"status":"ok"})");
    visit.site().log(LogLevel::error, 503, "the session store does not answer: " + answered.error().detail);
    return json_response(visit, 503, R"({"status":"unavailable","reason":"session_store"})");
}

}  // namespace sso::portal
