// PUT /api/v1/config: a new version.
#include <algorithm>
#include <charconv>

#include "core/base/text.hpp"
#include "core/config/text_difference.hpp"
#include "core/rules/explanation.hpp"
#include "manager/api/configuration.hpp"
#include "manager/api/handlers.hpp"
#include "manager/installation.hpp"

namespace sso::manager::api {
namespace {

using rules::ManagerRole;

constexpr std::string_view kOrigin = "the new text";

/// Whether an If-Match names this version. On its way out a tag may have been made weak, or marked as compressed.
bool names(std::string_view field, std::string_view id) {
    for (std::string_view tag : split(field, ',')) {
        tag = trim(tag);
        if (tag.starts_with("W/")) tag.remove_prefix(2);
        if (tag.size() < 2 || !tag.starts_with('"') || !tag.ends_with('"')) continue;
        tag = tag.substr(1, tag.size() - 2);
        for (const std::string_view coding : {"-gzip", "-br"}) {
            if (tag.ends_with(coding)) tag.remove_suffix(coding.size());
        }
        if (tag == id) return true;
    }
    return false;
}

/// The number of the version that the field names; 0 if it is none of ours.
std::uint64_t number_in(std::string_view field) {
    field.remove_prefix(std::min(field.find_first_of("0123456789"), field.size()));
    std::uint64_t number = 0;
    std::from_chars(field.data(), field.data() + field.size(), number);
    return number;
}

Result<config::Version> newest_of(const config::Versions& versions) {
    return versions.latest().and_then([&](std::uint64_t number) { return versions.load(number); });
}

/// Somebody was faster: what they changed since.
http::Response conflict(const Call& call, const config::Versions& versions, std::string_view field) {
    const auto newest = newest_of(versions);
    if (!newest) return refusal(call, newest.error());
    Json json{{"error", "conflict"},
              {"message", title_of(newest->info.number) + " has been published since you began"},
              {"newest", json_of(newest->info)},
              {"etag", tag_of(newest->id)},
              {"difference", ""}};
    if (const auto base = versions.load(number_in(field))) {
        json["difference"] = config::unified_difference(base->text, newest->text, title_of(base->info.number),
                                                        title_of(newest->info.number));
    }
    return reply(409, json);
}

/// The address under which the caller has just reached the manager, if what serves has a virtual host for it. (With
/// `SSOVirtualHost` or `SSORule` in httpd's configuration it need not.)
std::optional<http::Url> own_address(const Call& call) {
    const std::string scheme = call.request.is_https() ? "https://" : "http://";
    for (const std::string& name : {host_name(call.request), to_lower(call.request.variable("SERVER_NAME"))}) {
        if (call.site.snapshot->policy.find_host(name) == nullptr) continue;
        const auto url = http::Url::parse(scheme + name + "/");
        if (url) return url->with_path(call.request.variable("REQUEST_URI"));
    }
    return std::nullopt;
}

/// Why the caller could not change the configuration here any more under `next`; empty if they could.
std::string locks_out(const Call& call, const rules::Snapshot& next) {
    Caller later(call.site, call.request, next);
    for (const auto& [role, key] :
         {std::pair{ManagerRole::read, "manager.roles.read"}, std::pair{ManagerRole::change, "manager.roles.change"}}) {
        const auto may = later.may(role);
        if (!may) return "its directory does not say who you are: " + may.error().detail;
        if (!*may) return std::string(key) + " does not let you in any more";
    }
    const auto url = own_address(call);
    if (!url) return {};
    const auto person = later.attributes();
    if (!person) return "its directory does not say who you are: " + person.error().detail;
    const auto page = rules::explain(next, {*url, call.request.method, later.address()}, *person, call.site.now);
    if (page.verdict == rules::Verdict::allow || page.verdict == rules::Verdict::unprotected) return {};
    if (page.host.empty()) return "no virtual host of it is called " + url->host() + ", as the manager is";
    return "vhost.\"" + page.host + "\" does not let you in any more (" + std::string(rules::name(page.verdict)) + ')';
}

http::Response unprocessable(std::string_view code, std::string_view why, const config::Diagnostics& diagnostics) {
    return reply(422, {{"error", code}, {"message", why}, {"diagnostics", json_of(diagnostics)}});
}

std::string message_of(const Change& change) {
    if (!change.message.empty()) return change.message;
    return change.version ? "back to " + title_of(*change.version) : "changed in the manager";
}

http::Response publish(const Call& call, config::Versions& versions, std::string_view field, const Change& change,
                       const config::Version& base) {
    const auto changed = text_of(change, base.text, &versions);
    if (!changed.text) return refusal(call, changed);
    auto outcome = rules::check({std::string(kOrigin), "", *changed.text});
    if (!outcome.snapshot) return unprocessable("invalid", "the text has errors", outcome.diagnostics);
    if (*changed.text == base.text) {
        return unprocessable("invalid", "the text is that of " + title_of(base.info.number), outcome.diagnostics);
    }
    const auto remarks = as_warnings(examine(outcome.snapshot->settings), std::string(kOrigin));
    outcome.diagnostics.insert(outcome.diagnostics.end(), remarks.begin(), remarks.end());
    if (!outcome.diagnostics.empty() && !change.accept_warnings) {
        return unprocessable("warnings", "read the warnings, and accept them with accept_warnings",
                             outcome.diagnostics);
    }
    if (const std::string why = change.accept_lockout ? "" : locks_out(call, *outcome.snapshot); !why.empty()) {
        return unprocessable("lockout", "you could not change it back here: " + why + "; accept_lockout confirms it",
                             outcome.diagnostics);
    }
    const auto info = versions.publish(
        base.info.number, {*changed.text, printable(call.caller.name(), 200), call.site.now, message_of(change)});
    if (!info && info.error().code == ErrorCode::conflict) return conflict(call, versions, field);
    if (!info) return refusal(call, info.error());
    call.audit({LogLevel::notice, kPublishedNumber,
                "published version " + std::to_string(info->number) + " of " + call.site.config_uri + ": " +
                    printable(info->message)});
    auto response = reply(200, json_of(*info));
    if (const auto published = versions.load(info->number)) response.header("ETag", tag_of(published->id));
    return response;
}

}  // namespace

http::Response publish(const Call& call) {
    config::Versions* versions = call.site.source.versions();
    if (versions == nullptr) {
        return refusal(403, "file",
                       "this configuration is a file that a person keeps: it is shown and never written to; `ssoctl "
                       "--config dir:… config apply FILE` makes versions of it");
    }
    const auto field = call.request.header("If-Match");
    if (!field || trim(*field) == "*") {
        return refusal(428, "if_match", "say which version you began at: If-Match with the ETag of GET config");
    }
    const auto change = parse_change(call.request.body);
    if (!change) return refusal(call, change.error());
    const auto newest = newest_of(*versions);
    if (!newest) return refusal(call, newest.error());
    if (!names(*field, newest->id)) return conflict(call, *versions, *field);
    return publish(call, *versions, *field, *change, *newest);
}

}  // namespace sso::manager::api
