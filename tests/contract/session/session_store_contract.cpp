#include "tests/contract/session/session_store_contract.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <thread>
#include <vector>

#include "tests/contract/session/child.hpp"

namespace sso::session::contract {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// The suite moves time by hand, from the moment it began: engines that delete by their own clock have no cause to.
const SysSeconds kNow = SystemClock().now();

/// A session as the portal makes it.
struct Login {
    SessionCookie cookie = SessionCookie::generate();
    std::string user = "alice";
    SysSeconds created = kNow;
    std::string address = "192.0.2.1";
    std::size_t attribute_bytes = 100;

    [[nodiscard]] SessionId id() const { return cookie.id(); }
    [[nodiscard]] SealedSession sealed() const {
        Attributes attributes;
        attributes.set("uid", user);
        attributes.set("padding", std::string(attribute_bytes, 'x'));
        return Session{id(), {user, created, created, address, "Browser/1.0"}, attributes}.seal(cookie);
    }
};

Login login_of(std::string user) {
    Login login;
    login.user = std::move(user);
    return login;
}

std::set<std::string> ids(SessionStore& store, const SessionQuery& query, SysSeconds now = kNow) {
    std::set<std::string> found;
    const auto listed = store.list(query, now, [&](const SealedSession& session) {
        EXPECT_TRUE(found.insert(session.id.hex()).second) << "a session was listed twice";
        return true;
    });
    EXPECT_TRUE(listed) << (listed ? "" : listed.error().detail);
    return found;
}

template <class T>
::testing::AssertionResult answers(const Result<T>& result, ErrorCode code) {
    if (result) return ::testing::AssertionFailure() << "it succeeded";
    if (result.error().code == code) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << name(result.error().code) << ": " << result.error().detail;
}

#define EXPECT_OK(expression)                                            \
    do {                                                                 \
        const auto outcome = (expression);                               \
        EXPECT_TRUE(outcome) << (outcome ? "" : outcome.error().detail); \
    } while (false)
#define ASSERT_OK(expression)                                            \
    do {                                                                 \
        const auto outcome = (expression);                               \
        ASSERT_TRUE(outcome) << (outcome ? "" : outcome.error().detail); \
    } while (false)

/// `touch` may answer before it is written; what is asked after it through the same store comes after it.
void settle(SessionStore& store) {
    EXPECT_OK(store.reset("settle"));
}

}  // namespace

StoreOptions SessionStoreContract::options() {
    StoreOptions options;
    options.lifetime = 10h;
    options.idle_timeout = 1h;
    options.timeout = 5s;  // a busy disk is no stalled engine
    return options;
}

// sessions

TEST_P(SessionStoreContract, LoadsTheSessionThatWasCreated) {
    const auto store = open();
    const Login alice;
    const SealedSession created = alice.sealed();
    ASSERT_OK(store->create(created));
    const auto loaded = store->load(alice.id(), kNow);
    ASSERT_OK(loaded);
    EXPECT_EQ(loaded->id, created.id);
    EXPECT_EQ(loaded->facts, created.facts);
    EXPECT_EQ(loaded->sealed, created.sealed);
    EXPECT_OK(loaded->open(alice.cookie));
}

TEST_P(SessionStoreContract, ShowsOneStoreObjectWhatAnotherWrote) {
    const auto one = open();
    const auto other = open();
    const Login alice;
    ASSERT_OK(one->create(alice.sealed()));
    EXPECT_OK(other->load(alice.id(), kNow));
    ASSERT_OK(other->remove(alice.id()));
    EXPECT_TRUE(answers(one->load(alice.id(), kNow), ErrorCode::not_found));
}

TEST_P(SessionStoreContract, KeepsSessionsWhenAStoreObjectEnds) {
    const Login alice;
    ASSERT_OK(open()->create(alice.sealed()));
    EXPECT_OK(open()->load(alice.id(), kNow));
}

TEST_P(SessionStoreContract, HasNoSessionThatWasNotCreated) {
    EXPECT_TRUE(answers(open()->load(Login().id(), kNow), ErrorCode::not_found));
}

TEST_P(SessionStoreContract, RefusesAnIdThatIsTaken) {
    const auto store = open();
    const Login alice;
    ASSERT_OK(store->create(alice.sealed()));
    SealedSession usurper = alice.sealed();
    usurper.facts.user = "mallory";
    EXPECT_TRUE(answers(store->create(usurper), ErrorCode::exists));
    EXPECT_EQ(store->load(alice.id(), kNow)->facts.user, "alice");
    EXPECT_TRUE(ids(*store, {.user = "mallory"}).empty());
}

TEST_P(SessionStoreContract, KeepsLargeSessionsAndRefusesTooLargeOnes) {
    const auto store = open();
    Login large;
    large.attribute_bytes = 900'000;
    ASSERT_OK(store->create(large.sealed()));
    EXPECT_OK(store->load(large.id(), kNow));
    SealedSession too_large = Login().sealed();
    too_large.sealed.resize(SealedSession::kMaxRecord);
    EXPECT_TRUE(answers(store->create(too_large), ErrorCode::limit));
    EXPECT_TRUE(answers(store->load(too_large.id, kNow), ErrorCode::not_found));
}

TEST_P(SessionStoreContract, RemembersTheLastUse) {
    const auto store = open();
    const Login alice;
    ASSERT_OK(store->create(alice.sealed()));
    ASSERT_OK(store->touch(alice.id(), kNow + 30min));
    settle(*store);
    EXPECT_EQ(store->load(alice.id(), kNow)->facts.last_seen, kNow + 30min);
    EXPECT_EQ(store->load(alice.id(), kNow)->facts.created, kNow);
    ASSERT_OK(store->touch(alice.id(), kNow + 10min));  // another host's clock is behind
    settle(*store);
    EXPECT_EQ(store->load(alice.id(), kNow)->facts.last_seen, kNow + 30min);
    EXPECT_OK(store->load(alice.id(), kNow)->open(alice.cookie));
}

TEST_P(SessionStoreContract, MakesNoSessionByTouching) {
    const auto store = open();
    const Login alice;
    EXPECT_OK(store->touch(alice.id(), kNow));
    settle(*store);
    EXPECT_TRUE(answers(store->load(alice.id(), kNow), ErrorCode::not_found));
    ASSERT_OK(store->create(alice.sealed()));
    ASSERT_OK(store->remove(alice.id()));
    EXPECT_OK(store->touch(alice.id(), kNow));
    settle(*store);
    EXPECT_TRUE(answers(store->load(alice.id(), kNow), ErrorCode::not_found));
    EXPECT_EQ(store->count(kNow).value(), 0U);
}

TEST_P(SessionStoreContract, ForgetsTheLastUseWithTheSession) {
    const auto store = open();
    const Login alice;
    ASSERT_OK(store->create(alice.sealed()));
    ASSERT_OK(store->touch(alice.id(), kNow + 30min));
    ASSERT_OK(store->remove(alice.id()));
    ASSERT_OK(store->create(alice.sealed()));
    EXPECT_EQ(store->load(alice.id(), kNow)->facts.last_seen, kNow);
}

TEST_P(SessionStoreContract, RemovesOnce) {
    const auto store = open();
    const Login alice;
    ASSERT_OK(store->create(alice.sealed()));
    EXPECT_TRUE(store->remove(alice.id()).value());
    EXPECT_FALSE(store->remove(alice.id()).value());
    EXPECT_TRUE(answers(store->load(alice.id(), kNow), ErrorCode::not_found));
    EXPECT_TRUE(ids(*store, {.user = "alice"}).empty());
}

TEST_P(SessionStoreContract, EndsAllSessionsOfOneUserAndNoOthers) {
    const auto store = open();
    std::vector<Login> alices(3);
    const Login bob = login_of("bob");
    for (const Login& alice : alices) ASSERT_OK(store->create(alice.sealed()));
    ASSERT_OK(store->create(bob.sealed()));
    EXPECT_EQ(store->remove_user("alice").value(), 3U);
    EXPECT_EQ(store->remove_user("alice").value(), 0U);
    for (const Login& alice : alices) EXPECT_TRUE(answers(store->load(alice.id(), kNow), ErrorCode::not_found));
    EXPECT_OK(store->load(bob.id(), kNow));
    EXPECT_EQ(store->count(kNow).value(), 1U);
}

TEST_P(SessionStoreContract, TellsUsersApartWhateverTheyAreCalled) {
    const auto store = open();
    const std::vector<std::string> users{"",
                                         "*",
                                         "a",
                                         "a*",
                                         "[a]",
                                         "a?",
                                         "A",
                                         "alice:x",
                                         "alice x",
                                         std::string("alice\0x", 7),
                                         "\xE9l\xE8ve",
                                         "élève",
                                         "'; --",
                                         "{a}",
                                         "\r\n",
                                         std::string(3000, 'u'),
                                         std::string(3001, 'u')};
    std::map<std::string, std::string> id_of;
    for (const std::string& user : users) {
        const Login login = login_of(user);
        ASSERT_OK(store->create(login.sealed()));
        id_of[user] = login.id().hex();
    }
    for (const std::string& user : users) EXPECT_EQ(ids(*store, {.user = user}), std::set{id_of[user]}) << user;
    for (const std::string& user : users) EXPECT_EQ(store->remove_user(user).value(), 1U) << user;
    EXPECT_EQ(store->count(kNow).value(), 0U);
}

TEST_P(SessionStoreContract, ListsWhatTheQueryAsksFor) {
    const auto store = open();
    Login early = login_of("alice");
    early.created = kNow - 30min;
    Login late = login_of("alice");
    late.address = "2001:db8::1";
    const Login bob = login_of("bob");
    for (const Login* login : std::initializer_list<const Login*>{&early, &late, &bob})
        ASSERT_OK(store->create(login->sealed()));
    const std::string e = early.id().hex();
    const std::string l = late.id().hex();
    const std::string b = bob.id().hex();
    using Ids = std::set<std::string>;
    EXPECT_EQ(ids(*store, {}), (Ids{e, l, b}));
    EXPECT_EQ(ids(*store, {.user = "alice"}), (Ids{e, l}));
    EXPECT_EQ(ids(*store, {.user = "carol"}), Ids{});
    EXPECT_EQ(ids(*store, {.address = "192.0.2.1"}), (Ids{e, b}));
    EXPECT_EQ(ids(*store, {.address = "192.0.2."}), Ids{});
    EXPECT_EQ(ids(*store, {.since = kNow}), (Ids{l, b}));
    EXPECT_EQ(ids(*store, {.since = kNow + 1s}), Ids{});
    EXPECT_EQ(ids(*store, {.user = "alice", .address = "192.0.2.1", .since = kNow - 30min}), Ids{e});
    EXPECT_EQ(store->count(kNow).value(), 3U);
}

TEST_P(SessionStoreContract, ListsManyAndStopsWhenTold) {
    const auto store = open();
    std::set<std::string> all;
    for (int i = 0; i < 600; ++i) {
        const Login login = login_of(i % 2 == 0 ? "even" : "odd");
        ASSERT_OK(store->create(login.sealed()));
        all.insert(login.id().hex());
    }
    EXPECT_EQ(ids(*store, {}), all);
    EXPECT_EQ(ids(*store, {.user = "odd"}).size(), 300U);
    EXPECT_EQ(store->count(kNow).value(), 600U);
    for (const SessionQuery& query : {SessionQuery{}, SessionQuery{.user = "odd"}}) {
        int visited = 0;
        EXPECT_OK(store->list(query, kNow, [&](const SealedSession&) { return ++visited < 7; }));
        EXPECT_EQ(visited, 7);
    }
}

TEST_P(SessionStoreContract, LetsAVisitorRemoveWhatItSees) {
    const auto store = open();
    for (int i = 0; i < 20; ++i) ASSERT_OK(store->create(Login().sealed()));
    EXPECT_OK(store->list({}, kNow, [&](const SealedSession& session) {
        EXPECT_TRUE(store->remove(session.id).value());
        return true;
    }));
    EXPECT_EQ(store->count(kNow).value(), 0U);
}

// expiry

TEST_P(SessionStoreContract, EndsASessionThatIsIdleTooLong) {
    const auto store = open();
    const Login alice;
    ASSERT_OK(store->create(alice.sealed()));
    EXPECT_OK(store->load(alice.id(), kNow + 1h - 1s));
    EXPECT_TRUE(answers(store->load(alice.id(), kNow + 1h), ErrorCode::expired));
    EXPECT_EQ(ids(*store, {}, kNow + 1h - 1s).size(), 1U);
    EXPECT_TRUE(ids(*store, {}, kNow + 1h).empty());
    EXPECT_TRUE(ids(*store, {.user = "alice"}, kNow + 1h).empty());
    EXPECT_EQ(store->count(kNow + 1h).value(), 0U);
}

TEST_P(SessionStoreContract, KeepsASessionThatIsUsedUpToItsLifetime) {
    const auto store = open();
    const Login alice;
    ASSERT_OK(store->create(alice.sealed()));
    for (auto passed = 50min; passed < 10h; passed += 50min) {
        EXPECT_OK(store->load(alice.id(), kNow + passed));
        ASSERT_OK(store->touch(alice.id(), kNow + passed));
        settle(*store);
    }
    EXPECT_OK(store->load(alice.id(), kNow + 10h - 1s));
    EXPECT_TRUE(answers(store->load(alice.id(), kNow + 10h), ErrorCode::expired));
}

TEST_P(SessionStoreContract, KnowsNoIdlenessWhereThereIsNoIdleTimeout) {
    StoreOptions options = this->options();
    options.idle_timeout = 0s;
    const auto store = engine_->open(options);
    const Login alice;
    ASSERT_OK(store->create(alice.sealed()));
    EXPECT_OK(store->load(alice.id(), kNow + 10h - 1s));
    EXPECT_TRUE(answers(store->load(alice.id(), kNow + 10h), ErrorCode::expired));
}

TEST_P(SessionStoreContract, PurgesWhatHasExpiredAndNothingElse) {
    const auto store = open();
    std::vector<Login> old(300);
    for (Login& login : old) {
        login.created = kNow - 2h;
        ASSERT_OK(store->create(login.sealed()));
    }
    ASSERT_OK(store->touch(old[0].id(), kNow - 1min));
    const Login bob = login_of("bob");
    ASSERT_OK(store->create(bob.sealed()));
    settle(*store);
    EXPECT_EQ(store->purge(kNow).value(), 299U);
    EXPECT_EQ(store->purge(kNow).value(), 0U);
    EXPECT_OK(store->load(old[0].id(), kNow));
    EXPECT_OK(store->load(bob.id(), kNow));
    EXPECT_TRUE(answers(store->load(old[1].id(), kNow), ErrorCode::not_found));
    EXPECT_EQ(store->remove_user("alice").value(), 1U);
}

// person and ticket

TEST_P(SessionStoreContract, KeepsPersonsUntilTheyAreReplacedOrErased) {
    const auto store = open();
    EXPECT_EQ(store->get(RecordKind::person, "p", kNow).value(), std::nullopt);
    ASSERT_OK(store->put(RecordKind::person, "p", "one", std::nullopt));
    EXPECT_EQ(store->get(RecordKind::person, "p", kNow + 1000h).value(), "one");
    ASSERT_OK(store->put(RecordKind::person, "p", "two", std::nullopt));
    EXPECT_EQ(store->get(RecordKind::person, "p", kNow).value(), "two");
    ASSERT_OK(store->erase(RecordKind::person, "p"));
    EXPECT_EQ(store->get(RecordKind::person, "p", kNow).value(), std::nullopt);
    EXPECT_OK(store->erase(RecordKind::person, "p"));
}

TEST_P(SessionStoreContract, KeepsKindsAndKeysApart) {
    const auto store = open();
    const std::vector<std::string> keys{"", "k", "K", "k*", std::string("k\0", 2), "\xFF", std::string(5000, 'k')};
    for (const RecordKind kind : {RecordKind::person, RecordKind::ticket}) {
        for (const std::string& key : keys) {
            ASSERT_OK(store->put(kind, key, std::to_string(static_cast<int>(kind)) + key, kNow + 1h));
        }
    }
    for (const RecordKind kind : {RecordKind::person, RecordKind::ticket}) {
        for (const std::string& key : keys) {
            EXPECT_EQ(store->get(kind, key, kNow).value(), std::to_string(static_cast<int>(kind)) + key);
        }
    }
    EXPECT_EQ(store->increment("k", 1h, kNow).value(), 1U);
}

TEST_P(SessionStoreContract, KeepsAnyBytes) {
    const auto store = open();
    std::string every_byte;
    for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
    for (const std::string& value : {std::string(), every_byte, std::string(kMaxValue, 'v')}) {
        ASSERT_OK(store->put(RecordKind::person, every_byte, value, std::nullopt));
        EXPECT_TRUE(store->get(RecordKind::person, every_byte, kNow).value() == value) << value.size();
    }
    EXPECT_TRUE(
        answers(store->put(RecordKind::person, "k", std::string(kMaxValue + 1, 'v'), std::nullopt), ErrorCode::limit));
}

TEST_P(SessionStoreContract, EndsPersonsAndTicketsAtTheirTime) {
    const auto store = open();
    for (const RecordKind kind : {RecordKind::person, RecordKind::ticket}) {
        ASSERT_OK(store->put(kind, "k", "value", kNow + 10min));
        EXPECT_EQ(store->get(kind, "k", kNow + 10min - 1s).value(), "value");
        EXPECT_EQ(store->get(kind, "k", kNow + 10min).value(), std::nullopt);
        EXPECT_EQ(store->take(kind, "k", kNow + 10min).value(), std::nullopt);
    }
    ASSERT_OK(store->put(RecordKind::person, "short", "value", kNow + 10min));
    ASSERT_OK(store->put(RecordKind::person, "long", "value", std::nullopt));
    ASSERT_OK(store->purge(kNow + 10min));
    EXPECT_EQ(store->get(RecordKind::person, "short", kNow).value(), std::nullopt);
    EXPECT_EQ(store->get(RecordKind::person, "long", kNow).value(), "value");
}

TEST_P(SessionStoreContract, GivesATicketOnce) {
    const auto store = open();
    ASSERT_OK(store->put(RecordKind::ticket, "t", "value", kNow + 1h));
    EXPECT_EQ(store->take(RecordKind::ticket, "t", kNow).value(), "value");
    EXPECT_EQ(store->take(RecordKind::ticket, "t", kNow).value(), std::nullopt);
    EXPECT_EQ(store->get(RecordKind::ticket, "t", kNow).value(), std::nullopt);
}

TEST_P(SessionStoreContract, GivesATicketToOneOfManyThreads) {
    constexpr int kTickets = 40;
    const auto store = open();
    for (int i = 0; i < kTickets; ++i) {
        ASSERT_OK(store->put(RecordKind::ticket, std::to_string(i), "value", kNow + 1h));
    }
    std::atomic<int> taken{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < kTickets; ++i) {
                const auto value = store->take(RecordKind::ticket, std::to_string(i), kNow);
                EXPECT_OK(value);
                if (value && *value == "value") ++taken;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(taken, kTickets);
}

TEST_P(SessionStoreContract, GivesATicketToOneOfManyProcesses) {
    constexpr int kTickets = 40;
    const auto store = open();
    for (int i = 0; i < kTickets; ++i) {
        ASSERT_OK(store->put(RecordKind::ticket, std::to_string(i), "value", kNow + 1h));
    }
    std::vector<std::unique_ptr<Child>> children;
    for (int c = 0; c < 4; ++c) {
        children.push_back(std::make_unique<Child>([this](const Child::Say& say) {
            const auto own = open();
            std::uint64_t taken = 0;
            for (int i = 0; i < kTickets; ++i) {
                const auto value = own->take(RecordKind::ticket, std::to_string(i), kNow);
                if (!value) ::_exit(1);
                if (*value) ++taken;
            }
            say(taken);
        }));
    }
    std::uint64_t taken = 0;
    for (const auto& child : children) {
        const auto said = child->hear();
        ASSERT_TRUE(said) << "a child met an error";
        taken += *said;
    }
    EXPECT_EQ(taken, static_cast<std::uint64_t>(kTickets));
}

// counter

TEST_P(SessionStoreContract, CountsWithinAWindow) {
    const auto store = open();
    EXPECT_EQ(store->increment("c", 10min, kNow).value(), 1U);
    EXPECT_EQ(store->increment("c", 10min, kNow + 5min).value(), 2U);
    EXPECT_EQ(store->increment("c", 10min, kNow + 10min - 1s).value(), 3U);
    EXPECT_EQ(store->increment("other", 10min, kNow).value(), 1U);
    EXPECT_EQ(store->increment("c", 10min, kNow + 10min).value(), 1U);
    EXPECT_EQ(store->increment("c", 10min, kNow + 11min).value(), 2U);
    ASSERT_OK(store->reset("c"));
    EXPECT_EQ(store->increment("c", 10min, kNow + 11min).value(), 1U);
    EXPECT_OK(store->reset("never used"));
}

TEST_P(SessionStoreContract, CountsEveryProcess) {
    constexpr int kEach = 50;
    std::vector<std::unique_ptr<Child>> children;
    for (int c = 0; c < 4; ++c) {
        children.push_back(std::make_unique<Child>([this](const Child::Say& say) {
            const auto own = open();
            for (int i = 0; i < kEach; ++i) {
                if (!own->increment("c", 1h, kNow)) ::_exit(1);
            }
            say(kEach);
        }));
    }
    for (const auto& child : children) ASSERT_TRUE(child->hear()) << "a child met an error";
    EXPECT_EQ(open()->increment("c", 1h, kNow).value(), 4U * kEach + 1U);
}

// what goes wrong

TEST_P(SessionStoreContract, TakesWritersFromSeveralProcessesAtOnce) {
    constexpr std::uint64_t kEach = 60;
    std::vector<std::unique_ptr<Child>> children;
    for (int c = 0; c < 4; ++c) {
        children.push_back(std::make_unique<Child>([this, c](const Child::Say& say) {
            const auto own = open();
            for (std::uint64_t i = 0; i < kEach; ++i) {
                const Login stays = login_of("user" + std::to_string(c));
                const Login goes = login_of("user" + std::to_string(c));
                const bool done = own->create(stays.sealed()) && own->create(goes.sealed()) &&
                                  own->touch(stays.id(), kNow + 1min) && own->remove(goes.id()) &&
                                  own->load(stays.id(), kNow);
                if (!done) ::_exit(1);
            }
            say(kEach);
        }));
    }
    for (const auto& child : children) ASSERT_TRUE(child->hear()) << "a child met an error";
    const auto store = open();
    EXPECT_EQ(store->count(kNow).value(), 4 * kEach);
    for (int c = 0; c < 4; ++c) EXPECT_EQ(store->remove_user("user" + std::to_string(c)).value(), kEach);
    EXPECT_EQ(store->count(kNow).value(), 0U);
}

TEST_P(SessionStoreContract, OutlivesWritersThatAreKilled) {
    const auto store = open();
    const Login before;
    ASSERT_OK(store->create(before.sealed()));
    for (std::uint64_t round = 0; round < 15; ++round) {
        Child writer([this](const Child::Say& say) {
            const auto own = open();
            for (std::uint64_t i = 0;; ++i) {
                const Login victim = login_of("victim");
                static_cast<void>(own->create(victim.sealed()));
                static_cast<void>(own->touch(victim.id(), kNow + 1min));
                static_cast<void>(own->put(RecordKind::ticket, std::to_string(i), "value", kNow + 1h));
                if (i % 3 == 0) static_cast<void>(own->remove(victim.id()));
                say(i);
            }
        });
        while (writer.hear().value_or(round) < round) {
        }
        writer.kill();
    }
    const Login after;
    EXPECT_OK(store->create(after.sealed()));
    EXPECT_OK(store->load(before.id(), kNow));
    EXPECT_OK(store->load(after.id(), kNow));
    const std::set<std::string> victims = ids(*store, {.user = "victim"});
    EXPECT_FALSE(victims.empty());
    for (const std::string& victim : victims) EXPECT_OK(store->load(SessionId::parse(victim).value(), kNow));
    EXPECT_EQ(store->count(kNow).value(), victims.size() + 2);
    EXPECT_EQ(store->remove_user("victim").value(), victims.size());
    EXPECT_EQ(store->count(kNow).value(), 2U);
}

TEST_P(SessionStoreContract, SaysWhenItIsFullAndServesOn) {
    engine_->leave_little_room();
    const auto store = open();
    std::vector<Login> logins;
    Status created;
    for (int i = 0; i < 2000 && created; ++i) {
        logins.emplace_back();
        logins.back().attribute_bytes = 3000;
        created = store->create(logins.back().sealed());
    }
    ASSERT_TRUE(answers(created, ErrorCode::full));
    ASSERT_GT(logins.size(), 10U);
    EXPECT_TRUE(answers(store->load(logins.back().id(), kNow), ErrorCode::not_found));
    logins.pop_back();
    EXPECT_TRUE(answers(store->put(RecordKind::person, "p", std::string(100'000, 'v'), std::nullopt), ErrorCode::full));
    for (const Login& login : logins) ASSERT_OK(store->load(login.id(), kNow));
    EXPECT_EQ(store->count(kNow).value(), logins.size());
    for (std::size_t i = 0; i < logins.size() / 2; ++i) ASSERT_TRUE(store->remove(logins[i].id()).value_or(false)) << i;
    EXPECT_OK(store->create(Login().sealed()));
    EXPECT_EQ(store->remove_user("alice").value(), logins.size() - logins.size() / 2 + 1);
}

TEST_P(SessionStoreContract, DoesNotWaitLongerThanTheTimeoutForAnEngineThatStalls) {
    StoreOptions hurried = options();
    hurried.timeout = 500ms;
    const auto store = engine_->open(hurried);
    const Login alice;
    const Login bob = login_of("bob");
    ASSERT_OK(store->create(alice.sealed()));
    ASSERT_OK(store->put(RecordKind::ticket, "t", "value", kNow + 1h));
    engine_->stall();
    const auto in_time = [&](const auto& operation) {
        const auto began = steady_clock::now();
        const auto outcome = operation();
        EXPECT_LT(steady_clock::now() - began, hurried.timeout + 1500ms);  // a busy machine takes its time, too
        return outcome;
    };
    EXPECT_TRUE(answers(in_time([&] { return store->create(bob.sealed()); }), ErrorCode::unavailable));
    EXPECT_TRUE(answers(in_time([&] { return store->remove(alice.id()); }), ErrorCode::unavailable));
    EXPECT_TRUE(answers(in_time([&] { return store->take(RecordKind::ticket, "t", kNow); }), ErrorCode::unavailable));
    EXPECT_TRUE(answers(in_time([&] { return store->increment("c", 1h, kNow); }), ErrorCode::unavailable));
    const auto read = in_time([&] { return store->load(alice.id(), kNow); });
    if (engine_->reads_need_an_answer()) {
        EXPECT_TRUE(answers(read, ErrorCode::unavailable));
    } else {
        EXPECT_OK(read);
        EXPECT_EQ(store->count(kNow).value(), 1U);
        EXPECT_EQ(store->get(RecordKind::ticket, "t", kNow).value(), "value");
    }
    engine_->go_on();
    const auto deadline = steady_clock::now() + 20s;  // an engine may want a moment to come back
    Status created = store->create(bob.sealed());
    while (!created && created.error().code == ErrorCode::unavailable && steady_clock::now() < deadline) {
        created = store->create(bob.sealed());
    }
    EXPECT_TRUE(created || created.error().code == ErrorCode::exists);  // a write that was not awaited may have come in
    EXPECT_OK(store->load(bob.id(), kNow));
}

TEST_P(SessionStoreContract, NeverServesADamagedSession) {
    const auto store = open();
    const Login alice;
    const Login bob = login_of("bob");
    ASSERT_OK(store->create(alice.sealed()));
    ASSERT_OK(store->create(bob.sealed()));
    engine_->damage(alice.id());
    EXPECT_TRUE(answers(store->load(alice.id(), kNow), ErrorCode::corrupt));
    EXPECT_EQ(ids(*store, {}), std::set{bob.id().hex()});
    EXPECT_TRUE(ids(*store, {.user = "alice"}).empty());
    EXPECT_OK(store->purge(kNow));
    EXPECT_TRUE(answers(store->load(alice.id(), kNow), ErrorCode::corrupt));
    EXPECT_TRUE(store->remove(alice.id()).value());
    EXPECT_TRUE(answers(store->load(alice.id(), kNow), ErrorCode::not_found));
    EXPECT_OK(store->create(alice.sealed()));
    EXPECT_OK(store->load(alice.id(), kNow));
}

TEST_P(SessionStoreContract, EndsADamagedSessionWithItsUser) {
    const auto store = open();
    const Login alice;
    ASSERT_OK(store->create(alice.sealed()));
    engine_->damage(alice.id());
    EXPECT_EQ(store->remove_user("alice").value(), 1U);
    EXPECT_TRUE(answers(store->load(alice.id(), kNow), ErrorCode::not_found));
}

}  // namespace sso::session::contract
