// /api/v1/sessions…
#include <algorithm>
#include <charconv>

#include "core/base/text.hpp"
#include "core/base/time_text.hpp"
#include "core/config/duration.hpp"
#include "manager/api/handlers.hpp"

namespace sso::manager::api {
namespace {

using session::SealedSession;

constexpr std::size_t kPage = 500;

/// The order of a listing: the newest first, of those of one second by id.
struct Place {
    SysSeconds created;
    std::string id;

    static Place of(const SealedSession& session) { return {session.facts.created, session.id.hex()}; }
    friend bool operator<(const Place& a, const Place& b) {
        return a.created != b.created ? a.created > b.created : a.id < b.id;
    }
    [[nodiscard]] std::string cursor() const { return std::to_string(created.time_since_epoch().count()) + '-' + id; }
};

Result<Place> parse_cursor(std::string_view text) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (error == std::errc{} && text.starts_with('-')) {
        if (const auto id = session::SessionId::parse(text.substr(1))) {
            return Place{SysSeconds(std::chrono::seconds(seconds)), id->hex()};
        }
    }
    return fail(ErrorCode::invalid, "cursor: give the one of the page before");
}

/// The moment that lies as long ago as the parameter says.
Result<std::optional<SysSeconds>> moment(const Call& call, std::string_view name) {
    const auto text = call.given(name);
    if (!text) return std::nullopt;
    const auto ago = config::parse_duration(*text);
    if (!ago) return fail(ErrorCode::invalid, std::string(name) + ": " + ago.error().detail);
    return call.site.now - std::chrono::floor<std::chrono::seconds>(*ago);
}

Json json_of_session(const SealedSession& session) {
    const session::SessionFacts& facts = session.facts;
    return {{"id", session.id.hex()},
            {"user", facts.user},
            {"address", facts.address},
            {"created", time_text(facts.created)},
            {"seen", time_text(facts.last_seen)},
            {"user_agent", facts.user_agent}};
}

http::Response store_failed(const Call& call, const Error& error) {
    call.site.log({LogLevel::error, kNoAnswerNumber, error.detail});
    auto response = refusal(503, "unavailable", "the session store does not answer; the error log says more");
    response.header("Retry-After", "10");
    return response;
}

/// Which sessions a listing is of, and from where on.
struct Filter {
    session::SessionQuery query;
    std::optional<SysSeconds> until;  ///< created before
    std::optional<Place> behind;

    [[nodiscard]] bool takes(const SealedSession& session) const {
        return (!until || session.facts.created < *until) && (!behind || *behind < Place::of(session));
    }
};

Result<Filter> parse_filter(const Call& call) {
    Filter filter;
    filter.query.user = call.given("user");
    filter.query.address = call.given("address");
    const auto newer = moment(call, "newer");
    if (!newer) return error_of(newer);
    filter.query.since = *newer;
    const auto older = moment(call, "older");
    if (!older) return error_of(older);
    filter.until = *older;
    if (const auto cursor = call.given("cursor")) {
        auto place = parse_cursor(*cursor);
        if (!place) return error_of(place);
        filter.behind = std::move(*place);
    }
    return filter;
}

}  // namespace

http::Response get_sessions(const Call& call) {
    const auto filter = parse_filter(call);
    if (!filter) return refusal(call, filter.error());
    std::vector<std::pair<Place, SealedSession>>
        page;  // a heap, its last one in front, of at most one more than a page
    const auto is_before = [](const auto& a, const auto& b) { return a.first < b.first; };
    const auto listed = call.site.store.list(filter->query, call.site.now, [&](const SealedSession& session) {
        if (!filter->takes(session)) return true;
        page.emplace_back(Place::of(session), session);
        page.back().second.sealed.clear();
        std::push_heap(page.begin(), page.end(), is_before);
        if (page.size() > kPage + 1) {
            std::pop_heap(page.begin(), page.end(), is_before);
            page.pop_back();
        }
        return true;
    });
    if (!listed) return store_failed(call, listed.error());
    std::sort_heap(page.begin(), page.end(), is_before);
    const bool has_more = page.size() > kPage;
    if (has_more) page.pop_back();
    Json list = Json::array();
    for (const auto& [place, session] : page) list.push_back(json_of_session(session));
    Json json{{"sessions", std::move(list)}};
    if (has_more) json["cursor"] = page.back().first.cursor();
    return reply(200, json);
}

http::Response get_session(const Call& call) {
    const auto id = session::SessionId::parse(call.rest);
    if (!id) return refusal(call, id.error());
    const auto loaded = call.site.store.load(*id, call.site.now);
    if (!loaded && (loaded.error().code == ErrorCode::not_found || loaded.error().code == ErrorCode::expired)) {
        return refusal(404, "not_found", "there is no such session");
    }
    if (!loaded) return store_failed(call, loaded.error());
    const auto& settings = call.site.snapshot->settings.session;
    Json json = json_of_session(*loaded);
    json["ends"] = time_text(loaded->facts.created + settings.lifetime);
    json["ends_unless_used"] = time_text(loaded->facts.last_seen + settings.idle_timeout);
    json["read_anew"] = loaded->stale;
    json["attributes"] = nullptr;
    json["sealed"] = true;
    return reply(200, json);
}

http::Response end_session(const Call& call) {
    const auto id = session::SessionId::parse(call.rest);
    if (!id) return refusal(call, id.error());
    const auto removed = call.site.store.remove(*id);
    if (!removed) return store_failed(call, removed.error());
    if (!*removed) return refusal(404, "not_found", "there is no such session");
    call.audit({LogLevel::notice, kEndedNumber, "ended session " + id->hex()});
    return reply(200, {{"ended", 1}});
}

http::Response end_sessions_of(const Call& call) {
    const auto user = call.given("user");
    if (!user) return refusal(400, "invalid", "name a session, as sessions/ID, or a user, as sessions?user=NAME");
    const auto removed = call.site.store.remove_user(*user);
    if (!removed) return store_failed(call, removed.error());
    if (*removed > 0) {
        call.audit({LogLevel::notice, kEndedNumber,
                    "ended sessions of " + printable(*user) + " (" + std::to_string(*removed) + ")"});
    }
    return reply(200, {{"ended", *removed}});
}

}  // namespace sso::manager::api
