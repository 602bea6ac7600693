#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/contract/session/child.hpp"
#include "tests/contract/session/session_store_contract.hpp"
#include "tests/contract/session/session_store_words.hpp"

namespace sso::session::contract {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

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
