#include "core/session/redis_feed.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "core/redis/client.hpp"
#include "core/session/redis_layout.hpp"
#include "core/session/redis_store.hpp"

namespace sso::session {
namespace {

using redis::Command;
using redis::Repeat;
using redis::Reply;
using std::chrono::steady_clock;

constexpr std::string_view kChannel = "__redis__:invalidate";
// A Redis that is busy for a second has lost nothing; a connection that is cut costs everybody's cache.
constexpr std::chrono::seconds kPatience{2};
constexpr std::chrono::seconds kMargin{5};  // how much longer a watcher's word holds than its lease

class RedisFeed final : public RevocationFeed {
  public:
    RedisFeed(std::unique_ptr<redis::Client> client, Watcher watcher)
        : client_(std::move(client)), watcher_(std::move(watcher)) {}

    Status listen(RevocationBoard& board) override {
        auto heard = beat(board);
        if (!heard) connection_.reset();
        return heard;
    }

    void leave() noexcept override {
        try {
            static_cast<void>(report(std::chrono::seconds::zero()));
        } catch (...) {  // then its word ends by itself
        }
    }

  private:
    Status beat(RevocationBoard& board) {
        if (!connection_) {
            if (auto opened = open(board); !opened) return opened;
        }
        // The mark is read before the ping goes out: what was revoked before the mark was set has been said before the
        // answer to the ping.
        if (mark_moved_) {
            mark_moved_ = false;
            const auto mark = read_mark();
            if (!mark) return error_of(mark);
            coming_ = *mark;
        }
        const auto asked = steady_clock::now();
        if (auto answered = ping(board); !answered) return answered;
        board.hear(asked);
        const auto valid = watcher_.lease + kMargin;
        if (std::exchange(reached_, coming_) != coming_ || asked - reported_ > valid / 4) {
            if (auto done = report(valid); !done) return done;
            reported_ = asked;
        }
        return listen_until(board, asked + kBeat);
    }

    /// One connection, told of what changes under the two prefixes by messages on a channel that it listens to itself.
    Status open(RevocationBoard& board) {
        auto connection = client_->open_connection();
        if (!connection) return error_of(connection);
        connection_ = std::move(*connection);
        const auto id = ask({"CLIENT", "ID"});
        if (!id) return error_of(id);
        const auto number = id->as_integer();
        if (!number) return error_of(number);
        const std::string own = std::to_string(*number);
        const auto tracking = ask({"CLIENT", "TRACKING", "ON", "REDIRECT", own, "BCAST", "PREFIX", kRedisSessionPrefix,
                                   "PREFIX", kRedisMarkPrefix});
        if (!tracking) return error_of(tracking);
        if (auto on = tracking->as_ok(); !on) return on;
        const auto subscribed = ask({"SUBSCRIBE", kChannel});
        if (!subscribed) return error_of(subscribed);
        if (const auto array = subscribed->as_array(); !array) return error_of(array);
        board.revoke_all();
        mark_moved_ = true;
        reported_ = {};
        return {};
    }

    Result<Reply> ask(const redis::Arguments& words) {
        std::string wire;
        redis::append_command(wire, words);
        auto replies = connection_->exchange(wire, 1, steady_clock::now() + kPatience);
        if (!replies) return error_of(replies);
        return std::move(replies->front());
    }

    Status ping(RevocationBoard& board) {
        const auto deadline = steady_clock::now() + kPatience;
        std::string wire;
        redis::append_command(wire, {"PING"});
        if (auto sent = connection_->post(wire, deadline); !sent) return sent;
        while (true) {
            const auto said = connection_->next(deadline);
            if (!said) return error_of(said);
            if (!*said) return fail(ErrorCode::unavailable, "Redis has said nothing for two seconds");
            if (is_pong(**said)) return {};
            if (auto taken = take(board, **said); !taken) return taken;
        }
    }

    Status listen_until(RevocationBoard& board, redis::Deadline until) {
        while (!mark_moved_) {
            const auto said = connection_->next(until);
            if (!said) return error_of(said);
            if (!*said) return {};
            if (auto taken = take(board, **said); !taken) return taken;
        }
        return {};
    }

    static bool is_pong(const Reply& reply) noexcept {
        return reply.type == Reply::Type::array && !reply.elements.empty() && reply.elements[0].text == "pong";
    }

    /// ["message", channel, [key, …]]; nil in the place of the keys when everything was flushed.
    Status take(RevocationBoard& board, const Reply& message) {
        if (message.type == Reply::Type::error) return tl::unexpected(message.error());
        if (message.elements.size() != 3 || message.elements[0].text != "message" ||
            message.elements[1].text != kChannel) {
            return fail(ErrorCode::unavailable, "Redis said something that nobody asked for");
        }
        const Reply& keys = message.elements[2];
        if (keys.type == Reply::Type::nil) {
            board.revoke_all();
            mark_moved_ = true;
            reported_ = {};
            return {};
        }
        if (keys.type != Reply::Type::array) return fail(ErrorCode::unavailable, "Redis named no keys that changed");
        for (const Reply& key : keys.elements) {
            if (const auto id = session_of_redis_key(key.text)) {
                board.revoke(*id);
            } else if (key.text == kRedisMarkKey) {
                mark_moved_ = true;
            }
        }
        return {};
    }

    Result<std::uint64_t> read_mark() {
        const auto reply = client_->run({"GET", kRedisMarkKey}, Repeat::harmless);
        if (!reply) return error_of(reply);
        const auto text = reply->as_text();
        if (!text) return error_of(text);
        std::uint64_t mark = 0;
        if (*text) std::from_chars((*text)->data(), (*text)->data() + (*text)->size(), mark);
        return mark;
    }

    Status report(std::chrono::seconds valid) {
        const std::string seconds = std::to_string(valid.count());
        const std::string reached = std::to_string(reached_);
        const auto reply =
            client_->run(Command(scripts_.report, {kRedisWatchersKey}, {watcher_.id, seconds, reached, watcher_.name}),
                         Repeat::harmless);
        if (!reply) return error_of(reply);
        return {};
    }

    const std::unique_ptr<redis::Client> client_;  ///< for what is asked of the server beside listening
    const Watcher watcher_;
    const RedisScripts scripts_;
    std::unique_ptr<redis::Connection> connection_;
    bool mark_moved_ = false;
    std::uint64_t coming_ = 0;   ///< the mark that is reached when the next ping is answered
    std::uint64_t reached_ = 0;  ///< the mark that is reached
    steady_clock::time_point reported_{};
};

}  // namespace

Result<std::unique_ptr<RevocationFeed>> open_redis_feed(std::string_view uri, const StoreOptions& options,
                                                        Watcher watcher) {
    auto client = open_redis_client(uri, options);
    if (!client) return error_of(client);
    return std::make_unique<RedisFeed>(std::move(*client), std::move(watcher));
}

}  // namespace sso::session
