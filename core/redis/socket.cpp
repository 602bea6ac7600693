#include "core/redis/socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string>
#include <system_error>

namespace sso::redis {
namespace {

auto unreachable(std::string_view what, int error) {
    return fail(ErrorCode::unavailable, describe(what, error));
}

/// Addresses of every family, as the socket functions take them.
const sockaddr* as_sockaddr(const sockaddr_un& address) noexcept {
    const void* bytes = &address;
    return static_cast<const sockaddr*>(bytes);
}

void set_option(int fd, int level, int name, int value) noexcept {
    ::setsockopt(fd, level, name, &value, sizeof value);
}

/// Small requests go out at once, and a peer that is gone without a word is noticed while we are idle.
void tune_tcp(int fd) noexcept {
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 30);
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10);
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

int open_socket(int family) noexcept {
    return ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

}  // namespace

std::string describe(std::string_view what, int error) {
    return std::string(what) + ": " + std::system_category().message(error);
}

Result<Socket> Socket::connect(const Endpoint& endpoint, Resolver& resolver, Deadline deadline) {
    const auto attempt = [&](int family, const sockaddr* address, socklen_t length) -> Result<Socket> {
        Socket socket(open_socket(family));
        if (socket.fd_ < 0) return unreachable("socket", errno);
        if (family != AF_UNIX) tune_tcp(socket.fd_);
        if (::connect(socket.fd_, address, length) != 0) {
            // a unix socket whose backlog is full answers EAGAIN, and never becomes writable
            if (errno != EINPROGRESS && errno != EINTR) return unreachable("connect", errno);
            if (auto ready = socket.wait(Direction::write, deadline); !ready) return error_of(ready);
            int error = 0;
            socklen_t size = sizeof error;
            ::getsockopt(socket.fd_, SOL_SOCKET, SO_ERROR, &error, &size);
            if (error != 0) return unreachable("connect", error);
        }
        return socket;
    };
    if (endpoint.host.empty()) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        endpoint.socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
        return attempt(AF_UNIX, as_sockaddr(address), sizeof address);
    }
    return resolver.addresses(deadline).and_then([&](const AddressList& list) {
        Result<Socket> last = fail(ErrorCode::unavailable, "no address");
        for (const addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
            last = attempt(entry->ai_family, entry->ai_addr, entry->ai_addrlen);
            if (last) break;
        }
        return last;
    });
}

Socket& Socket::operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

Socket::~Socket() {
    if (fd_ >= 0) ::close(fd_);
}

Status Socket::wait(Direction direction, Deadline deadline) const {
    pollfd entry{fd_, static_cast<short>(direction == Direction::read ? POLLIN : POLLOUT), 0};
    while (true) {
        const auto left = remaining(deadline).count();
        const auto timeout = std::min<std::chrono::milliseconds::rep>(left, std::numeric_limits<int>::max());
        const int ready = ::poll(&entry, 1, static_cast<int>(timeout));
        if (ready > 0) return {};
        if (ready < 0 && errno != EINTR) return unreachable("poll", errno);
        if (left == 0) return fail(ErrorCode::unavailable, "no reply within the time-out");
    }
}

Status Socket::write_all(std::string_view bytes, Deadline deadline) const {
    while (!bytes.empty()) {
        const ssize_t written = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (written >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            if (auto ready = wait(Direction::write, deadline); !ready) return ready;
        } else if (errno != EINTR) {
            return unreachable("send", errno);
        }
    }
    return {};
}

Result<std::size_t> Socket::read_some(char* buffer, std::size_t size, Deadline deadline) const {
    while (true) {
        if (auto ready = wait(Direction::read, deadline); !ready) return error_of(ready);
        const ssize_t got = ::recv(fd_, buffer, size, 0);
        if (got > 0) return static_cast<std::size_t>(got);
        if (got == 0) return fail(ErrorCode::unavailable, "the server closed the connection");
        if (errno != EAGAIN && errno != EINTR) return unreachable("receive", errno);
    }
}

bool Socket::is_quiet() const noexcept {
    char byte = 0;
    return ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

}  // namespace sso::redis
