#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ostream>

#include "core/base/descriptor.hpp"
#include "core/base/text.hpp"
#include "core/config/site_key.hpp"
#include "manager/ssoctl/command.hpp"

namespace sso::ssoctl {
namespace {

std::string reason(const std::string& path) {
    return printable(path) + ": " + std::strerror(errno);
}

/// Writes `text` to a new file, and sees it on the disk. `owner` gives the file the owner, group and mode of another.
Status write_new(const std::string& path, std::string_view text, const struct stat* owner) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640));
    if (file.number() < 0) return fail(errno == EEXIST ? ErrorCode::exists : ErrorCode::refused, reason(path));
    const mode_t mode = owner != nullptr ? owner->st_mode & 07777U : 0640;
    bool written = ::fchmod(file.number(), mode) == 0;
    if (owner != nullptr) written = written && ::fchown(file.number(), owner->st_uid, owner->st_gid) == 0;
    written = written && write_all(file.number(), text);
    if (written && ::fsync(file.number()) == 0) return {};
    const std::string why = reason(path);
    ::unlink(path.c_str());
    return fail(ErrorCode::refused, why);
}

/// The file's path: as given, else as configured.
std::optional<std::string> key_path(Run& run, const std::string& given) {
    if (!given.empty()) return given;
    const auto snapshot = load_configuration(run);
    if (!snapshot) return std::nullopt;
    return snapshot->settings.security.key_file;
}

void create(Run& run, const std::string& given) {
    const auto path = key_path(run, given);
    if (!path) return;
    const Secret key = config::SiteKey::generate();
    const auto written = write_new(*path, key.reveal(), nullptr);
    if (!written && written.error().code == ErrorCode::exists) {
        return run.fail(Exit::refused, printable(*path) + " is there already; `ssoctl key rotate` replaces its key");
    }
    if (!written) return run.fail(written.error());
    run.out << *path << ": a new site key, readable by its owner and group\n";
}

void rotate(Run& run, const std::string& given) {
    const auto path = key_path(run, given);
    if (!path) return;
    const auto rotated = config::SiteKey::rotated(*path);
    if (!rotated) return run.fail(rotated.error());
    struct stat owner {};
    if (::stat(path->c_str(), &owner) != 0) return run.fail(Exit::refused, reason(*path));

    const std::string beside = *path + ".new";
    if (const auto written = write_new(beside, rotated->reveal(), &owner); !written) return run.fail(written.error());
    if (::rename(beside.c_str(), path->c_str()) != 0) {
        const std::string why = reason(*path);
        ::unlink(beside.c_str());
        return run.fail(Exit::refused, why);
    }
    run.out << *path << ": a new key stands first; the one before it still opens what it sealed\n";
}

}  // namespace

void add_key_commands(CLI::App& program, Run& run) {
    CLI::App* key = program.add_subcommand("key", "the site key");
    key->require_subcommand(1);
    const auto add = [&](const char* name, const char* help, void (*act)(Run&, const std::string&)) {
        CLI::App* command = key->add_subcommand(name, help);
        auto path = std::make_shared<std::string>();
        command->add_option("FILE", *path, "the key file, if not the configured security.key_file");
        command->callback([&run, path, act] { act(run, *path); });
    };
    add("new", "make a key file; never overwrites one", create);
    add("rotate", "put a new key before the current one, and drop the one before that", rotate);
}

}  // namespace sso::ssoctl
