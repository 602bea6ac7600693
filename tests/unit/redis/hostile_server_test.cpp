// The client against servers that do what no redis-server does.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <thread>

#include "core/redis/client.hpp"
#include "tests/support/allocations.hpp"

namespace sso::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Accepts connections on loopback and hands each to `serve`, in a thread of its own.
class FakeServer {
  public:
    using Serve = std::function<void(int connection)>;

    explicit FakeServer(Serve serve) : serve_(std::move(serve)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(listener_, generic, size), 0);
        EXPECT_EQ(::listen(listener_, 16), 0);
        EXPECT_EQ(::getsockname(listener_, generic, &size), 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { accept_all(); });
    }
    ~FakeServer() {
        ending = true;
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    FakeServer(const FakeServer&) = delete;
    FakeServer& operator=(const FakeServer&) = delete;

    [[nodiscard]] std::unique_ptr<Client> client(std::string_view before = "redis://",
                                                 std::string_view after = "") const {
        Client::Options options;
        options.timeout = milliseconds(400);
        options.limits.bytes = 1'000'000;
        const std::string uri = std::string(before) + "127.0.0.1:" + std::to_string(port_) + std::string(after);
        return Client::open(ServerUri::parse(uri).value(), options).value();
    }

    std::atomic<int> accepted = 0;
    std::atomic<bool> ending = false;

  private:
    void accept_all() {
        std::vector<std::thread> threads;
        while (true) {
            const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (connection < 0) break;
            ++accepted;
            threads.emplace_back([this, connection] {
                serve_(connection);
                ::close(connection);
            });
        }
        for (auto& thread : threads) thread.join();
    }

    Serve serve_;
    int listener_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

bool read_request(int connection) {
    std::array<char, 4096> buffer{};
    return ::recv(connection, buffer.data(), buffer.size(), 0) > 0;
}

void say(int connection, std::string_view bytes) {
    ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

/// Until the client goes away.
void wait_for_close(int connection) {
    while (read_request(connection)) continue;
}

void reset(int connection) {
    const linger hard{1, 0};
    ::setsockopt(connection, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
}

struct Outcome {
    Result<Reply> reply;
    milliseconds took;
};

Outcome ask(Client& client, Repeat repeat) {
    const auto start = steady_clock::now();
    auto reply = client.run({"GET", "k"}, repeat);
    return {std::move(reply), std::chrono::duration_cast<milliseconds>(steady_clock::now() - start)};
}

void expect_unavailable_in_time(const FakeServer& server) {
    const auto client = server.client();
    for (const auto repeat : {Repeat::harmless, Repeat::never}) {
        const auto outcome = ask(*client, repeat);
        ASSERT_FALSE(outcome.reply.has_value());
        EXPECT_EQ(outcome.reply.error().code, ErrorCode::unavailable) << outcome.reply.error().detail;
        EXPECT_LT(outcome.took, milliseconds(1000));
    }
}

TEST(HostileServer, OneThatTricklesIsCutOffAtTheDeadlineOfTheWholeReply) {
    FakeServer server([&](int connection) {
        read_request(connection);
        say(connection, "$100000\r\n");
        for (int i = 0; i < 200 && !server.ending; ++i) {
            if (::send(connection, "x", 1, MSG_NOSIGNAL) != 1) return;
            pollfd entry{connection, POLLIN, 0};
            if (::poll(&entry, 1, 20) > 0) return;
        }
    });
    expect_unavailable_in_time(server);
}

TEST(HostileServer, OneThatResetsTheConnectionIsUnavailable) {
    FakeServer server([](int connection) {
        read_request(connection);
        reset(connection);
    });
    expect_unavailable_in_time(server);
}

TEST(HostileServer, OneThatClosesBeforeTheReplyIsWholeIsUnavailable) {
    FakeServer server([](int connection) {
        read_request(connection);
        say(connection, "$10\r\nabc");
    });
    expect_unavailable_in_time(server);
}

TEST(HostileServer, OneThatSpeaksAnotherProtocolIsUnavailable) {
    FakeServer server([](int connection) {
        read_request(connection);
        say(connection, "HTTP/1.1 400 Bad Request\r\n\r\n");
        wait_for_close(connection);
    });
    expect_unavailable_in_time(server);
}

TEST(HostileServer, OneThatSpeaksNoTlsIsUnavailable) {
    FakeServer server([](int connection) {
        read_request(connection);
        say(connection, "-ERR what is this?\r\n");
    });
    const auto client = server.client("rediss://");
    const auto outcome = ask(*client, Repeat::harmless);
    ASSERT_FALSE(outcome.reply.has_value());
    EXPECT_EQ(outcome.reply.error().code, ErrorCode::unavailable) << outcome.reply.error().detail;
}

TEST(HostileServer, OneThatStallsInTheTlsHandshakeIsUnavailableAtTheDeadline) {
    FakeServer server(wait_for_close);
    const auto client = server.client("rediss://");
    const auto outcome = ask(*client, Repeat::harmless);
    ASSERT_FALSE(outcome.reply.has_value());
    EXPECT_EQ(outcome.reply.error().code, ErrorCode::unavailable);
    EXPECT_LT(outcome.took, milliseconds(1000));
}

TEST(HostileServer, AnEndlessReplyIsRefusedAtTheLimit) {
    FakeServer server([](int connection) {
        read_request(connection);
        const std::string flood(64 * 1024, 'x');
        say(connection, "+");
        while (::send(connection, flood.data(), flood.size(), MSG_NOSIGNAL) > 0) continue;
    });
    const auto outcome = ask(*server.client(), Repeat::harmless);
    ASSERT_FALSE(outcome.reply.has_value());
    EXPECT_EQ(outcome.reply.error().code, ErrorCode::limit);
}

TEST(HostileServer, ArraysAnnouncedLargerThanTheLimitTakeNoMemory) {
    FakeServer server([](int connection) {
        read_request(connection);
        say(connection, "*2147483647\r\n");
        wait_for_close(connection);
    });
    const auto outcome = ask(*server.client(), Repeat::harmless);
    ASSERT_FALSE(outcome.reply.has_value());
    EXPECT_EQ(outcome.reply.error().code, ErrorCode::limit);
}

// pitfalls B-44: an answer that nobody asked for must not become the answer to the next question
TEST(HostileServer, AConnectionWithASecondReplyInItIsNotUsedAgain) {
    FakeServer server([](int connection) {
        read_request(connection);
        say(connection, "$4\r\nmine\r\n$5\r\nother\r\n");
        wait_for_close(connection);
    });
    const auto client = server.client();
    EXPECT_EQ(ask(*client, Repeat::never).reply.value().text, "mine");
    EXPECT_EQ(ask(*client, Repeat::never).reply.value().text, "mine");
    EXPECT_EQ(server.accepted, 2);
}

TEST(HostileServer, AReplyThatComesAfterItsTimeIsNobodysReply) {
    std::atomic<bool> slow = true;
    FakeServer server([&](int connection) {
        for (int i = 0; read_request(connection); ++i) {
            if (slow.exchange(false)) {
                pollfd entry{connection, POLLRDHUP, 0};
                ::poll(&entry, 1, 600);
            }
            say(connection, "$1\r\n" + std::to_string(i) + "\r\n");
        }
    });
    const auto client = server.client();
    EXPECT_FALSE(ask(*client, Repeat::never).reply.has_value());
    EXPECT_EQ(ask(*client, Repeat::never).reply.value().text, "0");
    EXPECT_EQ(ask(*client, Repeat::never).reply.value().text, "1");
}

TEST(HostileServer, OnlyWhatMayBeRepeatedIsAskedASecondTime) {
    // answers one question a connection, then closes when the next one comes
    FakeServer server([](int connection) {
        if (!read_request(connection)) return;
        say(connection, "+OK\r\n");
        read_request(connection);
        reset(connection);
    });
    const auto client = server.client();
    EXPECT_TRUE(ask(*client, Repeat::harmless).reply.has_value());
    EXPECT_TRUE(ask(*client, Repeat::harmless).reply.has_value()) << "a new connection answers";
    EXPECT_EQ(server.accepted, 2);
    const auto once = ask(*client, Repeat::never);
    ASSERT_FALSE(once.reply.has_value());
    EXPECT_EQ(once.reply.error().code, ErrorCode::unavailable);
    EXPECT_EQ(server.accepted, 2);
}

TEST(HostileServer, AServerThatIsGoneRaisesNoSignal) {
    struct sigaction before {};
    struct sigaction deadly {};
    deadly.sa_handler = SIG_DFL;
    ASSERT_EQ(::sigaction(SIGPIPE, &deadly, &before), 0);
    FakeServer server([](int connection) { reset(connection); });
    const auto client = server.client();
    const auto secure = server.client("rediss://");
    const std::string large(3'000'000, 'x');
    for (int i = 0; i < 20; ++i) {
        EXPECT_FALSE(client->run({"SET", "k", large}, Repeat::harmless).has_value());
        EXPECT_FALSE(secure->run({"SET", "k", large}, Repeat::harmless).has_value());
    }
    ::sigaction(SIGPIPE, &before, nullptr);
}

TEST(Client, LeavesNoPasswordInMemoryThatItGivesBack) {
    const std::string password(100, 'p');
    const FakeServer server([](int connection) {
        read_request(connection);
        say(connection, "+OK\r\n+OK\r\n");
        read_request(connection);
        say(connection, "+v\r\n");
        wait_for_close(connection);
    });
    const auto client = server.client("redis://:" + password + "@", "/5");
    test::FreedMemory freed(password);
    EXPECT_TRUE(ask(*client, Repeat::never).reply.has_value());
    EXPECT_FALSE(freed.has_held_text());
    auto copy = std::make_unique<std::string>(password);
    copy.reset();
    EXPECT_TRUE(freed.has_held_text()) << "it is seen where it is left";
}

TEST(HostileServer, ASocketThatNobodyOpensIsUnavailable) {
    Client::Options options;
    const auto client = Client::open(ServerUri::parse("redis+unix:///nonexistent/redis.sock").value(), options).value();
    const auto outcome = ask(*client, Repeat::harmless);
    ASSERT_FALSE(outcome.reply.has_value());
    EXPECT_EQ(outcome.reply.error().code, ErrorCode::unavailable);
    EXPECT_NE(outcome.reply.error().detail.find("unix:/nonexistent/redis.sock"), std::string::npos);
}

}  // namespace
}  // namespace sso::redis
