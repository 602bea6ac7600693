// What the Redis store does beyond the contract: what stands in Redis, and how Redis's own failures come out.
#include "core/session/redis_store.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <thread>

#include "core/base/text.hpp"
#include "core/session/redis_layout.hpp"
#include "tests/contract/session/redis_engine.hpp"

namespace sso::session {
namespace {

using namespace std::chrono_literals;
using contract::RedisEngine;
using std::chrono::steady_clock;
using test::RedisServer;

const SysSeconds kNow{1'795'000'000s};
const std::string kUser = "alice";

/// A session as the portal makes it.
SealedSession a_session(std::string user = kUser, SysSeconds created = kNow) {
    const auto cookie = SessionCookie::generate();
    Session made{cookie.id(), {std::move(user), created, created, "192.0.2.1", "a browser"}, {}};
    made.attributes.set("mail", "alice@example.com");
    return made.seal(cookie);
}

class OnRedis : public testing::Test {
  protected:
    static StoreOptions options() {
        StoreOptions result;
        result.lifetime = 10h;
        result.idle_timeout = 1h;
        result.timeout = 500ms;
        return result;
    }
    static std::int64_t seconds_left(RedisEngine& engine, std::string_view key) {
        return engine.command({"TTL", key}).number;
    }

    RedisEngine engine;
    std::unique_ptr<SessionStore> store = engine.open(options());
};

template <class T>
ErrorCode code_of(const Result<T>& result) {
    EXPECT_FALSE(result.has_value());
    return result ? ErrorCode::exists : result.error().code;
}

/// Every operation once; the code that each answers, in order.
template <class Check>
void with_every_operation(SessionStore& store, const SealedSession& session, const Check& check) {
    check("load", store.load(session.id, kNow).map([](const auto&) {}));
    check("touch", store.touch(session.id, kNow + 1s));
    check("list", store.list({}, kNow, [](const auto&) { return true; }));
    check("list by user",
          store.list({.user = kUser, .address = {}, .since = {}}, kNow, [](const auto&) { return true; }));
    check("count", store.count(kNow).map([](auto) {}));
    check("purge", store.purge(kNow).map([](auto) {}));
    check("put", store.put(RecordKind::ticket, "t", "v", kNow + 1h));
    check("get", store.get(RecordKind::person, "p", kNow).map([](const auto&) {}));
    check("take", store.take(RecordKind::ticket, "t", kNow).map([](const auto&) {}));
    check("erase", store.erase(RecordKind::person, "p"));
    check("increment", store.increment("c", 1h, kNow).map([](auto) {}));
    check("reset", store.reset("c"));
    check("remove", store.remove(session.id).map([](auto) {}));
    check("remove_user", store.remove_user(kUser).map([](auto) {}));
    check("create", store.create(session));
}

TEST_F(OnRedis, ASessionStandsUnderKeysOfOneHashTagThatRedisDropsByItself) {
    const auto alice = a_session();
    ASSERT_TRUE(store->create(alice).has_value());
    const RedisSessionKeys keys(alice.id);
    EXPECT_EQ(keys.record(), "sso:session:{" + alice.id.hex() + "}");
    EXPECT_EQ(keys.seen(), "sso:seen:{" + alice.id.hex() + "}");
    EXPECT_EQ(engine.command({"GET", keys.record()}).text, alice.encode());
    EXPECT_EQ(engine.command({"GET", keys.seen()}).text, "1795000000");
    for (const auto& key : {keys.record(), keys.seen()}) {
        EXPECT_GE(seconds_left(engine, key), 36'000) << key;
        EXPECT_LE(seconds_left(engine, key), 36'060) << key;
    }
    const auto index = redis_user_key(kUser);
    EXPECT_EQ(engine.command({"ZRANGE", index, "0", "-1"}).elements.at(0).text, alice.id.hex());
    EXPECT_GT(seconds_left(engine, index), seconds_left(engine, keys.record())) << "the index outlives its sessions";
    EXPECT_EQ(engine.keys("*").size(), 3u);
}

TEST_F(OnRedis, UseChangesNoKeyThatCachesWatch) {
    const auto alice = a_session();
    ASSERT_TRUE(store->create(alice).has_value());
    const RedisSessionKeys keys(alice.id);
    // WATCH notices what client-side caches are told of. One thread's commands share one connection.
    engine.command({"WATCH", keys.record()});
    ASSERT_TRUE(store->touch(alice.id, kNow + 10min).has_value());
    engine.command({"MULTI"});
    EXPECT_EQ(engine.command({"EXEC"}).type, redis::Reply::Type::array) << "the record was written to";
    EXPECT_GE(seconds_left(engine, keys.seen()), 35'000) << "the time lost its expiry";
    engine.command({"WATCH", keys.seen()});
    ASSERT_TRUE(store->touch(alice.id, kNow + 5min).has_value());
    engine.command({"MULTI"});
    EXPECT_EQ(engine.command({"EXEC"}).type, redis::Reply::Type::array) << "an earlier time was written";
    engine.command({"WATCH", keys.seen()});
    ASSERT_TRUE(store->touch(alice.id, kNow + 11min).has_value());
    engine.command({"MULTI"});
    EXPECT_EQ(engine.command({"EXEC"}).type, redis::Reply::Type::nil) << "a later time was not";
    EXPECT_EQ(store->load(alice.id, kNow + 11min).value().facts.last_seen, kNow + 11min);
}

TEST_F(OnRedis, TouchNeverMakesATimeWithoutASession) {
    const auto alice = a_session();
    ASSERT_TRUE(store->create(alice).has_value());
    ASSERT_TRUE(store->remove(alice.id).value());
    ASSERT_TRUE(store->touch(alice.id, kNow + 1s).has_value());
    EXPECT_TRUE(engine.keys("sso:*").empty());
}

TEST_F(OnRedis, LoadingASessionIsOneRoundTrip) {
    const auto alice = a_session();
    ASSERT_TRUE(store->create(alice).has_value());
    const auto reads = [&] {
        const auto stats = engine.command({"INFO", "stats"}).text;
        return std::stol(stats.substr(stats.find("total_reads_processed:") + 22));
    };
    const auto before = reads();
    const auto alone = reads() - before;  // what asking costs
    const auto start = reads();
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(store->load(alice.id, kNow).has_value());
    EXPECT_EQ(reads() - start, 10 + alone);
}

TEST_F(OnRedis, WithoutItsTimeOfLastUseASessionCountsFromItsCreation) {
    const auto alice = a_session();
    ASSERT_TRUE(store->create(alice).has_value());
    ASSERT_TRUE(store->touch(alice.id, kNow + 50min).has_value());
    engine.command({"DEL", RedisSessionKeys(alice.id).seen()});
    EXPECT_TRUE(store->load(alice.id, kNow + 59min).has_value());
    EXPECT_EQ(code_of(store->load(alice.id, kNow + 1h)), ErrorCode::expired);
}

TEST_F(OnRedis, AStrangeTimeOfLastUseIsCorrupt) {
    const auto alice = a_session();
    ASSERT_TRUE(store->create(alice).has_value());
    for (const std::string_view time :
         {"", "x", "1795000000 ", "99999999999999999999", "9223372036854775807", "-1", "1e9"}) {
        engine.command({"SET", RedisSessionKeys(alice.id).seen(), time});
        EXPECT_EQ(code_of(store->load(alice.id, kNow)), ErrorCode::corrupt) << time;
    }
}

TEST_F(OnRedis, ARecordUnderAnotherSessionsKeyIsNeverServed) {
    const auto alice = a_session();
    const auto mallory = a_session("mallory");
    ASSERT_TRUE(store->create(alice).has_value());
    ASSERT_TRUE(store->create(mallory).has_value());
    engine.command({"COPY", RedisSessionKeys(alice.id).record(), RedisSessionKeys(mallory.id).record(), "REPLACE"});
    EXPECT_EQ(code_of(store->load(mallory.id, kNow)), ErrorCode::corrupt);
}

TEST_F(OnRedis, KeysOfAnotherTypeAreCorruptAndCanBeRemoved) {
    const auto alice = a_session();
    ASSERT_TRUE(store->create(alice).has_value());
    const RedisSessionKeys keys(alice.id);
    engine.command({"DEL", keys.record()});
    engine.command({"LPUSH", keys.record(), "x"});
    EXPECT_EQ(code_of(store->load(alice.id, kNow)), ErrorCode::corrupt);
    EXPECT_EQ(store->count(kNow).value(), 0u);
    EXPECT_TRUE(store->remove(alice.id).value());
    EXPECT_EQ(code_of(store->load(alice.id, kNow)), ErrorCode::not_found);

    ASSERT_TRUE(store->increment("c", 1h, kNow).has_value());
    ASSERT_TRUE(store->put(RecordKind::person, "p", "v", {}).has_value());
    for (const auto& key : engine.keys("sso:counter:*")) engine.command({"SET", key, "x"});
    for (const auto& key : engine.keys("sso:person:*")) {
        engine.command({"DEL", key});
        engine.command({"LPUSH", key, "x"});
    }
    EXPECT_EQ(code_of(store->increment("c", 1h, kNow)), ErrorCode::corrupt);
    EXPECT_EQ(code_of(store->get(RecordKind::person, "p", kNow)), ErrorCode::corrupt);
    EXPECT_EQ(code_of(store->take(RecordKind::person, "p", kNow)), ErrorCode::corrupt);
    EXPECT_TRUE(store->reset("c").has_value());
    EXPECT_EQ(store->increment("c", 1h, kNow).value(), 1u);
}

TEST_F(OnRedis, AnUnreadableSessionIsNamedInTheLogAndEndsWithItsUsersOthers) {
    std::vector<LogLine> lines;
    auto with_log = options();
    with_log.log = [&](const LogLine& line) { lines.push_back(line); };
    store = engine.open(with_log);
    const auto broken = a_session();
    const auto whole = a_session();
    ASSERT_TRUE(store->create(broken).has_value());
    ASSERT_TRUE(store->create(whole).has_value());
    engine.damage(broken.id);
    EXPECT_EQ(store->count(kNow).value(), 1u);
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0].number, 201);
    EXPECT_NE(lines[0].text.find(broken.id.hex()), std::string::npos);
    EXPECT_EQ(store->remove_user(kUser).value(), 2u);
    EXPECT_TRUE(engine.keys("sso:session:*").empty());
}

TEST_F(OnRedis, AnIndexThatNamesAnotherUsersSessionEndsItNot) {
    const auto bob = a_session("bob");
    ASSERT_TRUE(store->create(bob).has_value());
    engine.command({"ZADD", redis_user_key(kUser), "1", bob.id.hex(), "2", "nonsense"});
    EXPECT_EQ(store->remove_user(kUser).value(), 0u);
    int seen = 0;
    ASSERT_TRUE(store
                    ->list({.user = kUser, .address = {}, .since = {}}, kNow,
                           [&](const auto&) {
                               ++seen;
                               return true;
                           })
                    .has_value());
    EXPECT_EQ(seen, 0);
    EXPECT_TRUE(store->load(bob.id, kNow).has_value());
}

TEST_F(OnRedis, TheIndexForgetsSessionsThatHaveEnded) {
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(store->create(a_session(kUser, kNow)).has_value());
    const auto kept = a_session(kUser, kNow + 11h);
    ASSERT_TRUE(store->create(kept).has_value());
    const auto index = redis_user_key(kUser);
    EXPECT_EQ(engine.command({"ZCARD", index}).number, 1);
    ASSERT_TRUE(store->remove(kept.id).value());
    EXPECT_EQ(engine.command({"EXISTS", index}).number, 0);
}

TEST_F(OnRedis, ManySessionsOfOneUserAreListedOnceEachAndEndTogether) {
    constexpr std::size_t kMany = 700;  // past one batch of ZSCAN, and past Redis's compact encoding of a set
    std::set<std::string> made;
    for (std::size_t i = 0; i < kMany; ++i) {
        const auto one = a_session();
        made.insert(one.id.hex());
        ASSERT_TRUE(store->create(one).has_value());
        if (i % 10 == 0) {
            ASSERT_TRUE(store->create(a_session("bob")).has_value());
        }
    }
    for (const auto& query : {SessionQuery{kUser, {}, {}}, SessionQuery{}}) {
        std::set<std::string> alices;
        std::size_t all = 0;
        ASSERT_TRUE(store
                        ->list(query, kNow,
                               [&](const SealedSession& found) {
                                   ++all;
                                   if (found.facts.user == kUser) alices.insert(found.id.hex());
                                   return true;
                               })
                        .has_value());
        EXPECT_EQ(alices, made);
        EXPECT_EQ(all, query.user ? kMany : kMany + kMany / 10);
    }
    EXPECT_EQ(store->remove_user(kUser).value(), kMany);
    EXPECT_EQ(store->count(kNow).value(), kMany / 10);
}

TEST_F(OnRedis, ScriptsThatTheServerForgotAreTaughtAgain) {
    const auto alice = a_session();
    ASSERT_TRUE(store->create(alice).has_value());
    engine.command({"SCRIPT", "FLUSH"});
    ASSERT_TRUE(store->create(a_session()).has_value());
    engine.command({"SCRIPT", "FLUSH"});
    ASSERT_TRUE(store->touch(alice.id, kNow + 1s).has_value());
    engine.command({"SCRIPT", "FLUSH"});
    EXPECT_EQ(store->remove_user(kUser).value(), 2u);
    EXPECT_TRUE(engine.keys("sso:session:*").empty());
}

TEST_F(OnRedis, EveryOperationOfAStoppedServerIsUnavailableAndServesAfterItsReturn) {
    const auto alice = a_session();
    ASSERT_TRUE(store->create(alice).has_value());
    engine.server().stop();
    with_every_operation(*store, alice, [](const char* what, const Status& status) {
        EXPECT_FALSE(status.has_value()) << what;
        if (!status) {
            EXPECT_EQ(status.error().code, ErrorCode::unavailable) << what << ": " << status.error().detail;
        }
    });
    engine.server().start();
    EXPECT_EQ(code_of(store->load(alice.id, kNow)), ErrorCode::not_found);
    with_every_operation(*store, alice, [](const char* what, const Status& status) {
        const bool absent = !status && status.error().code == ErrorCode::not_found;
        EXPECT_TRUE(status.has_value() || absent) << what;
    });
}

TEST_F(OnRedis, EveryOperationOfAStalledServerIsUnavailableWithinTheTimeOut) {
    const auto alice = a_session();
    ASSERT_TRUE(store->create(alice).has_value());
    auto hurried = options();
    hurried.timeout = 200ms;
    store = engine.open(hurried);
    engine.stall();
    auto before = steady_clock::now();
    with_every_operation(*store, alice, [&](const char* what, const Status& status) {
        EXPECT_FALSE(status.has_value()) << what;
        if (!status) {
            EXPECT_EQ(status.error().code, ErrorCode::unavailable) << what;
        }
        const auto now = steady_clock::now();
        EXPECT_LT(now - before, 600ms) << what;
        before = now;
    });
    engine.go_on();
}

TEST_F(OnRedis, AReplicaServesReadsAndRefusesWritesAsUnavailable) {
    const auto alice = a_session();
    ASSERT_TRUE(store->create(alice).has_value());
    RedisEngine replica(
        RedisServer::Options{.arguments = {"--replicaof", "127.0.0.1 " + std::to_string(engine.server().port())}});
    while (replica.command({"INFO", "replication"}).text.find("master_link_status:up") == std::string::npos) {
        std::this_thread::sleep_for(10ms);
    }
    const auto copy = replica.open(options());
    EXPECT_TRUE(copy->load(alice.id, kNow).has_value());
    EXPECT_EQ(code_of(copy->create(a_session())), ErrorCode::unavailable);
    EXPECT_EQ(code_of(copy->touch(alice.id, kNow + 1s)), ErrorCode::unavailable);
    EXPECT_EQ(code_of(copy->remove(alice.id)), ErrorCode::unavailable);
    EXPECT_EQ(code_of(copy->increment("c", 1h, kNow)), ErrorCode::unavailable);
    EXPECT_EQ(code_of(copy->take(RecordKind::ticket, "t", kNow)), ErrorCode::unavailable);
}

TEST_F(OnRedis, AFullServerTakesNothingNewAndServesAndEndsWhatItHas) {
    const auto alice = a_session();
    ASSERT_TRUE(store->create(alice).has_value());
    engine.command({"CONFIG", "SET", "maxmemory", "1"});
    EXPECT_EQ(code_of(store->create(a_session())), ErrorCode::full);
    EXPECT_EQ(code_of(store->put(RecordKind::ticket, "t", "v", kNow + 1h)), ErrorCode::full);
    EXPECT_TRUE(store->load(alice.id, kNow).has_value());
    EXPECT_TRUE(store->remove(alice.id).value());
}

// pitfalls B-10: a Cluster refuses a command or a script that concerns keys of different slots (CROSSSLOT)
TEST(RedisStore, NoOperationConcernsTwoNodesOfAClusterAtOnce) {
    const auto engine = contract::make_cluster_of_one();
    const auto store = engine->open({});
    std::vector<SealedSession> alices;
    for (int i = 0; i < 100; ++i) {
        alices.push_back(a_session());
        ASSERT_TRUE(store->create(alices.back()).has_value());
        ASSERT_TRUE(store->create(a_session("bob")).has_value());
        const std::string key = std::to_string(i);
        ASSERT_TRUE(store->put(RecordKind::person, key, "v", kNow + 10min).has_value());
    }
    with_every_operation(*store, alices[0], [](const char* what, const Status& status) {
        EXPECT_TRUE(status.has_value()) << what << ": " << status.error().detail;
    });
    EXPECT_EQ(store->count(kNow).value(), 101U);
    EXPECT_EQ(store->purge(kNow + 20h).value(), 101U);
    EXPECT_TRUE(engine->keys("sso:session:*").empty());
    EXPECT_TRUE(engine->keys("sso:person:*").empty());
}

// docs/redis.md gives this line to administrators
std::string documented_acl() {
    std::ifstream file(std::string(SSO_SOURCE_DIR) + "/docs/redis.md");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("user sso ")) return line;
    }
    ADD_FAILURE() << "docs/redis.md has no line that begins with: user sso";
    return {};
}

TEST_F(OnRedis, TheDocumentedAccountMayDoEverythingTheStoreDoesAndNothingElse) {
    std::vector<std::string_view> words;
    const std::string line = documented_acl();
    for (const auto word : split(line, ' ')) words.push_back(word);
    ASSERT_GT(words.size(), 3u);
    for (std::size_t i = 2; i < words.size(); ++i) {
        engine.command({"ACL", "SETUSER", "sso", words[i].starts_with('>') ? ">secret" : words[i]});
    }
    const std::string at = "127.0.0.1:" + std::to_string(engine.server().port());
    const auto limited = open_redis_store("redis://sso:secret@" + at, options()).value();
    const auto alice = a_session();
    ASSERT_TRUE(limited->create(alice).has_value());
    with_every_operation(*limited, alice, [](const char* what, const Status& status) {
        EXPECT_TRUE(status.has_value()) << what << ": " << status.error().detail;
    });
    ASSERT_TRUE(limited->create(a_session("bob")).has_value());
    EXPECT_EQ(limited->purge(kNow + 20h).value(), 2u);

    const auto client = redis::Client::open(redis::ServerUri::parse("redis://sso:secret@" + at).value(), {}).value();
    for (const auto& forbidden : {redis::Command{"GET", "other"}, redis::Command{"FLUSHALL"},
                                  redis::Command{"CONFIG", "GET", "requirepass"}, redis::Command{"KEYS", "*"}}) {
        EXPECT_EQ(code_of(client->run(forbidden, redis::Repeat::harmless)), ErrorCode::refused);
    }
}

TEST(RedisStore, AsksForThePasswordItWasGivenInAFile) {
    RedisEngine engine(RedisServer::Options{.password = "p-w"});
    const std::string uri = "redis://127.0.0.1:" + std::to_string(engine.server().port());
    const auto file = engine.server().folder() / "password";
    std::ofstream(file) << "p-w\n";
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);

    StoreOptions options;
    EXPECT_EQ(code_of(open_redis_store(uri, options).value()->count(kNow)), ErrorCode::refused);
    options.password_file = file.string();
    EXPECT_EQ(open_redis_store(uri, options).value()->count(kNow).value(), 0u);
    const auto user = open_redis_store("redis://default@" + uri.substr(8), options);
    EXPECT_EQ(user.value()->count(kNow).value(), 0u);
    EXPECT_EQ(code_of(open_redis_store("redis://:x@" + uri.substr(8), options)), ErrorCode::invalid);
    options.password_file = (engine.server().folder() / "missing").string();
    EXPECT_FALSE(open_redis_store(uri, options).has_value());
}

TEST(RedisStore, IsOpenedByItsUriWithoutAskingTheServer) {
    EXPECT_TRUE(open_store("redis://127.0.0.1:1/0", {}).has_value());
    EXPECT_TRUE(open_store("redis+unix:///nowhere.sock", {}).has_value());
    EXPECT_EQ(code_of(open_store("redis://", {})), ErrorCode::invalid);
    EXPECT_EQ(code_of(open_store("redis://user@h", {})), ErrorCode::invalid) << "a user without a password";
    StoreOptions options;
    options.ca_file = "/nonexistent/ca.pem";
    EXPECT_EQ(code_of(open_store("rediss://h", options)), ErrorCode::invalid);
    EXPECT_EQ(code_of(open_store("redis+cluster://h", {})), ErrorCode::invalid);
}

}  // namespace
}  // namespace sso::session
