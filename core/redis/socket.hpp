// A connected, non-blocking socket whose every wait has a deadline.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "core/base/result.hpp"
#include "core/redis/deadline.hpp"
#include "core/redis/resolver.hpp"
#include "core/redis/uri.hpp"

namespace sso::redis {

/// Owns a descriptor, which no child process inherits. All failures are `unavailable`.
class Socket {
  public:
    /// Tries the endpoint's addresses in turn until one answers or the deadline has come.
    static Result<Socket> connect(const Endpoint& endpoint, Resolver& resolver, Deadline deadline);

    Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Socket& operator=(Socket&& other) noexcept;
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket();

    enum class Direction { read, write };
    [[nodiscard]] Status wait(Direction direction, Deadline deadline) const;
    [[nodiscard]] Status write_all(std::string_view bytes, Deadline deadline) const;
    /// At least one byte. The other side's close is `unavailable`.
    [[nodiscard]] Result<std::size_t> read_some(char* buffer, std::size_t size, Deadline deadline) const;
    /// Whether the other side has neither closed nor said anything. Does not wait.
    [[nodiscard]] bool is_quiet() const noexcept;
    [[nodiscard]] int fd() const noexcept { return fd_; }

  private:
    explicit Socket(int fd) noexcept : fd_(fd) {}
    int fd_ = -1;
};

/// "what: reason" for an errno.
std::string describe(std::string_view what, int error);

}  // namespace sso::redis
