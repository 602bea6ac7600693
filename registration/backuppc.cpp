#include "registration/backuppc.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <ctime>

#include "core/base/text.hpp"
#include "core/config/private_file.hpp"

namespace sso::registration {
namespace {

constexpr std::size_t kConfigBytes = 4U << 20U;
constexpr time_t kReloadInterval = 30;  // seconds

bool is_word(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Whether there is a boundary before `at`: one side is a word's character and the other is not.
bool is_boundary(std::string_view text, std::size_t at) noexcept {
    const bool before = at > 0 && is_word(text[at - 1]);
    const bool behind = at < text.size() && is_word(text[at]);
    return before != behind;
}

/// The life of the process that reloads. Of those that wait, one is enough: it asks after all of them have written.
[[noreturn]] void run_reload(const char* program, const char* lock_path, const char* stamp_path) {
    ::alarm(0);
    ::signal(SIGPIPE, SIG_DFL);
    const int null = ::open("/dev/null", O_RDWR);
    for (int standard = 0; standard <= 2; ++standard) ::dup2(null, standard);
    ::close_range(3, ~0U, 0);
    const int lock = ::open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0 || ::flock(lock, LOCK_EX | LOCK_NB) != 0) ::_exit(0);
    struct stat last {};
    const time_t now = ::time(nullptr);
    if (::stat(stamp_path, &last) == 0 && last.st_mtime <= now && now - last.st_mtime < kReloadInterval) {
        ::sleep(static_cast<unsigned>(kReloadInterval - (now - last.st_mtime)));
    }
    const int stamp = ::open(stamp_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (stamp >= 0) {
        ::futimens(stamp, nullptr);
        ::close(stamp);
    }
    ::close(lock);  // before the question: who writes from now on asks for itself
    std::array<const char*, 4> arguments{program, "server", "reload", nullptr};
    std::array<const char*, 3> environment{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", nullptr};
    ::execve(program, const_cast<char* const*>(arguments.data()), const_cast<char* const*>(environment.data()));
    ::_exit(1);
}

}  // namespace

std::string perl_setting(std::string_view text, std::string_view name) {
    std::string value;
    for (const std::string_view raw : split(text, '\n')) {
        std::string_view line = trim(raw);
        const std::string start = "$Conf{" + std::string(name) + "}";
        if (!line.starts_with(start)) continue;
        line = trim(line.substr(start.size()));
        if (!line.starts_with('=')) continue;
        line = trim(line.substr(1));
        if (line.empty() || (line.front() != '\'' && line.front() != '"')) continue;
        const auto end = line.find(line.front(), 1);
        if (end != line.npos) value = line.substr(1, end - 1);
    }
    return value;
}

bool contains_word(std::string_view text, std::string_view word) {
    if (word.empty()) return false;
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
        if (is_boundary(text, at) && is_boundary(text, at + word.size())) return true;
    }
    return false;
}

Result<BackupPcAdmins> BackupPcAdmins::read(const std::string& folder) {
    const auto text = config::read_file(folder + "/config.pl", kConfigBytes);
    if (!text) return fail(ErrorCode::invalid, text.error().detail);
    BackupPcAdmins admins;
    admins.users = perl_setting(*text, "CgiAdminUsers");
    const std::string groups = perl_setting(*text, "CgiAdminUserGroup");
    for (const std::string_view name : split(groups, ' ')) {
        const struct group* group = name.empty() ? nullptr : ::getgrnam(std::string(name).c_str());
        if (group == nullptr) continue;
        for (char** member = group->gr_mem; *member != nullptr; ++member) admins.group_members.emplace_back(*member);
    }
    return admins;
}

bool BackupPcAdmins::include(std::string_view logon) const {
    if (users == "*" || contains_word(to_lower(users), to_lower(logon))) return true;
    return std::any_of(group_members.begin(), group_members.end(),
                       [&](const std::string& member) { return contains_word(to_lower(member), to_lower(logon)); });
}

void reload_backuppc(const std::string& program, const std::string& state_folder) {
    if (program.empty()) return;
    const std::string lock = state_folder + "/reload.lock";
    const std::string stamp = state_folder + "/reload.stamp";
    const pid_t child = ::fork();
    if (child != 0) {
        if (child > 0) ::waitpid(child, nullptr, 0);
        return;
    }
    // its own child belongs to nobody: neither the ssh session nor a terminal reaches it
    if (::setsid() < 0 || ::fork() != 0) ::_exit(0);
    run_reload(program.c_str(), lock.c_str(), stamp.c_str());
}

}  // namespace sso::registration
