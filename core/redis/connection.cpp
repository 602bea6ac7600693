#include "core/redis/connection.hpp"

#include <array>
#include <string>

#include "core/base/secret.hpp"
#include "core/redis/command.hpp"

namespace sso::redis {

Result<std::unique_ptr<Connection>> Connection::open(const ServerUri& uri, Resolver& resolver, const TlsContext* tls,
                                                     const ReplyReader::Limits& limits, Deadline deadline) {
    auto socket = Socket::connect(uri.endpoint, resolver, deadline);
    if (!socket) return error_of(socket);
    std::unique_ptr<Connection> connection(new Connection(std::move(*socket), limits));
    if (tls != nullptr) {
        auto stream = TlsStream::open(*tls, connection->socket_, uri.endpoint.host, deadline);
        if (!stream) return error_of(stream);
        connection->tls_.emplace(std::move(*stream));
    }
    if (auto status = connection->log_in(uri, deadline); !status) return error_of(status);
    return connection;
}

Status Connection::log_in(const ServerUri& uri, Deadline deadline) {
    std::string wire;
    std::size_t count = 0;
    const std::string database = std::to_string(uri.database);
    const Arguments select{"SELECT", database};
    if (!uri.password.empty()) {
        Arguments auth{"AUTH"};
        if (!uri.user.empty()) auth.append({uri.user});
        auth.append({uri.password.reveal()});
        // so that it does not grow: the password would stay where it was before
        wire.reserve(room_for_command(auth) + room_for_command(select));
        append_command(wire, auth);
        ++count;
    }
    if (uri.database != 0) {
        append_command(wire, select);
        ++count;
    }
    if (count == 0) return {};
    const Secret secret_wire(std::move(wire));  // the password is in it
    auto replies = exchange(secret_wire.reveal(), count, deadline);
    if (!replies) return error_of(replies);
    for (const auto& reply : *replies) {
        if (auto status = reply.as_ok(); !status) return status;
    }
    return {};
}

Result<std::vector<Reply>> Connection::exchange(std::string_view wire, std::size_t count, Deadline deadline) {
    spent_ = true;  // until the last reply is here
    if (auto sent = send(wire, deadline); !sent) return error_of(sent);
    auto replies = read_replies(count, deadline);
    if (replies && reader_.is_empty()) spent_ = false;
    return replies;
}

Result<std::vector<Reply>> Connection::read_replies(std::size_t count, Deadline deadline) {
    std::vector<Reply> replies;
    replies.reserve(count);
    std::array<char, 16 * 1024> buffer;  // NOLINT: filled before it is read
    while (true) {
        while (replies.size() < count) {
            auto reply = reader_.next();
            if (!reply) return error_of(reply);
            if (!*reply) break;
            replies.push_back(std::move(**reply));
        }
        if (replies.size() == count) return replies;
        const auto got = receive(buffer.data(), buffer.size(), deadline);
        if (!got) return error_of(got);
        if (auto fed = reader_.feed({buffer.data(), *got}); !fed) return error_of(fed);
    }
}

Result<std::optional<Reply>> Connection::next(Deadline deadline) {
    std::array<char, 16 * 1024> buffer;  // NOLINT: filled before it is read
    while (true) {
        auto reply = reader_.next();
        if (!reply || *reply) return reply;
        const auto got = receive(buffer.data(), buffer.size(), deadline);
        if (!got && std::chrono::steady_clock::now() >= deadline) return std::nullopt;
        if (!got) return error_of(got);
        if (auto fed = reader_.feed({buffer.data(), *got}); !fed) return error_of(fed);
    }
}

bool Connection::is_sound() const noexcept {
    return !spent_ && socket_.is_quiet() && !(tls_ && tls_->has_pending());
}

Status Connection::send(std::string_view bytes, Deadline deadline) {
    return tls_ ? tls_->write_all(bytes, deadline) : socket_.write_all(bytes, deadline);
}

Result<std::size_t> Connection::receive(char* buffer, std::size_t size, Deadline deadline) {
    return tls_ ? tls_->read_some(buffer, size, deadline) : socket_.read_some(buffer, size, deadline);
}

}  // namespace sso::redis
