// /api/v1/config…: the configuration read, and a change tried.
#include "manager/api/configuration.hpp"

#include "core/config/settings_schema.hpp"
#include "core/config/text_difference.hpp"
#include "core/config/toml_edit.hpp"
#include "core/rules/snapshot.hpp"
#include "manager/api/handlers.hpp"

namespace sso::manager::api {
namespace {

constexpr std::size_t kMostListed = 1'000;

http::Response no_versions() {
    return refusal(404, "not_found", "this configuration is a file: it has no versions");
}

Result<config::Document> read_version(const config::Versions& versions, std::uint64_t number) {
    return versions.load(number).map([&](config::Version version) {
        return config::Document{versions.origin(number), std::move(version.id), std::move(version.text)};
    });
}

/// The text of a version; of number 0, from which the first one was made, an empty one.
Result<std::string> read_text(const config::Versions& versions, std::uint64_t number) {
    if (number == 0) return std::string();
    return versions.load(number).map([](config::Version version) { return std::move(version.text); });
}

}  // namespace

ChangedText text_of(const Change& change, const std::string& before, const config::Versions* versions) {
    if (change.text) return {*change.text, std::nullopt};
    if (change.version) {
        if (versions == nullptr) return {fail(ErrorCode::not_found, "a file has no versions"), std::nullopt};
        return {read_text(*versions, *change.version), std::nullopt};
    }
    std::string text = before;
    for (std::size_t i = 0; i < change.edits.size(); ++i) {
        auto next = edited(text, change.edits[i]);
        if (!next) return {std::move(next), i};
        text = std::move(*next);
    }
    return {std::move(text), std::nullopt};
}

http::Response refusal(const Call& call, const ChangedText& changed) {
    const Error& error = changed.text.error();
    if (!changed.failed_edit) return refusal(call, error);
    return reply(422, {{"error", "invalid"},
                       {"message", error.detail},
                       {"edit", *changed.failed_edit},
                       {"diagnostics", Json::array()}});
}

std::string tag_of(const std::string& id) {
    return '"' + id + '"';
}

std::string title_of(std::uint64_t number) {
    return "version " + std::to_string(number);
}

http::Response get_configuration(const Call& call) {
    const auto number = call.number("version");
    if (!number) return refusal(call, number.error());
    const config::Versions* versions = call.site.source.versions();
    if (*number && versions == nullptr) return no_versions();
    const auto document = *number ? read_version(*versions, **number) : call.site.source.fetch();
    if (!document) return refusal(call, document.error());
    Json json{{"version", document->version}, {"origin", document->origin}, {"text", document->text}};
    if (const auto settings = config::toml_as_json(document->text)) json["settings"] = Json::parse(*settings);
    auto response = reply(200, json);
    response.header("ETag", tag_of(document->version));
    return response;
}

http::Response get_schema(const Call&) {
    return reply(200, Json::parse(config::settings_schema()));
}

http::Response get_versions(const Call& call) {
    const config::Versions* versions = call.site.source.versions();
    if (versions == nullptr) return no_versions();
    const auto listed = versions->list(kMostListed);
    if (!listed) return refusal(call, listed.error());
    Json list = Json::array();
    for (const config::VersionInfo& info : *listed) list.push_back(json_of(info));
    return reply(200, list);
}

http::Response get_difference(const Call& call) {
    const config::Versions* versions = call.site.source.versions();
    if (versions == nullptr) return no_versions();
    const auto from = call.number("from");
    const auto to = call.number("to");
    if (!from || !to || !*from || !*to) return refusal(400, "invalid", "name two versions, as ?from=1&to=2");
    const auto before = read_text(*versions, **from);
    if (!before) return refusal(call, before.error());
    const auto after = read_text(*versions, **to);
    if (!after) return refusal(call, after.error());
    return reply(200, {{"difference", config::unified_difference(*before, *after, title_of(**from), title_of(**to))}});
}

http::Response check(const Call& call) {
    const auto change = parse_change(call.request.body);
    if (!change) return refusal(call, change.error());
    const auto newest = call.site.source.fetch();
    if (!newest) return refusal(call, newest.error());
    const auto changed = text_of(*change, newest->text, call.site.source.versions());
    if (!changed.text) return refusal(call, changed);
    const auto outcome = rules::check({"the new text", "", *changed.text});
    const std::string difference =
        config::unified_difference(newest->text, *changed.text, newest->origin, "the new text");
    auto response = reply(200, {{"valid", outcome.snapshot != nullptr},
                                {"diagnostics", json_of(outcome.diagnostics)},
                                {"difference", difference}});
    response.header("ETag", tag_of(newest->version));
    return response;
}

}  // namespace sso::manager::api
