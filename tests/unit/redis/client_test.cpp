// The client against a real redis-server.
#include "core/redis/client.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <set>
#include <thread>

#include "tests/support/redis_server.hpp"

namespace sso::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using test::RedisServer;

std::unique_ptr<Client> client_of(std::string_view uri, milliseconds timeout = milliseconds(2000)) {
    Client::Options options;
    options.timeout = timeout;
    auto client = Client::open(ServerUri::parse(uri).value(), options);
    return client ? std::move(*client) : nullptr;
}

ErrorCode code_of(const Result<Reply>& reply) {
    EXPECT_FALSE(reply.has_value());
    return reply ? ErrorCode::exists : reply.error().code;
}

milliseconds time_of(const std::function<void()>& work) {
    const auto start = steady_clock::now();
    work();
    return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
}

class ClientOnServer : public testing::Test {
  protected:
    Status set(std::string_view key, std::string_view value) {
        return client->run({"SET", key, value}, Repeat::harmless).and_then([](const Reply& reply) {
            return reply.as_ok();
        });
    }
    std::optional<std::string> get(std::string_view key) {
        const auto reply = client->run({"GET", key}, Repeat::harmless);
        EXPECT_TRUE(reply.has_value()) << reply.error().detail;
        if (!reply || !reply->as_text().value()) return std::nullopt;
        return reply->text;
    }

    RedisServer server;
    std::unique_ptr<Client> client = client_of(server.uri());
};

TEST_F(ClientOnServer, KeepsBytesAsTheyAre) {
    const std::string bytes("\0\r\n\xFF{}", 7);
    ASSERT_TRUE(set("k", bytes).has_value());
    EXPECT_EQ(get("k"), bytes);
}

TEST_F(ClientOnServer, TellsAnAbsentKeyFromAnUnreachableServer) {
    EXPECT_EQ(get("absent"), std::nullopt);
    server.stop();
    EXPECT_EQ(code_of(client->run({"GET", "absent"}, Repeat::harmless)), ErrorCode::unavailable);
}

TEST_F(ClientOnServer, AnswersAPipelineInItsOrderErrorsAmongThem) {
    ASSERT_TRUE(set("text", "x").has_value());
    const auto replies = client->pipeline({{"GET", "text"}, {"LPUSH", "text", "y"}, {"INCR", "n"}}, Repeat::never);
    ASSERT_TRUE(replies.has_value());
    ASSERT_EQ(replies->size(), 3u);
    EXPECT_EQ((*replies)[0].text, "x");
    EXPECT_EQ((*replies)[1].as_integer().error().code, ErrorCode::corrupt);
    EXPECT_EQ((*replies)[2].as_integer().value(), 1);
}

TEST_F(ClientOnServer, AWrongTypeIsCorrupt) {
    ASSERT_TRUE(client->run({"LPUSH", "list", "x"}, Repeat::never).has_value());
    EXPECT_EQ(code_of(client->run({"GET", "list"}, Repeat::harmless)), ErrorCode::corrupt);
    EXPECT_EQ(get("absent"), std::nullopt);  // and the connection serves on
}

TEST_F(ClientOnServer, TeachesTheServerItsScripts) {
    const Script script("return {KEYS[1], ARGV[1]}");
    for (int i = 0; i < 2; ++i) {
        const auto reply = client->run(Command(script, {"k"}, {"v"}), Repeat::harmless);
        ASSERT_TRUE(reply.has_value()) << reply.error().detail;
        EXPECT_EQ(reply->elements.at(1).text, "v");
        ASSERT_TRUE(client->run({"SCRIPT", "FLUSH"}, Repeat::harmless).has_value());
    }
    const Script other("return redis.call('INCR', KEYS[1])");
    const auto replies = client->pipeline(
        {{"SET", "a", "1"}, Command(other, {"n"}, {}), {"GET", "a"}, Command(other, {"n"}, {})}, Repeat::never);
    ASSERT_TRUE(replies.has_value());
    EXPECT_EQ((*replies)[1].as_integer().value(), 1);
    EXPECT_EQ((*replies)[2].text, "1");
    EXPECT_EQ((*replies)[3].as_integer().value(), 2);
}

TEST_F(ClientOnServer, ScansEveryKeyOfAPattern) {
    std::set<std::string> wanted;
    for (int i = 0; i < 1000; ++i) {
        wanted.insert("a:" + std::to_string(i));
        ASSERT_TRUE(set("a:" + std::to_string(i), "").has_value());
        ASSERT_TRUE(set("b:" + std::to_string(i), "").has_value());
    }
    std::set<std::string> seen;
    const auto status = client->scan("a:*", [&](const std::vector<std::string>& keys) -> Result<bool> {
        seen.insert(keys.begin(), keys.end());
        return true;
    });
    ASSERT_TRUE(status.has_value());
    EXPECT_EQ(seen, wanted);

    int batches = 0;
    ASSERT_TRUE(client
                    ->scan("a:*",
                           [&](const std::vector<std::string>&) -> Result<bool> {
                               ++batches;
                               return false;
                           })
                    .has_value());
    EXPECT_EQ(batches, 1);
    EXPECT_EQ(
        client->scan("a:*", [](const auto&) -> Result<bool> { return fail(ErrorCode::full, "mine"); }).error().detail,
        "mine");
}

TEST_F(ClientOnServer, SelectsItsDatabase) {
    const auto other = client_of(server.uri() + "/3");
    ASSERT_TRUE(other->run({"SET", "k", "three"}, Repeat::harmless).has_value());
    EXPECT_EQ(get("k"), std::nullopt);
    EXPECT_EQ(other->run({"GET", "k"}, Repeat::harmless).value().text, "three");
    EXPECT_EQ(code_of(client_of(server.uri() + "/99")->run({"GET", "k"}, Repeat::harmless)), ErrorCode::internal);
}

TEST_F(ClientOnServer, SpeaksOverAUnixSocket) {
    const auto local = client_of(server.socket_uri() + "?db=0");
    ASSERT_TRUE(local->run({"SET", "k", "local"}, Repeat::harmless).has_value());
    EXPECT_EQ(get("k"), "local");
}

TEST_F(ClientOnServer, ResolvesANameWithinItsDeadline) {
    EXPECT_TRUE(
        client_of("redis://localhost:" + std::to_string(server.port()))->run({"PING"}, Repeat::harmless).has_value());
    const auto nowhere = client_of("redis://no-such-host.invalid", milliseconds(300));
    const auto took =
        time_of([&] { EXPECT_EQ(code_of(nowhere->run({"PING"}, Repeat::harmless)), ErrorCode::unavailable); });
    EXPECT_LT(took, milliseconds(1500));
}

TEST_F(ClientOnServer, AReplyBeyondTheLimitIsRefusedAndTheNextIsRead) {
    Client::Options options;
    options.limits.bytes = 100'000;
    const auto bounded = Client::open(ServerUri::parse(server.uri()).value(), options).value();
    ASSERT_TRUE(set("large", std::string(200'000, 'x')).has_value());
    EXPECT_EQ(code_of(bounded->run({"GET", "large"}, Repeat::harmless)), ErrorCode::limit);
    EXPECT_EQ(get("large")->size(), 200'000u);
    EXPECT_TRUE(bounded->run({"PING"}, Repeat::harmless).has_value());
}

// pitfalls B-6, B-7: after a restart no call fails for the sake of a connection that died with the old server
TEST_F(ClientOnServer, NoCallFailsAfterARestartHoweverManyConnectionsDied) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] { EXPECT_TRUE(client->run({"BLPOP", "none", "0.2"}, Repeat::harmless).has_value()); });
    }
    for (auto& thread : threads) thread.join();
    server.stop();
    server.start();
    for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(client->run({"INCR", "n"}, Repeat::never).has_value()) << i;
    }
    EXPECT_EQ(get("n"), "10");
}

TEST_F(ClientOnServer, IsReadyAgainAsSoonAsTheServerIs) {
    server.stop();
    const auto took = time_of([&] { EXPECT_FALSE(client->run({"PING"}, Repeat::harmless).has_value()); });
    EXPECT_LT(took, milliseconds(500)) << "a refused connection needs no waiting";
    server.start();
    EXPECT_TRUE(client->run({"PING"}, Repeat::harmless).has_value());
}

TEST_F(ClientOnServer, AStalledServerIsUnavailableAtTheDeadline) {
    const auto hurried = client_of(server.uri(), milliseconds(300));
    ASSERT_TRUE(hurried->run({"PING"}, Repeat::harmless).has_value());
    server.pause();
    for (const auto repeat : {Repeat::harmless, Repeat::never}) {  // on an old connection, then on a new one
        const auto took = time_of([&] { EXPECT_EQ(code_of(hurried->run({"PING"}, repeat)), ErrorCode::unavailable); });
        EXPECT_GE(took, milliseconds(290));
        EXPECT_LT(took, milliseconds(900));
    }
    server.resume();
    EXPECT_TRUE(hurried->run({"PING"}, Repeat::harmless).has_value());
}

TEST_F(ClientOnServer, AStalledServerHoldsNobodyLongerThanOneDeadlineEach) {
    const auto hurried = client_of(server.uri(), milliseconds(300));
    server.pause();
    const auto took = time_of([&] {
        std::vector<std::thread> threads;
        for (int i = 0; i < 16; ++i) {
            threads.emplace_back([&] { EXPECT_FALSE(hurried->run({"PING"}, Repeat::harmless).has_value()); });
        }
        for (auto& thread : threads) thread.join();
    });
    EXPECT_LT(took, milliseconds(1500)) << "the threads waited one after another";
    server.resume();
}

TEST_F(ClientOnServer, ManyThreadsGetEachItsOwnReplies) {
    constexpr int kThreads = 16;
    constexpr int kRounds = 300;
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
            const std::string key = "thread" + std::to_string(t);
            for (int i = 0; i < kRounds; ++i) {
                const std::string value = key + ":" + std::to_string(i);
                const auto replies = client->pipeline({{"SET", key, value}, {"GET", key}}, Repeat::never);
                if (!replies || (*replies)[1].text != value) ++wrong;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
    const auto info = client->run({"INFO", "clients"}, Repeat::harmless).value().text;
    const auto connected = std::stoi(info.substr(info.find("connected_clients:") + 18));
    EXPECT_LE(connected, kThreads + 1);
}

TEST_F(ClientOnServer, LeavesNoDescriptorBehindAndGivesNoneToChildren) {
    const auto descriptors = [] {
        std::set<int> open;
        for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
            open.insert(std::stoi(entry.path().filename().string()));
        }
        std::erase_if(open, [](int descriptor) { return ::fcntl(descriptor, F_GETFD) < 0; });  // the iterator's own
        return open;
    };
    const auto before = descriptors();
    for (int i = 0; i < 20; ++i) {
        auto other = client_of(server.uri());
        ASSERT_TRUE(other->run({"PING"}, Repeat::harmless).has_value());
        const auto during = descriptors();
        EXPECT_GT(during.size(), before.size());
        for (const int descriptor : during) {
            if (before.contains(descriptor)) continue;
            EXPECT_EQ(::fcntl(descriptor, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC) << descriptor;
        }
    }
    EXPECT_EQ(descriptors(), before);
}

TEST(Client, LogsInWithAPassword) {
    const RedisServer server({.password = "p-w"});
    EXPECT_TRUE(client_of(server.uri())->run({"PING"}, Repeat::harmless).has_value());
    EXPECT_TRUE(client_of(server.socket_uri())->run({"PING"}, Repeat::harmless).has_value());
    const std::string at = "@127.0.0.1:" + std::to_string(server.port());
    EXPECT_TRUE(client_of("redis://default:p-w" + at)->run({"PING"}, Repeat::harmless).has_value());

    const auto wrong = client_of("redis://:hunter2" + at)->run({"PING"}, Repeat::harmless);
    EXPECT_EQ(code_of(wrong), ErrorCode::refused);
    EXPECT_EQ(wrong.error().detail.find("hunter2"), std::string::npos);
    EXPECT_EQ(code_of(client_of("redis://nobody:p-w" + at)->run({"PING"}, Repeat::harmless)), ErrorCode::refused);
    EXPECT_EQ(code_of(client_of("redis://" + at.substr(1))->run({"PING"}, Repeat::harmless)), ErrorCode::refused);
}

TEST(Client, NeverShowsThePasswordToAServerThatKnowsNoAuth) {
    const RedisServer server({.arguments = {"--rename-command", "AUTH", "XAUTH"}});
    const auto reply =
        client_of("redis://:hunter2@127.0.0.1:" + std::to_string(server.port()))->run({"PING"}, Repeat::harmless);
    ASSERT_FALSE(reply.has_value());
    EXPECT_EQ(reply.error().detail.find("hunter2"), std::string::npos) << reply.error().detail;
}

TEST(Client, AServerWithoutRoomIsFull) {
    const RedisServer server({.arguments = {"--maxmemory", "3mb", "--maxmemory-policy", "noeviction"}});
    const auto client = client_of(server.uri());
    const std::string chunk(100'000, 'x');
    Result<Reply> reply = Reply{};
    for (int i = 0; i < 100 && reply; ++i) {
        reply = client->run({"SET", "k" + std::to_string(i), chunk}, Repeat::harmless);
    }
    EXPECT_EQ(code_of(reply), ErrorCode::full);
    const Script script("return redis.call('SET', KEYS[1], ARGV[1])");
    EXPECT_EQ(code_of(client->run(Command(script, {"k"}, {chunk}), Repeat::never)), ErrorCode::full);
    EXPECT_TRUE(client->run({"GET", "k0"}, Repeat::harmless).has_value());
}

TEST(Client, AReadOnlyReplicaIsUnavailableForWritesAndIsAskedAnewEachTime) {
    const RedisServer master;
    const RedisServer replica({.arguments = {"--replicaof", "127.0.0.1 " + std::to_string(master.port())}});
    const auto client = client_of(replica.uri());
    EXPECT_EQ(code_of(client->run({"SET", "k", "v"}, Repeat::harmless)), ErrorCode::unavailable);
    const Script script("return redis.call('SET', KEYS[1], ARGV[1])");
    EXPECT_EQ(code_of(client->run(Command(script, {"k"}, {"v"}), Repeat::never)), ErrorCode::unavailable);
    ASSERT_TRUE(client_of(replica.uri())->run({"REPLICAOF", "NO", "ONE"}, Repeat::never).has_value());
    EXPECT_TRUE(client->run({"SET", "k", "v"}, Repeat::harmless).has_value());
}

TEST(Client, ATimeOutOfTheServersIsNoFailure) {
    const RedisServer server;
    const auto client = client_of(server.uri());
    const auto killer = client_of(server.uri());
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(client->run({"INCR", "n"}, Repeat::never).has_value());
        ASSERT_TRUE(killer->run({"CLIENT", "KILL", "TYPE", "normal"}, Repeat::never).has_value());
    }
}

TEST(Client, ARequestThatMayBeRepeatedSurvivesAConnectionThatDiesUnderIt) {
    const RedisServer server;
    const auto client = client_of(server.uri());
    ASSERT_TRUE(client->run({"PING"}, Repeat::harmless).has_value());
    ASSERT_TRUE(client->run({"CONFIG", "SET", "maxclients", "1000"}, Repeat::harmless).has_value());
    // QUIT answers and closes: the connection is pooled as sound and dies a moment later, or is found dead
    for (int i = 0; i < 50; ++i) {
        ASSERT_TRUE(client->run({"QUIT"}, Repeat::never).has_value());
        ASSERT_TRUE(client->run({"PING"}, Repeat::harmless).has_value()) << i;
    }
}

class ClientOverTls : public testing::Test {
  protected:
    [[nodiscard]] std::string base() const { return "rediss://:p-w@127.0.0.1:" + std::to_string(server.port()); }
    static std::string connections(Client& client) {
        const auto info = client.run({"INFO", "stats"}, Repeat::harmless).value().text;
        return info.substr(0, info.find("total_commands_processed"));
    }
    RedisServer server{{.password = "p-w", .tls = true}};
};

TEST_F(ClientOverTls, TrustsTheAuthorityItWasGiven) {
    const auto client = client_of(server.uri());
    const auto first = connections(*client);
    for (int i = 0; i < 3; ++i) {
        const auto reply = client->run({"SET", "k", std::string(300'000, 'x')}, Repeat::never);
        ASSERT_TRUE(reply.has_value()) << reply.error().detail;
    }
    EXPECT_EQ(client->run({"GET", "k"}, Repeat::harmless).value().text, std::string(300'000, 'x'));
    EXPECT_EQ(connections(*client), first) << "one connection serves all calls";
}

TEST_F(ClientOverTls, RefusesACertificateOfAnotherAuthority) {
    const auto strange = client_of(base() + "?ca=" + server.other_authority().string());
    const auto reply = strange->run({"PING"}, Repeat::harmless);
    EXPECT_EQ(code_of(reply), ErrorCode::refused);
    EXPECT_NE(reply.error().detail.find("certificate"), std::string::npos);
    EXPECT_EQ(code_of(client_of(base())->run({"PING"}, Repeat::harmless)), ErrorCode::refused) << "the system's";
}

TEST_F(ClientOverTls, RefusesACertificateOfAnotherName) {
    const auto other =
        client_of("rediss://localhost:" + std::to_string(server.port()) + "?ca=" + server.authority().string());
    EXPECT_EQ(code_of(other->run({"PING"}, Repeat::harmless)), ErrorCode::refused);
}

TEST_F(ClientOverTls, NamesAFileThatItCannotUse) {
    const std::string missing = (server.folder() / "missing.pem").string();
    const auto no_ca = Client::open(ServerUri::parse(base() + "?ca=" + missing).value(), {});
    ASSERT_FALSE(no_ca.has_value());
    EXPECT_EQ(no_ca.error().code, ErrorCode::invalid);
    EXPECT_NE(no_ca.error().detail.find(missing), std::string::npos);
    const auto no_key = Client::open(
        ServerUri::parse(base() + "?cert=" + (server.folder() / "server.pem").string() + "&key=" + missing).value(),
        {});
    ASSERT_FALSE(no_key.has_value());
    EXPECT_NE(no_key.error().detail.find(missing), std::string::npos);
}

TEST_F(ClientOverTls, ShowsItsOwnCertificateToAServerThatAsks) {
    const RedisServer strict({.arguments = {"--tls-auth-clients", "yes"}, .tls = true});
    EXPECT_FALSE(client_of(strict.uri())->run({"PING"}, Repeat::harmless).has_value());
    const auto file = [&](const char* name) { return (strict.folder() / name).string(); };
    const auto known = client_of(strict.uri() + "&cert=" + file("server.pem") + "&key=" + file("server.key"));
    EXPECT_TRUE(known->run({"PING"}, Repeat::harmless).has_value());
}

TEST_F(ClientOverTls, ADeadConnectionOrAStallIsWhatItIsWithoutTls) {
    const auto client = client_of(server.uri(), milliseconds(400));
    ASSERT_TRUE(client->run({"PING"}, Repeat::harmless).has_value());
    server.stop();
    EXPECT_EQ(code_of(client->run({"PING"}, Repeat::harmless)), ErrorCode::unavailable);
    server.start();
    EXPECT_TRUE(client->run({"INCR", "n"}, Repeat::never).has_value());
    server.pause();
    for (int i = 0; i < 2; ++i) {
        const auto took =
            time_of([&] { EXPECT_EQ(code_of(client->run({"PING"}, Repeat::harmless)), ErrorCode::unavailable); });
        EXPECT_LT(took, milliseconds(1000));
    }
    server.resume();
}

}  // namespace
}  // namespace sso::redis
