// A child process of a test's own: runs a function, says a number through a pipe, and can be stopped or killed.
#pragma once

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <optional>

namespace sso::session::contract {

class Child {
  public:
    /// What the child calls to tell its parent something. May be called often.
    using Say = std::function<void(std::uint64_t)>;

    explicit Child(const std::function<void(const Say&)>& body) {
        int ends[2];
        if (::pipe(ends) != 0) std::abort();
        pid_ = ::fork();
        if (pid_ < 0) std::abort();
        if (pid_ == 0) {
            ::close(ends[0]);
            body([&](std::uint64_t number) {
                if (::write(ends[1], &number, sizeof number) != sizeof number) ::_exit(1);
            });
            ::_exit(0);
        }
        ::close(ends[1]);
        listening_ = ends[0];
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        kill();
        ::close(listening_);
    }

    /// The next number that the child says; nothing when it has ended.
    std::optional<std::uint64_t> hear() const {
        std::uint64_t number = 0;
        if (::read(listening_, &number, sizeof number) != sizeof number) return std::nullopt;
        return number;
    }
    /// Until the child has stopped itself.
    bool wait_until_stopped() const {
        int status = 0;
        return ::waitpid(pid_, &status, WUNTRACED) == pid_ && WIFSTOPPED(status);
    }
    void go_on() const { ::kill(pid_, SIGCONT); }
    void kill() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }

  private:
    pid_t pid_ = -1;
    int listening_ = -1;
};

}  // namespace sso::session::contract
