#include "registration/hosts_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>

#include "core/base/text.hpp"
#include "core/config/private_file.hpp"
#include "registration/files.hpp"

namespace sso::registration {
namespace {

constexpr std::chrono::seconds kLockPatience{10};
constexpr std::size_t kHostsBytes = 16U << 20U;
constexpr mode_t kLockMode = 0640;

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\f' || c == '\v' || c == '\r';
}
bool may_begin(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-' || c == '\\';
}

/// The fields as BackupPC::Storage::Text splits them: at blanks that no backslash stands before.
std::vector<std::string> fields_of(std::string_view line) {
    std::vector<std::string> fields{""};
    bool in_gap = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (is_blank(line[i]) && (i == 0 || line[i - 1] != '\\')) {
            in_gap = true;
        } else {
            if (in_gap) fields.emplace_back();
            in_gap = false;
            if (is_blank(line[i])) fields.back().pop_back();  // the backslash that kept it
            fields.back() += line[i];
        }
    }
    return fields;
}

struct Reading {
    std::vector<HostLine> hosts;
    bool has_header = false;
};

/// What BackupPC's /^([\w\.\\-]+\s+.*)/ lets through of a line, comments and blanks at its end cut off.
bool is_read(std::string_view line) {
    std::size_t word = 0;
    while (word < line.size() && may_begin(line[word])) ++word;
    return word > 0 && word < line.size() && is_blank(line[word]);
}

Reading read(std::string_view text) {
    Reading reading;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto newline = text.find('\n', begin);
        const std::size_t end = newline == text.npos ? text.size() : newline + 1;
        std::string_view line = text.substr(begin, (newline == text.npos ? end : newline) - begin);
        line = line.substr(0, line.find('#'));
        while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
        if (is_read(line)) {
            const std::vector<std::string> fields = fields_of(line);
            if (reading.has_header) {
                reading.hosts.push_back(
                    {to_lower(fields[0]), fields.size() > 2 ? fields[2] : std::string(), begin, end});
            }
            reading.has_header = true;
        }
        begin = end;
    }
    return reading;
}

Result<std::optional<HostLine>> find_in(const Reading& reading, std::string_view host) {
    std::optional<HostLine> found;
    for (const HostLine& line : reading.hosts) {
        if (line.host != to_lower(host)) continue;
        if (found) {
            return fail(ErrorCode::invalid,
                        "BackupPC's hosts file has two lines for " + std::string(host) + "; remove the wrong one");
        }
        found = line;
    }
    return found;
}

struct Place {
    std::string path;  ///< of the file itself, links followed
    FileMode mode;
    FileLock lock;
};

Result<Place> lock_hosts(const std::string& folder) {
    auto lock = FileLock::take(folder + "/LOCK", kLockPatience, kLockMode);
    if (!lock) return error_of(lock);
    const std::string named = folder + "/hosts";
    struct stat status {};
    char* real = ::realpath(named.c_str(), nullptr);
    if (real == nullptr) return fail(ErrorCode::invalid, named + ": is not there");
    std::string path(real);
    std::free(real);
    if (::stat(path.c_str(), &status) != 0) return fail(ErrorCode::invalid, path + ": is not there");
    return Place{std::move(path), {status.st_mode & 07777U, status.st_uid, status.st_gid}, std::move(*lock)};
}

Result<std::string> read_place(const Place& place) {
    auto text = config::read_file(place.path, kHostsBytes);
    if (!text) return fail(ErrorCode::invalid, text.error().detail);
    return text;
}

/// BackupPC reads the file anew when its time of change, in whole seconds, is another than at its last reading: two
/// changes within a second must not bear the same one. A failure leaves the file as good as it was written.
void move_time_on(const std::string& path, time_t before) noexcept {
    struct stat now {};
    if (::stat(path.c_str(), &now) != 0 || now.st_mtime > before) return;
    const timespec times[2] = {{0, UTIME_OMIT}, {before + 1, 0}};
    static_cast<void>(::utimensat(AT_FDCWD, path.c_str(), times, 0));
}

}  // namespace

std::vector<HostLine> read_hosts(std::string_view text) {
    return read(text).hosts;
}

Result<std::optional<HostLine>> find_host(std::string_view text, std::string_view host) {
    return find_in(read(text), host);
}

Result<std::string> with_host(std::string_view text, std::string_view host, std::string_view user) {
    const Reading reading = read(text);
    if (!reading.has_header) return fail(ErrorCode::invalid, "BackupPC's hosts file has no header line");
    const auto found = find_in(reading, host);
    if (!found) return error_of(found);
    const std::string line = std::string(host) + "\t0\t" + std::string(user);
    std::string changed(text);
    if (*found) {
        if ((*found)->user == user) return changed;
        const bool crlf = text.substr(0, (*found)->end).ends_with("\r\n");
        return changed.replace((*found)->begin, (*found)->end - (*found)->begin, line + (crlf ? "\r\n" : "\n"));
    }
    const std::string end = text.find("\r\n") != text.npos ? "\r\n" : "\n";
    if (!changed.empty() && changed.back() != '\n') changed += end;
    return changed + line + end;
}

Result<std::string> without_host(std::string_view text, std::string_view host) {
    const auto found = find_host(text, host);
    if (!found) return error_of(found);
    std::string changed(text);
    if (*found) changed.erase((*found)->begin, (*found)->end - (*found)->begin);
    return changed;
}

Status edit_hosts(const std::string& folder, const std::function<Result<std::string>(std::string_view)>& edit) {
    const auto place = lock_hosts(folder);
    if (!place) return error_of(place);
    const auto text = read_place(*place);
    if (!text) return error_of(text);
    const auto changed = edit(*text);
    if (!changed) return error_of(changed);
    if (*changed == *text) return {};
    struct stat before {};
    const bool was_there = ::stat(place->path.c_str(), &before) == 0;
    if (auto written = write_atomically(place->path, *changed, place->mode); !written) return written;
    if (was_there) move_time_on(place->path, before.st_mtime);
    return {};
}

Result<std::string> load_hosts(const std::string& folder) {
    const auto place = lock_hosts(folder);
    if (!place) return error_of(place);
    return read_place(*place);
}

}  // namespace sso::registration
