#include "core/redis/client.hpp"

#include <algorithm>
#include <utility>

namespace sso::redis {
namespace {

constexpr std::string_view kScanBatch = "256";
constexpr int kMostScanRounds = 10'000'000;  // a server that never ends a scan is not believed

bool is_script_missing(const Reply& reply) noexcept {
    return reply.type == Reply::Type::error && reply.text.starts_with("NOSCRIPT");
}

/// A server that was master and is not, or is not ready: another connection may lead to a better one.
bool says_go_elsewhere(const Reply& reply) {
    return reply.type == Reply::Type::error && reply.error().code == ErrorCode::unavailable;
}

}  // namespace

Client::Client(ServerUri uri, const Options& options)
    : uri_(std::move(uri)), options_(options), resolver_(uri_.endpoint), pool_(options.idle_connections) {}

Result<std::unique_ptr<Client>> Client::open(ServerUri uri, const Options& options) {
    if (!uri.user.empty() && uri.password.empty()) {
        return fail(ErrorCode::invalid, "Redis: a user is given and no password");
    }
    std::unique_ptr<Client> client(new Client(std::move(uri), options));
    if (client->uri_.tls) {
        auto tls = TlsContext::open(client->uri_.tls_files);
        if (!tls) return error_of(tls);
        client->tls_.emplace(std::move(*tls));
    }
    return client;
}

Result<Reply> Client::run(const Command& command, Repeat repeat) {
    auto replies = pipeline(std::span(&command, 1), repeat);
    if (!replies) return error_of(replies);
    if (replies->front().type == Reply::Type::error) return tl::unexpected(at_server(replies->front().error()));
    return std::move(replies->front());
}

Result<std::vector<Reply>> Client::pipeline(std::span<const Command> commands, Repeat repeat) {
    const Deadline deadline = std::chrono::steady_clock::now() + options_.timeout;
    auto replies = exchange(commands, repeat, deadline);
    if (!replies) return tl::unexpected(at_server(replies.error()));

    std::vector<Command> again;  // what the server refused for want of the script did not run
    for (std::size_t i = 0; i < commands.size(); ++i) {
        if (commands[i].script != nullptr && is_script_missing((*replies)[i])) again.push_back(commands[i].with_text());
    }
    if (again.empty()) return replies;
    auto second = exchange(again, repeat, deadline);
    if (!second) return tl::unexpected(at_server(second.error()));
    auto answer = second->begin();
    for (std::size_t i = 0; i < commands.size(); ++i) {
        if (commands[i].script != nullptr && is_script_missing((*replies)[i])) (*replies)[i] = std::move(*answer++);
    }
    return replies;
}

Result<std::vector<Reply>> Client::exchange(std::span<const Command> commands, Repeat repeat, Deadline deadline) {
    std::size_t room = 0;
    for (const auto& command : commands) room += room_for_command(command.arguments);
    std::string wire;
    wire.reserve(room);
    for (const auto& command : commands) append_command(wire, command.arguments);

    auto connection = pool_.take();
    bool may_repeat = connection != nullptr && repeat == Repeat::harmless;
    while (true) {
        if (!connection) {
            auto opened = connect(deadline);
            if (!opened) return error_of(opened);
            connection = std::move(*opened);
        }
        auto replies = connection->exchange(wire, commands.size(), deadline);
        if (replies) {
            if (std::any_of(replies->begin(), replies->end(), says_go_elsewhere)) {
                pool_.flush();
            } else {
                pool_.give_back(std::move(connection));
            }
            return replies;
        }
        pool_.flush();
        const bool in_time = std::chrono::steady_clock::now() < deadline;
        if (!may_repeat || !in_time || replies.error().code != ErrorCode::unavailable) return replies;
        may_repeat = false;
        connection = nullptr;
    }
}

Result<std::unique_ptr<Connection>> Client::connect(Deadline deadline) {
    return Connection::open(uri_, resolver_, tls_ ? &*tls_ : nullptr, options_.limits, deadline);
}

Result<std::unique_ptr<Connection>> Client::open_connection() {
    auto opened = connect(std::chrono::steady_clock::now() + options_.timeout);
    if (!opened) return tl::unexpected(at_server(opened.error()));
    return opened;
}

Status Client::scan(std::string_view pattern, const Visit& visit) {
    const auto command = [&](std::string_view cursor) {
        return Command{"SCAN", cursor, "MATCH", pattern, "COUNT", kScanBatch};
    };
    return walk(command, 1, visit);
}

Status Client::scan_sorted_set(std::string_view key, const Visit& visit) {
    const auto command = [&](std::string_view cursor) { return Command{"ZSCAN", key, cursor, "COUNT", kScanBatch}; };
    return walk(command, 2, visit);  // member, score, member, …
}

/// SCAN and its kin: [next cursor, [element, …]] until the cursor is 0 again. Every `stride`th element is visited.
Status Client::walk(const std::function<Command(std::string_view cursor)>& command, std::size_t stride,
                    const Visit& visit) {
    const auto malformed = [this] {
        return tl::unexpected(at_server({ErrorCode::internal, "SCAN did not answer as it should"}));
    };
    std::string cursor = "0";
    for (int round = 0; round < kMostScanRounds; ++round) {
        auto reply = run(command(cursor), Repeat::harmless);
        if (!reply) return error_of(reply);
        if (reply->elements.size() != 2) return malformed();
        const auto next = reply->elements[0].as_text();
        auto& elements = reply->elements[1].elements;
        if (!next || !*next || elements.size() % stride != 0) return malformed();
        std::vector<std::string> found;
        for (std::size_t i = 0; i < elements.size(); i += stride) {
            if (elements[i].type != Reply::Type::text) return malformed();
            found.push_back(std::move(elements[i].text));
        }
        if (!found.empty()) {
            const auto go_on = visit(found);
            if (!go_on) return error_of(go_on);
            if (!*go_on) return {};
        }
        cursor = std::string(**next);
        if (cursor == "0") return {};
    }
    return tl::unexpected(at_server({ErrorCode::limit, "SCAN does not end"}));
}

Error Client::at_server(const Error& error) const {
    return {error.code, "redis " + uri_.endpoint.text() + ": " + error.detail};
}

}  // namespace sso::redis
