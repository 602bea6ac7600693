// One Redis client for all rooms above: commands, pipelines, scripts and scans against one server, over pooled
// connections, each call within one deadline. Knows nothing of what is stored.
#pragma once

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/redis/command.hpp"
#include "core/redis/pool.hpp"
#include "core/redis/reply.hpp"
#include "core/redis/resolver.hpp"
#include "core/redis/tls.hpp"
#include "core/redis/uri.hpp"

namespace sso::redis {

/// Whether commands may be sent a second time when a connection died before the reply: the server may have carried them
/// out the first time.
enum class Repeat { never, harmless };

/// Callable from several threads at once: each call uses a connection of its own. Make it after the process has forked.
///
/// What a call answers when it has no reply: `unavailable` (refused, closed, no reply in time, a server that is loading
/// or read-only: a retry is of use), `full`, `corrupt`, `refused`, `limit`, `internal`, as Reply::error says. An absent
/// key is never an error.
class Client {
  public:
    struct Options {
        std::chrono::milliseconds timeout{500};  ///< of a whole call: look-up, connect, handshake, login and replies
        ReplyReader::Limits limits;
        std::size_t idle_connections = 64;
    };

    /// Asks nothing of the server yet.
    /// @return `invalid` for a user without a password, or a certificate or key file that cannot be used
    static Result<std::unique_ptr<Client>> open(ServerUri uri, const Options& options);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// One command. An error reply is an Error.
    Result<Reply> run(const Command& command, Repeat repeat);
    /// Several in one round trip, in this order; one reply each, error replies among them. Not atomic. Commands of one
    /// call may concern keys of different hash tags.
    Result<std::vector<Reply>> pipeline(std::span<const Command> commands, Repeat repeat);
    Result<std::vector<Reply>> pipeline(std::initializer_list<Command> commands, Repeat repeat) {
        return pipeline(std::span(commands.begin(), commands.size()), repeat);
    }

    /// A connection of the caller's own, logged in, on which the server may be asked to speak unasked.
    Result<std::unique_ptr<Connection>> open_connection();

    /// Calls `visit` with batches of keys that match `pattern` (SCAN), until it answers false. A key may come twice,
    /// and one that is made or removed meanwhile may come or not. Each round trip has a deadline of its own.
    using Visit = std::function<Result<bool>(const std::vector<std::string>&)>;
    Status scan(std::string_view pattern, const Visit& visit);
    /// The same with the members of a sorted set (ZSCAN), without their scores. Of no set, none.
    Status scan_sorted_set(std::string_view key, const Visit& visit);

  private:
    Status walk(const std::function<Command(std::string_view cursor)>& command, std::size_t stride, const Visit& visit);
    Client(ServerUri uri, const Options& options);
    Result<std::vector<Reply>> exchange(std::span<const Command> commands, Repeat repeat, Deadline deadline);
    Result<std::unique_ptr<Connection>> connect(Deadline deadline);
    [[nodiscard]] Error at_server(const Error& error) const;

    ServerUri uri_;
    Options options_;
    Resolver resolver_;
    std::optional<TlsContext> tls_;
    Pool pool_;
};

}  // namespace sso::redis
