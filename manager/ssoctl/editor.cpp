#include "manager/ssoctl/editor.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "core/base/descriptor.hpp"
#include "core/config/private_file.hpp"
#include "core/config/settings.hpp"

namespace sso::ssoctl {
namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

}  // namespace

Result<EditedFile> EditedFile::create(std::string_view text) {
    constexpr int kSuffix = 5;  // ".toml", by which editors know what they have
    std::string path = environment("TMPDIR");
    path = (path.empty() ? "/tmp" : path) + "/ssoctl-XXXXXX.toml";
    const Descriptor file(::mkostemps(path.data(), kSuffix, O_CLOEXEC));
    if (file.number() < 0) return config::file_error(path, errno);
    EditedFile made(std::move(path));
    if (!write_all(file.number(), text)) return config::file_error(made.path(), errno);
    return made;
}

EditedFile::EditedFile(EditedFile&& other) noexcept : path_(std::exchange(other.path_, {})), is_kept_(other.is_kept_) {}

EditedFile::~EditedFile() {
    if (!path_.empty() && !is_kept_) ::unlink(path_.c_str());
}

Result<std::string> EditedFile::edit() const {
    std::string editor = environment("VISUAL");
    if (editor.empty()) editor = environment("EDITOR");
    if (editor.empty()) editor = "vi";
    // as other programs do it: the variable may hold options, which the shell tells apart
    std::string script = editor + " \"$1\"";
    std::string shell = "sh";
    std::string option = "-c";
    std::string path = path_;
    const std::array<char*, 6> arguments{shell.data(), option.data(), script.data(),
                                         shell.data(), path.data(),   nullptr};
    pid_t child = -1;
    int status = ::posix_spawn(&child, "/bin/sh", nullptr, nullptr, arguments.data(), environ);
    if (status != 0) return config::file_error("/bin/sh", status);
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return fail(ErrorCode::refused, "the editor ended with a failure");
    }
    return config::read_file(path_, config::kTextLimit);
}

}  // namespace sso::ssoctl
