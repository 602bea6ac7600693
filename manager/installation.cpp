#include "manager/installation.hpp"

#include <sys/timex.h>

#include "core/config/document.hpp"
#include "core/config/private_file.hpp"
#include "core/config/site_key.hpp"

namespace sso::manager {
namespace {

/// Nobody has this name, and no record.
constexpr std::string_view kNobody = "mod-sso-asks-for-nobody";

Finding finding(std::string what, std::string key, const Status& status, const std::string& advice) {
    if (status) return {std::move(what), std::move(key), true, {}};
    return {std::move(what), std::move(key), false, status.error().detail + "; " + advice};
}

template <class T>
Status status_of(const Result<T>& result) {
    if (result) return {};
    return error_of(result);
}

Finding key_file(const config::SecuritySettings& security) {
    return finding(
        "the site key " + security.key_file, "security.key_file", status_of(config::SiteKey::read(security.key_file)),
        "`ssoctl key new` makes one; it belongs to the group of the portal and the handler, and to nobody else");
}

Finding store(const config::SessionSettings& settings) {
    const auto opened = session::open_store(settings.store, session::store_options(settings, {}));
    const Status status = opened ? answers(**opened) : error_of(opened);
    return finding("the session store " + config::shown_uri(settings.store), "session.store", status,
                   "is it running, does its folder exist, may this account open it?");
}

Status ask_directory(const config::Settings& settings) {
    const auto directory = authn::Directory::open(settings.authentication.ldap, settings.exported_variables);
    if (!directory) return error_of(directory);
    return answers(**directory);
}

Finding clock() {
    timex state{};
    const bool is_kept = ::adjtimex(&state) != TIME_ERROR;
    return {"the clock", "", is_kept,
            is_kept ? ""
                    : "nothing keeps this machine's clock right (adjtimex); sessions end by it: run chrony or "
                      "systemd-timesyncd"};
}

}  // namespace

std::vector<Finding> examine(const config::Settings& settings) {
    std::vector<Finding> findings;
    // before the store, which has a thread of its own: opening a directory touches the environment
    std::string servers;
    for (const std::string& uri : settings.authentication.ldap.uri) servers += (servers.empty() ? "" : ", ") + uri;
    findings.push_back(finding("the directory " + servers, "authentication.ldap.uri", ask_directory(settings),
                               "can this host reach it, and is authentication.ldap.bind_dn right?"));
    findings.push_back(key_file(settings.security));
    findings.push_back(store(settings.session));
    findings.push_back(clock());
    return findings;
}

Status answers(authn::Directory& directory) {
    const auto person = directory.find(kNobody);
    if (person || person.error().code == ErrorCode::not_found) return {};
    return error_of(person);
}

Status answers(session::SessionStore& store) {
    return status_of(store.get(session::RecordKind::ticket, kNobody, SystemClock().now()));
}

config::Diagnostics as_warnings(const std::vector<Finding>& findings, const std::string& origin) {
    config::Diagnostics warnings;
    for (const Finding& each : findings) {
        if (each.is_good || each.key.empty()) continue;
        warnings.push_back({config::Severity::warning, origin, {}, each.key, each.what + ": " + each.remark});
    }
    return warnings;
}

}  // namespace sso::manager
