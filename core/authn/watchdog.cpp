#include "core/authn/watchdog.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sso::authn {

Watchdog::Watchdog(std::chrono::steady_clock::time_point deadline)
    : thread_([this, deadline] {
          std::unique_lock lock(mutex_);
          if (changed_.wait_until(lock, deadline, [this] { return over_; })) return;
          expired_ = true;
          if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
      }) {}

Watchdog::~Watchdog() {
    {
        const std::lock_guard lock(mutex_);
        over_ = true;
    }
    changed_.notify_one();
    thread_.join();
    if (socket_ >= 0) ::close(socket_);
}

void Watchdog::guard(int socket) {
    const std::lock_guard lock(mutex_);
    if (socket_ >= 0) ::close(socket_);
    socket_ = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (expired_ && socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

}  // namespace sso::authn
