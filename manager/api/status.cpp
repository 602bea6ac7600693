// GET /api/v1/status: who asks, what serves, and whether what it stands on answers.
#include <charconv>

#include "manager/api/handlers.hpp"
#include "manager/installation.hpp"

namespace sso::manager::api {
namespace {

Json json_of_answer(const Status& answered) {
    Json json{{"ok", answered.has_value()}};
    if (!answered) json["detail"] = answered.error().detail;
    return json;
}

/// The number in a version's id, "42-1a2b3c4d".
Json number_of(const std::string& id) {
    std::uint64_t number = 0;
    std::from_chars(id.data(), id.data() + id.size(), number);
    return number;
}

}  // namespace

http::Response get_status(const Call& call) {
    const Site& site = call.site;
    const auto may = [&](rules::ManagerRole role) { return call.caller.may(role).value_or(false); };
    const bool has_versions = site.source.versions() != nullptr;
    const std::string& uri = site.snapshot->settings.session.store;
    Json store{{"kind", uri.substr(0, uri.find(':'))}};
    store.update(json_of_answer(answers(site.store)));
    return reply(200, {{"user", call.caller.name()},
                       {"roles",
                        {{"read", may(rules::ManagerRole::read)},
                         {"sessions", may(rules::ManagerRole::sessions)},
                         {"change", may(rules::ManagerRole::change)}}},
                       {"origin", site.config_uri},
                       {"versions", has_versions},
                       {"version", has_versions ? number_of(site.snapshot->version) : Json()},
                       {"writable", has_versions},
                       {"store", std::move(store)},
                       {"directory", json_of_answer(site.people.ask(*site.snapshot))},
                       {"warnings", json_of(site.warnings)},
                       {"refused", json_of(site.refusal)}});
}

}  // namespace sso::manager::api
