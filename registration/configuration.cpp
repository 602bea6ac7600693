#include "registration/configuration.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cstring>

#include "core/config/document.hpp"
#include "registration/files.hpp"

namespace sso::registration {
namespace {

constexpr std::string_view kFile = "file:";

}  // namespace

Result<config::Settings> load_settings(const std::string& uri, Trust trust) {
    const auto source = config::open_source(uri);
    if (!source) return error_of(source);
    if (trust == Trust::checked && uri.starts_with(kFile)) {
        if (const auto sound = check_file(uri.substr(kFile.size()), ::geteuid()); !sound) {
            return fail(ErrorCode::invalid, sound.error().detail);
        }
    }
    const auto document = (*source)->fetch();
    if (!document) return fail(ErrorCode::unavailable, document.error().detail);
    auto outcome = config::parse_settings(document->text, document->origin);
    if (outcome.settings) return std::move(*outcome.settings);
    std::string mistakes;
    for (const auto& diagnostic : outcome.diagnostics) {
        if (diagnostic.severity == config::Severity::error) {
            mistakes += (mistakes.empty() ? "" : "\n") + to_string(diagnostic);
        }
    }
    return fail(ErrorCode::invalid, mistakes);
}

Status check_account(const std::string& account) {
    const passwd* entry = ::getpwnam(account.c_str());
    if (entry == nullptr || entry->pw_uid == 0)
        return fail(ErrorCode::invalid, "registration.account: no such account");
    if (::getuid() != entry->pw_uid || ::geteuid() != entry->pw_uid) {
        return fail(ErrorCode::invalid, "runs as another account than registration.account, " + account);
    }
    return {};
}

Status become(const std::string& account) {
    if (::getuid() != 0 && ::geteuid() != 0) return check_account(account);
    const passwd* entry = ::getpwnam(account.c_str());
    if (entry == nullptr || entry->pw_uid == 0) return fail(ErrorCode::refused, "there is no account " + account);
    if (::initgroups(account.c_str(), entry->pw_gid) != 0 || ::setgid(entry->pw_gid) != 0 ||
        ::setuid(entry->pw_uid) != 0 || ::setuid(0) == 0) {
        return fail(ErrorCode::refused, "cannot become " + account + ": " + std::strerror(errno));
    }
    return {};
}

}  // namespace sso::registration
