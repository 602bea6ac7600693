#include "tests/contract/session/session_store_contract.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/contract/session/session_store_words.hpp"

namespace sso::session::contract {

using namespace std::chrono_literals;

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

}  // namespace sso::session::contract
