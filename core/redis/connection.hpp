// One logged-in connection to one server. Used by one thread at a time.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/redis/deadline.hpp"
#include "core/redis/reply.hpp"
#include "core/redis/resolver.hpp"
#include "core/redis/socket.hpp"
#include "core/redis/tls.hpp"
#include "core/redis/uri.hpp"

namespace sso::redis {

class Connection {
  public:
    /// Connects, shakes hands, authenticates and selects the database. `tls` is null for a plain connection.
    /// @return `unavailable`; `refused` for a wrong password or certificate
    static Result<std::unique_ptr<Connection>> open(const ServerUri& uri, Resolver& resolver, const TlsContext* tls,
                                                    const ReplyReader::Limits& limits, Deadline deadline);

    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Sends `wire` and reads `count` replies, error replies among them. After an error the connection is spent.
    Result<std::vector<Reply>> exchange(std::string_view wire, std::size_t count, Deadline deadline);

    /// For a connection on which the server speaks unasked: sends `wire`, and does not wait for what it brings.
    Status post(std::string_view wire, Deadline deadline) { return send(wire, deadline); }
    /// The next thing that the server says, or nothing when it has said nothing until `deadline`. After an error the
    /// connection is spent.
    Result<std::optional<Reply>> next(Deadline deadline);

    /// Whether something went wrong, or bytes that nobody asked for are left over.
    [[nodiscard]] bool is_spent() const noexcept { return spent_; }
    /// Whether another exchange may be tried: it is not spent, and the server has neither closed nor spoken
    /// while the connection lay idle. Does not wait.
    [[nodiscard]] bool is_sound() const noexcept;

    std::chrono::steady_clock::time_point idle_since;  ///< the pool's

  private:
    Connection(Socket socket, const ReplyReader::Limits& limits) : socket_(std::move(socket)), reader_(limits) {}
    Status log_in(const ServerUri& uri, Deadline deadline);
    Result<std::vector<Reply>> read_replies(std::size_t count, Deadline deadline);
    Status send(std::string_view bytes, Deadline deadline);
    Result<std::size_t> receive(char* buffer, std::size_t size, Deadline deadline);

    Socket socket_;
    std::optional<TlsStream> tls_;  // over socket_: dies first
    ReplyReader reader_;
    bool spent_ = false;
};

}  // namespace sso::redis
