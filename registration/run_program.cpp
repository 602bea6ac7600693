#include "registration/run_program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>

#include "core/base/descriptor.hpp"
#include "core/base/text.hpp"

namespace sso::registration {
namespace {

constexpr std::size_t kOutputLimit = 65'536;

struct Pipe {
    Descriptor read;
    std::unique_ptr<Descriptor> write;
    static Pipe make() {
        int ends[2]{-1, -1};
        if (::pipe2(ends, O_CLOEXEC) != 0) ends[0] = ends[1] = -1;  // then posix_spawn fails, and says so
        return {Descriptor(ends[0]), std::make_unique<Descriptor>(ends[1])};
    }
};

/// What comes through both pipes until they are closed. @return false when the time is over
bool collect(int out, int err, std::string& printed, std::string& complained,
             std::chrono::steady_clock::time_point end) {
    std::array<pollfd, 2> open{pollfd{out, POLLIN, 0}, pollfd{err, POLLIN, 0}};
    std::array<std::string*, 2> into{&printed, &complained};
    while (open[0].fd >= 0 || open[1].fd >= 0) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        if (::poll(open.data(), open.size(), static_cast<int>(left.count())) < 0 && errno != EINTR) return false;
        for (std::size_t i = 0; i < open.size(); ++i) {
            if (open[i].fd < 0 || open[i].revents == 0) continue;
            std::array<char, 4096> piece;
            const ssize_t count = ::read(open[i].fd, piece.data(), piece.size());
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) {
                open[i].fd = -1;
            } else if (into[i]->size() < kOutputLimit) {
                into[i]->append(piece.data(), static_cast<std::size_t>(count));
            }
        }
    }
    return true;
}

}  // namespace

Result<std::string> run_program(const std::vector<std::string>& arguments, std::chrono::seconds patience) {
    const std::string& program = arguments.front();
    Pipe out = Pipe::make(), err = Pipe::make();
    std::vector<char*> argv;
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale = "LC_ALL=C";
    std::array<char*, 3> environment{path.data(), locale.data(), nullptr};

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out.write->number(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.write->number(), STDERR_FILENO);
    pid_t child = 0;
    const int problem = ::posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    if (problem != 0) return fail(ErrorCode::unavailable, program + ": " + std::strerror(problem));
    out.write.reset();
    err.write.reset();

    std::string printed, complained;
    const bool in_time =
        collect(out.read.number(), err.read.number(), printed, complained, std::chrono::steady_clock::now() + patience);
    if (!in_time) ::kill(child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!in_time) return fail(ErrorCode::unavailable, program + ": did not end in time");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return fail(ErrorCode::internal, program + ": ended with status " + std::to_string(status) + ": " +
                                             printable(complained.substr(0, complained.find('\n')), 200));
    }
    return printed;
}

}  // namespace sso::registration
