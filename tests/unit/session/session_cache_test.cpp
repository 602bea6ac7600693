#include "core/session/session_cache.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "core/session/lmdb_store.hpp"
#include "tests/support/allocations.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/session/watched_store.hpp"

namespace sso::session {
namespace {

using namespace std::chrono_literals;

constexpr SysSeconds kLogin{1'800'000'000s};

class SessionCacheTest : public ::testing::Test {
  protected:
    SessionCookie logged_in(std::string_view user, std::size_t attribute_bytes = 10) {
        SessionCookie cookie = SessionCookie::generate();
        Attributes attributes;
        attributes.set("uid", user);
        attributes.set("padding", std::string(attribute_bytes, 'x'));
        const Session session{cookie.id(), {std::string(user), kLogin, kLogin, "192.0.2.1", "Browser"}, attributes};
        EXPECT_TRUE(real_.create(session.seal(cookie)));
        return cookie;
    }
    SessionCache cache(const SessionCache::Limits& limits = {}) {
        return {store_, limits, [this] { return steady_.load(); }};
    }
    void wait(std::chrono::milliseconds time) { steady_ = steady_.load() + time; }

    test::TemporaryFolder folder_;
    LmdbStore real_{folder_.path("sessions"), {}};
    WatchedStore store_{real_};
    std::atomic<std::chrono::steady_clock::time_point> steady_{std::chrono::steady_clock::time_point(1h)};
};

TEST_F(SessionCacheTest, OpensTheSessionThatTheCookieNames) {
    SessionCache cache = this->cache();
    const SessionCookie alice = logged_in("alice");
    const SessionCookie bob = logged_in("bob");
    EXPECT_EQ((*cache.resume(alice, kLogin))->facts.user, "alice");
    EXPECT_EQ((*cache.resume(bob, kLogin))->facts.user, "bob");
    EXPECT_EQ(*(*cache.resume(alice, kLogin))->attributes.find("uid")->text(), "alice");
}

TEST_F(SessionCacheTest, AsksTheStoreOnceWhileAnEntryIsFresh) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(cache.resume(cookie, kLogin));
    EXPECT_EQ(store_.loads, 1);
    wait(249ms);
    EXPECT_TRUE(cache.resume(cookie, kLogin));
    EXPECT_EQ(store_.loads, 1);
    wait(1ms);
    EXPECT_TRUE(cache.resume(cookie, kLogin));
    EXPECT_EQ(store_.loads, 2);
}

TEST_F(SessionCacheTest, AllocatesNothingForASessionThatItHolds) {
    SessionCache cache = this->cache();
    const std::string text = logged_in("alice").text();
    ASSERT_TRUE(cache.resume(SessionCookie::parse(text).value(), kLogin));
    EXPECT_EQ(test::allocations_during([&] {
                  const auto cookie = SessionCookie::parse(text);
                  EXPECT_TRUE(cookie && cache.resume(*cookie, kLogin));
              }),
              0U);
    EXPECT_EQ(store_.loads, 1);
}

TEST_F(SessionCacheTest, LetsALogoutElsewhereHoldWhenTheEntryIsNoLongerFresh) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    ASSERT_TRUE(cache.resume(cookie, kLogin));
    ASSERT_TRUE(real_.remove(cookie.id()));
    wait(250ms);
    EXPECT_EQ(cache.resume(cookie, kLogin).error().code, ErrorCode::not_found);
    EXPECT_EQ(cache.usage().entries, 0U);
}

TEST_F(SessionCacheTest, DoesNotRememberWhatIsAbsent) {
    SessionCache cache = this->cache();
    const SessionCookie stranger = SessionCookie::generate();
    EXPECT_EQ(cache.resume(stranger, kLogin).error().code, ErrorCode::not_found);
    EXPECT_EQ(cache.resume(stranger, kLogin).error().code, ErrorCode::not_found);
    EXPECT_EQ(store_.loads, 2);
    EXPECT_EQ(cache.usage().entries, 0U);
}

TEST_F(SessionCacheTest, HandsOnWhatTheStoreSays) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    EXPECT_EQ(cache.resume(cookie, kLogin + 1h).error().code, ErrorCode::expired);
    store_.away = true;
    EXPECT_EQ(cache.resume(cookie, kLogin).error().code, ErrorCode::unavailable);
}

TEST_F(SessionCacheTest, DoesNotServeAnOldEntryWhenTheStoreIsAway) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    ASSERT_TRUE(cache.resume(cookie, kLogin));
    store_.away = true;
    EXPECT_TRUE(cache.resume(cookie, kLogin));
    wait(250ms);
    EXPECT_EQ(cache.resume(cookie, kLogin).error().code, ErrorCode::unavailable);
    store_.away = false;
    EXPECT_TRUE(cache.resume(cookie, kLogin));
}

TEST_F(SessionCacheTest, ServesNobodyWhoKnowsButAPartOfTheCookie) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    ASSERT_TRUE(cache.resume(cookie, kLogin));
    for (const std::size_t at : {0U, 20U, 41U}) {  // the slices that find shard and entry, and the rest
        std::string text = cookie.text();
        text[at] = text[at] == 'A' ? 'B' : 'A';
        EXPECT_EQ(cache.resume(SessionCookie::parse(text).value(), kLogin).error().code, ErrorCode::not_found) << at;
    }
}

TEST_F(SessionCacheTest, AsksOnceForAllThreadsThatMissTheSameSession) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    store_.hold_loads();
    std::vector<std::thread> threads;
    std::atomic<int> served{0};
    for (int i = 0; i < 16; ++i) {
        threads.emplace_back([&] { served += cache.resume(cookie, kLogin) ? 1 : 0; });
    }
    store_.wait_for_a_load();
    store_.let_go();
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(served, 16);
    EXPECT_EQ(store_.loads, 1);
}

TEST_F(SessionCacheTest, LetsNobodyWaitForAnothersSession) {
    SessionCache cache = this->cache({.entries = 10});  // one shard
    const SessionCookie alice = logged_in("alice");
    const SessionCookie bob = logged_in("bob");
    ASSERT_TRUE(cache.resume(bob, kLogin));
    store_.hold_loads();
    std::thread waiting([&] { EXPECT_TRUE(cache.resume(alice, kLogin)); });
    store_.wait_for_a_load();
    EXPECT_TRUE(cache.resume(bob, kLogin));
    store_.let_go();
    waiting.join();
}

TEST_F(SessionCacheTest, ForgetsAtOnce) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    ASSERT_TRUE(cache.resume(cookie, kLogin));
    ASSERT_TRUE(real_.remove(cookie.id()));
    cache.forget(cookie);
    EXPECT_EQ(cache.resume(cookie, kLogin).error().code, ErrorCode::not_found);
}

TEST_F(SessionCacheTest, DoesNotKeepAnAnswerThatWasOnItsWayWhenTheSessionEnded) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    store_.hold_loads();
    std::thread early([&] { static_cast<void>(cache.resume(cookie, kLogin)); });
    store_.wait_for_a_load();
    ASSERT_TRUE(real_.remove(cookie.id()));
    cache.forget(cookie);
    store_.let_go();
    early.join();
    EXPECT_EQ(cache.resume(cookie, kLogin).error().code, ErrorCode::not_found);
}

TEST_F(SessionCacheTest, KeepsTheSessionsThatWereUsedLast) {
    SessionCache cache = this->cache({.entries = 3});
    std::vector<SessionCookie> cookies;
    for (int i = 0; i < 4; ++i) cookies.push_back(logged_in("user" + std::to_string(i)));
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(cache.resume(cookies[static_cast<std::size_t>(i)], kLogin));
    ASSERT_TRUE(cache.resume(cookies[0], kLogin));
    ASSERT_TRUE(cache.resume(cookies[3], kLogin));  // in the place of 1
    EXPECT_EQ(cache.usage().entries, 3U);
    store_.loads = 0;
    for (const std::size_t held : {0U, 2U, 3U}) ASSERT_TRUE(cache.resume(cookies[held], kLogin));
    EXPECT_EQ(store_.loads, 0);
    ASSERT_TRUE(cache.resume(cookies[1], kLogin));
    EXPECT_EQ(store_.loads, 1);
}

TEST_F(SessionCacheTest, IsBoundedInBytes) {
    constexpr std::size_t kBytes = 100'000;
    SessionCache cache = this->cache({.entries = 60, .bytes = kBytes});
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(cache.resume(logged_in("user", 20'000), kLogin));
        EXPECT_LE(cache.usage().bytes, kBytes);
    }
    EXPECT_EQ(cache.usage().entries, 4U);
}

TEST_F(SessionCacheTest, ServesASessionThatIsTooLargeToKeep) {
    SessionCache cache = this->cache({.entries = 10, .bytes = 10'000});
    const SessionCookie small = logged_in("small");
    const SessionCookie large = logged_in("large", 50'000);
    ASSERT_TRUE(cache.resume(small, kLogin));
    EXPECT_TRUE(cache.resume(large, kLogin));
    EXPECT_TRUE(cache.resume(large, kLogin));
    EXPECT_EQ(store_.loads, 3);
    EXPECT_EQ(cache.usage().entries, 1U);
}

TEST_F(SessionCacheTest, GivesBackTheBytesOfWhatItDrops) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    ASSERT_TRUE(cache.resume(cookie, kLogin));
    const std::size_t held = cache.usage().bytes;
    EXPECT_GT(held, 0U);
    wait(250ms);
    ASSERT_TRUE(cache.resume(cookie, kLogin));
    EXPECT_EQ(cache.usage().bytes, held);
    cache.forget(cookie);
    EXPECT_EQ(cache.usage().bytes, 0U);
}

TEST_F(SessionCacheTest, NotesTheUseOfASessionOnceAMinute) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    SysSeconds now = kLogin;
    const auto use_after = [&](std::chrono::seconds time) {
        wait(time);
        now += time;
        ASSERT_TRUE(cache.resume(cookie, now));
    };
    use_after(59s);
    EXPECT_EQ(store_.touches, 0);
    use_after(1s);
    EXPECT_EQ(store_.touches, 1);
    use_after(59s);
    EXPECT_EQ(store_.touches, 1);
    use_after(1s);
    EXPECT_EQ(store_.touches, 2);
    ASSERT_TRUE(real_.reset("what was asked before is written now"));
    EXPECT_EQ(real_.load(cookie.id(), now)->facts.last_seen, kLogin + 120s);
}

TEST_F(SessionCacheTest, NotesUseMoreOftenWhereSessionsEndSoon) {
    EXPECT_EQ(SessionCache::touch_interval(1h), 60s);
    EXPECT_EQ(SessionCache::touch_interval(2min), 30s);
    EXPECT_EQ(SessionCache::touch_interval(0s), 60s);
    SessionCache cache = this->cache({.touch_after = 15s});
    const SessionCookie cookie = logged_in("alice");
    ASSERT_TRUE(cache.resume(cookie, kLogin + 15s));
    EXPECT_EQ(store_.touches, 1);
}

TEST_F(SessionCacheTest, ServesThoughTheUseCannotBeNoted) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    store_.takes_no_note = true;
    EXPECT_TRUE(cache.resume(cookie, kLogin + 5min));
    EXPECT_EQ(store_.touches, 1);
    wait(250ms);
    EXPECT_TRUE(cache.resume(cookie, kLogin + 5min));
    EXPECT_EQ(store_.touches, 1);  // nor is it tried again at each look
}

TEST_F(SessionCacheTest, StaysWholeUnderManyThreads) {
    SessionCache cache = this->cache({.entries = 8, .bytes = 1U << 20U});
    std::vector<SessionCookie> cookies;
    for (int i = 0; i < 16; ++i) cookies.push_back(logged_in("user" + std::to_string(i)));
    std::vector<std::thread> threads;
    std::atomic<int> wrong{0};
    for (std::size_t t = 0; t < 8; ++t) {
        threads.emplace_back([&, t] {
            for (std::size_t i = 0; i < 3000; ++i) {
                const std::size_t who = (i * 7 + t * 3) % cookies.size();
                const auto session = cache.resume(cookies[who], kLogin);
                if (!session || (*session)->facts.user != "user" + std::to_string(who)) ++wrong;
                if (i % 100 == t) cache.forget(cookies[who]);
                if (i % 200 == 0) wait(10ms);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_LE(cache.usage().entries, 8U);
}

}  // namespace
}  // namespace sso::session
