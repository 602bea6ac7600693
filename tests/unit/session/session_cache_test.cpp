#include "core/session/session_cache.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/allocations.hpp"
#include "tests/unit/session/session_cache_fixture.hpp"

namespace sso::session {
namespace {

using namespace std::chrono_literals;

TEST_F(SessionCacheTest, OpensTheSessionThatTheCookieNames) {
    SessionCache cache = this->cache();
    const SessionCookie alice = logged_in("alice");
    const SessionCookie bob = logged_in("bob");
    EXPECT_EQ((*resume(cache, alice.text(), kLogin))->user(), "alice");
    EXPECT_EQ((*resume(cache, bob.text(), kLogin))->user(), "bob");
    EXPECT_EQ((*resume(cache, alice.text(), kLogin))->attributes.find("uid").text, "alice");
}

TEST_F(SessionCacheTest, AsksTheStoreOnceWhileAnEntryIsFresh) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(resume(cache, cookie.text(), kLogin));
    EXPECT_EQ(store_.loads, 1);
    wait(249ms);
    EXPECT_TRUE(resume(cache, cookie.text(), kLogin));
    EXPECT_EQ(store_.loads, 1);
    wait(1ms);
    EXPECT_TRUE(resume(cache, cookie.text(), kLogin));
    EXPECT_EQ(store_.loads, 2);
}

TEST_F(SessionCacheTest, AllocatesNothingForASessionThatItHolds) {
    SessionCache cache = this->cache();
    const std::string text = logged_in("alice").text();
    ASSERT_TRUE(resume(cache, text, kLogin));
    EXPECT_EQ(test::allocations_during([&] { EXPECT_TRUE(resume(cache, text, kLogin)); }), 0U);
    EXPECT_EQ(store_.loads, 1);
}

TEST_F(SessionCacheTest, LetsALogoutElsewhereHoldWhenTheEntryIsNoLongerFresh) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    ASSERT_TRUE(resume(cache, cookie.text(), kLogin));
    ASSERT_TRUE(real_.remove(cookie.id()));
    wait(250ms);
    EXPECT_EQ(resume(cache, cookie.text(), kLogin).error().code, ErrorCode::not_found);
    EXPECT_EQ(cache.usage().entries, 0U);
}

TEST_F(SessionCacheTest, DoesNotRememberWhatIsAbsent) {
    SessionCache cache = this->cache();
    const SessionCookie stranger = SessionCookie::generate();
    EXPECT_EQ(resume(cache, stranger.text(), kLogin).error().code, ErrorCode::not_found);
    EXPECT_EQ(resume(cache, stranger.text(), kLogin).error().code, ErrorCode::not_found);
    EXPECT_EQ(store_.loads, 2);
    EXPECT_EQ(cache.usage().entries, 0U);
}

TEST_F(SessionCacheTest, HandsOnWhatTheStoreSays) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    EXPECT_EQ(resume(cache, cookie.text(), kLogin + 1h).error().code, ErrorCode::expired);
    store_.away = true;
    EXPECT_EQ(resume(cache, cookie.text(), kLogin).error().code, ErrorCode::unavailable);
}

TEST_F(SessionCacheTest, ServesWhatItHoldsUntilTheLeaseIsOverWhenTheStoreIsAway) {
    SessionCache cache = this->cache();
    terms_.lease = 10s;
    const SessionCookie cookie = logged_in("alice");
    ASSERT_TRUE(resume(cache, cookie.text(), kLogin));
    store_.away = true;
    wait(9'999ms);
    EXPECT_TRUE(resume(cache, cookie.text(), kLogin));
    wait(1ms);
    EXPECT_EQ(resume(cache, cookie.text(), kLogin).error().code, ErrorCode::unavailable);
    store_.away = false;
    wait(CircuitBreaker::kRetry);
    EXPECT_TRUE(resume(cache, cookie.text(), kLogin));
}

TEST_F(SessionCacheTest, TheLeaseBeginsWithTheWatchersLastWord) {
    SessionCache cache = this->cache();
    terms_.lease = 10s;
    const SessionCookie cookie = logged_in("alice");
    board_->watch(kMark);
    ASSERT_TRUE(resume(cache, cookie.text(), kLogin));
    wait(60s);
    hear();
    store_.away = true;
    wait(9'999ms);
    EXPECT_TRUE(resume(cache, cookie.text(), kLogin));
    wait(1ms);
    EXPECT_EQ(resume(cache, cookie.text(), kLogin).error().code, ErrorCode::unavailable);
}

TEST_F(SessionCacheTest, NeverServesWhatIsKnownToHaveEndedAlthoughTheStoreIsAway) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    ASSERT_TRUE(resume(cache, cookie.text(), kLogin));
    store_.away = true;
    board_->revoke(cookie.id());
    EXPECT_EQ(resume(cache, cookie.text(), kLogin).error().code, ErrorCode::unavailable);
}

TEST_F(SessionCacheTest, NeverServesASessionBeyondItsLifetimeAlthoughTheStoreIsAway) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    ASSERT_TRUE(resume(cache, cookie.text(), kLogin));
    store_.away = true;
    EXPECT_TRUE(resume(cache, cookie.text(), kLogin + options_.lifetime - 1s));
    EXPECT_EQ(resume(cache, cookie.text(), kLogin + options_.lifetime).error().code, ErrorCode::unavailable);
}

TEST_F(SessionCacheTest, AsksNobodyForWhatIsWatched) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    board_->watch(kMark);
    for (int i = 0; i < 100; ++i) {
        hear();
        ASSERT_TRUE(resume(cache, cookie.text(), kLogin));
        wait(RevocationBoard::kSilence - 1ms);
        ASSERT_TRUE(resume(cache, cookie.text(), kLogin));
    }
    EXPECT_EQ(store_.loads, 1);
    wait(1ms);  // the watcher is lost
    ASSERT_TRUE(resume(cache, cookie.text(), kLogin));
    EXPECT_EQ(store_.loads, 2);
}

TEST_F(SessionCacheTest, FindsAtHandWhatTheWatcherVouchesForAndNothingElse) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    HeldSession none;
    const auto at_hand = [&](SysSeconds now) { return cache.find_held(cookie.text(), now, steady_.load(), none); };
    board_->watch(kMark);
    hear();
    EXPECT_FALSE(at_hand(kLogin)) << "it was not loaded";
    ASSERT_TRUE(resume(cache, cookie.text(), kLogin));
    ASSERT_TRUE(at_hand(kLogin));
    EXPECT_EQ(at_hand(kLogin)->user(), "alice");
    EXPECT_FALSE(cache.find_held("no cookie", kLogin, steady_.load(), none));
    EXPECT_FALSE(cache.find_held(SessionCookie::generate().text(), kLogin, steady_.load(), none));

    EXPECT_TRUE(at_hand(kLogin + 59s));
    EXPECT_FALSE(at_hand(kLogin + 60s)) << "its use is to be noted";
    wait(249ms);
    EXPECT_TRUE(at_hand(kLogin));
    wait(1ms);
    EXPECT_FALSE(at_hand(kLogin)) << "the watcher is lost";
    hear();
    EXPECT_TRUE(at_hand(kLogin));
    board_->watch(kMark + 1);
    hear();
    EXPECT_FALSE(at_hand(kLogin)) << "another store is watched";
    board_->watch(kMark);
    hear();
    ASSERT_TRUE(at_hand(kLogin));
    board_->revoke(cookie.id());
    EXPECT_FALSE(at_hand(kLogin)) << "it was revoked";
    EXPECT_EQ(store_.loads, 1) << "nobody was asked";
}

TEST_F(SessionCacheTest, TakesAGuessThatIsRightAndNoOther) {
    SessionCache cache = this->cache();
    const SessionCookie alice = logged_in("alice");
    const SessionCookie bob = logged_in("bob");
    board_->watch(kMark);
    hear();
    const auto find = [&](const SessionCookie& cookie, HeldSession& guess) {
        return cache.find_held(cookie.text(), kLogin, steady_.load(), guess);
    };
    HeldSession guess = *resume(cache, alice.text(), kLogin);
    ASSERT_TRUE(resume(cache, bob.text(), kLogin));

    const HeldSession found_bob = find(bob, guess);
    ASSERT_TRUE(found_bob);
    EXPECT_EQ(found_bob->user(), "bob");
    EXPECT_TRUE(guess) << "it was wrong";
    HeldSession found_alice = find(alice, guess);
    ASSERT_TRUE(found_alice);
    EXPECT_EQ(found_alice->user(), "alice");
    EXPECT_FALSE(guess) << "it was taken";

    guess = found_alice;
    board_->revoke(alice.id());
    EXPECT_FALSE(find(alice, guess)) << "it was revoked";
    guess = found_alice;
    ASSERT_TRUE(resume(cache, alice.text(), kLogin));  // into another entry
    ASSERT_TRUE(find(alice, guess));
    EXPECT_TRUE(guess) << "the table has another entry now";

    found_alice = find(alice, guess);
    guess = found_alice;
    cache.forget(alice.text());
    EXPECT_FALSE(find(alice, guess)) << "it was forgotten";
    EXPECT_EQ(guess->user(), "alice") << "who holds it keeps it";
}

TEST_F(SessionCacheTest, FindsNothingAtHandBeyondTheSessionsLifetime) {
    SessionCache::Limits limits;
    limits.touch_after = 1000h;
    SessionCache cache = this->cache(limits);
    const SessionCookie cookie = logged_in("alice");
    board_->watch(kMark);
    hear();
    ASSERT_TRUE(resume(cache, cookie.text(), kLogin));
    HeldSession none;
    EXPECT_TRUE(cache.find_held(cookie.text(), kLogin + options_.lifetime - 1s, steady_.load(), none));
    EXPECT_FALSE(cache.find_held(cookie.text(), kLogin + options_.lifetime, steady_.load(), none));
}

TEST_F(SessionCacheTest, BelievesNoWatcherOfAnotherStore) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    board_->watch(kMark + 1);
    ASSERT_TRUE(resume(cache, cookie.text(), kLogin));
    wait(250ms);
    hear();
    ASSERT_TRUE(resume(cache, cookie.text(), kLogin));
    EXPECT_EQ(store_.loads, 2);
}

TEST_F(SessionCacheTest, AsksAgainAtOnceForASessionThatWasRevoked) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    board_->watch(kMark);
    hear();
    ASSERT_TRUE(resume(cache, cookie.text(), kLogin));
    ASSERT_TRUE(real_.remove(cookie.id()));
    board_->revoke(cookie.id());
    EXPECT_EQ(resume(cache, cookie.text(), kLogin).error().code, ErrorCode::not_found);
    EXPECT_EQ(cache.usage().entries, 0U);
}

TEST_F(SessionCacheTest, DoesNotBelieveAnAnswerThatARevocationHasOvertaken) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    board_->watch(kMark);
    hear();
    store_.hold_loads();  // they have been answered, and the answer is on its way
    std::thread early([&] { static_cast<void>(resume(cache, cookie.text(), kLogin)); });
    store_.wait_for_a_load();
    ASSERT_TRUE(real_.remove(cookie.id()));
    board_->revoke(cookie.id());
    store_.let_go();
    early.join();
    EXPECT_EQ(resume(cache, cookie.text(), kLogin).error().code, ErrorCode::not_found);
}

TEST_F(SessionCacheTest, DoesNotAskAStoreThatWasSilentJustNow) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    store_.away = true;
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(resume(cache, cookie.text(), kLogin).error().code, ErrorCode::unavailable);
    }
    EXPECT_EQ(store_.loads, static_cast<int>(CircuitBreaker::kQuickFailures));
    EXPECT_TRUE(cache.is_store_given_up());
    store_.away = false;
    EXPECT_EQ(resume(cache, cookie.text(), kLogin).error().code, ErrorCode::unavailable);
    wait(CircuitBreaker::kRetry);
    EXPECT_TRUE(resume(cache, cookie.text(), kLogin));
    EXPECT_FALSE(cache.is_store_given_up());
}

class Note final : public SessionMemo {
  public:
    Note(std::uint64_t subject, std::atomic<int>& alive) : SessionMemo(subject), alive_(alive) { ++alive_; }
    ~Note() override { --alive_; }
    [[nodiscard]] std::size_t bytes() const noexcept override { return 1'000; }

  private:
    std::atomic<int>& alive_;
};

TEST_F(SessionCacheTest, RemembersWhatWasWorkedOutFromASession) {
    std::atomic<int> alive{0};
    {
        SessionCache cache = this->cache();
        const SessionCookie cookie = logged_in("alice");
        auto held = resume(cache, cookie.text(), kLogin).value();
        const std::size_t before = cache.usage().bytes;
        EXPECT_EQ(held.find_memo(1), nullptr);
        for (const std::uint64_t subject : {1U, 2U, 1U}) cache.remember(held, std::make_unique<Note>(subject, alive));
        EXPECT_EQ(alive, 2);
        EXPECT_EQ(cache.usage().bytes, before + 2'000);
        const auto again = resume(cache, cookie.text(), kLogin).value();
        ASSERT_NE(again.find_memo(1), nullptr);
        EXPECT_EQ(again.find_memo(1)->subject(), 1U);
        EXPECT_EQ(again.find_memo(3), nullptr);
        cache.forget(cookie.text());
        EXPECT_EQ(alive, 2) << "still held";
        EXPECT_EQ(cache.usage().bytes, 0U);
    }
    EXPECT_EQ(alive, 0);
}

TEST_F(SessionCacheTest, ForgetsWhatWasWorkedOutWhenTheSessionHasOtherAttributes) {
    std::atomic<int> alive{0};
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    cache.remember(resume(cache, cookie.text(), kLogin).value(), std::make_unique<Note>(1, alive));
    Session changed = real_.load(cookie.id(), kLogin)->open(cookie).value();
    changed.attributes.set("uid", "bob");
    ASSERT_TRUE(real_.replace(changed.seal(cookie)));
    wait(250ms);
    const auto held = resume(cache, cookie.text(), kLogin).value();
    EXPECT_EQ(held->attributes.find("uid").text, "bob");
    EXPECT_EQ(held.find_memo(1), nullptr);
    EXPECT_EQ(alive, 0);
}

/// What live changes do: each makes policies that were never seen before, and nobody asks for those before them again.
TEST_F(SessionCacheTest, KeepsTheNewestMemosWithASessionAndTheSessionServesOnWithoutTheStore) {
    std::atomic<int> alive{0};
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    ASSERT_TRUE(resume(cache, cookie.text(), kLogin));
    const std::size_t bare = cache.usage().bytes;
    store_.away = true;
    for (std::uint64_t subject = 0; subject < 100; ++subject) {
        cache.remember(resume(cache, cookie.text(), kLogin).value(), std::make_unique<Note>(subject, alive));
        const auto held = resume(cache, cookie.text(), kLogin).value();
        ASSERT_NE(held.find_memo(subject), nullptr) << subject;
        EXPECT_EQ(held->user(), "alice");
        EXPECT_EQ(held->attributes.find("uid").text, "alice");
        EXPECT_LE(alive, 16);
        EXPECT_EQ(cache.usage().bytes, bare + 1'000 * static_cast<std::size_t>(alive));
    }
    EXPECT_EQ(cache.usage().entries, 1U);
    EXPECT_EQ(store_.loads, 1);
}

TEST_F(SessionCacheTest, LeavesItsMemosToWhoHoldsASessionThatGetsOthers) {
    std::atomic<int> alive{0};
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    {
        const auto held = resume(cache, cookie.text(), kLogin).value();
        for (std::uint64_t subject = 0; subject < 30; ++subject) {
            cache.remember(held, std::make_unique<Note>(subject, alive));
        }
        EXPECT_NE(held.find_memo(0), nullptr);
        EXPECT_EQ(alive, 17) << "sixteen of those who hold it, one of those who come";
        cache.forget(cookie.text());
        EXPECT_EQ(cache.usage().bytes, 0U);
        cache.remember(held, std::make_unique<Note>(30, alive));
        EXPECT_EQ(cache.usage().entries, 0U) << "what was forgotten stays so";
    }
    EXPECT_EQ(alive, 0);
}

TEST_F(SessionCacheTest, AScanOverManySessionsDoesNotDriveOutThoseInUse) {
    constexpr std::size_t kEntries = 100;
    SessionCache cache = this->cache({.entries = kEntries});
    terms_.fresh = 1h;
    std::vector<std::string> used;
    for (int i = 0; i < 50; ++i) used.push_back(logged_in("user").text());
    for (int turn = 0; turn < 2; ++turn) {
        for (const auto& text : used) ASSERT_TRUE(resume(cache, text, kLogin));
    }
    for (int i = 0; i < 400; ++i) ASSERT_TRUE(resume(cache, logged_in("passer-by").text(), kLogin));
    EXPECT_EQ(cache.usage().entries, kEntries);
    store_.loads = 0;
    for (const auto& text : used) ASSERT_TRUE(resume(cache, text, kLogin));
    EXPECT_LE(store_.loads, 4) << "slots that collide by chance: mostly none, seldom two";
}

TEST_F(SessionCacheTest, HoldsAsManySessionsAsItWasMadeFor) {
    constexpr std::size_t kEntries = 2'000;
    SessionCache cache = this->cache({.entries = kEntries});
    terms_.fresh = 1h;
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < kEntries; ++i) texts.push_back(logged_in("user").text());
    for (const auto& text : texts) ASSERT_TRUE(resume(cache, text, kLogin));
    store_.loads = 0;
    for (const auto& text : texts) ASSERT_TRUE(resume(cache, text, kLogin));
    EXPECT_LE(store_.loads, static_cast<int>(kEntries / 100)) << "slots that collide";
}

TEST_F(SessionCacheTest, ServesNobodyWhoKnowsButAPartOfTheCookie) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    ASSERT_TRUE(resume(cache, cookie.text(), kLogin));
    for (const std::size_t at : {0U, 20U, 41U}) {  // the slices that find shard and entry, and the rest
        std::string text = cookie.text();
        text[at] = text[at] == 'A' ? 'B' : 'A';
        EXPECT_EQ(resume(cache, text, kLogin).error().code, ErrorCode::not_found) << at;
    }
}

TEST_F(SessionCacheTest, AsksOnceForAllThreadsThatMissTheSameSession) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    store_.hold_loads();
    std::vector<std::thread> threads;
    std::atomic<int> served{0};
    for (int i = 0; i < 16; ++i) {
        threads.emplace_back([&] { served += resume(cache, cookie.text(), kLogin) ? 1 : 0; });
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
    ASSERT_TRUE(resume(cache, bob.text(), kLogin));
    store_.hold_loads();
    std::thread waiting([&] { EXPECT_TRUE(resume(cache, alice.text(), kLogin)); });
    store_.wait_for_a_load();
    EXPECT_TRUE(resume(cache, bob.text(), kLogin));
    store_.let_go();
    waiting.join();
}

TEST_F(SessionCacheTest, ForgetsAtOnce) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    ASSERT_TRUE(resume(cache, cookie.text(), kLogin));
    ASSERT_TRUE(real_.remove(cookie.id()));
    cache.forget(cookie.text());
    EXPECT_EQ(resume(cache, cookie.text(), kLogin).error().code, ErrorCode::not_found);
}

TEST_F(SessionCacheTest, DoesNotKeepAnAnswerThatWasOnItsWayWhenTheSessionEnded) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    store_.hold_loads();
    std::thread early([&] { static_cast<void>(resume(cache, cookie.text(), kLogin)); });
    store_.wait_for_a_load();
    ASSERT_TRUE(real_.remove(cookie.id()));
    cache.forget(cookie.text());
    store_.let_go();
    early.join();
    EXPECT_EQ(resume(cache, cookie.text(), kLogin).error().code, ErrorCode::not_found);
}

TEST_F(SessionCacheTest, KeepsTheSessionsThatAreUsed) {
    SessionCache cache = this->cache({.entries = 3});
    std::vector<SessionCookie> cookies;
    for (int i = 0; i < 4; ++i) cookies.push_back(logged_in("user" + std::to_string(i)));
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(resume(cache, cookies[static_cast<std::size_t>(i)].text(), kLogin));
    ASSERT_TRUE(resume(cache, cookies[0].text(), kLogin));
    ASSERT_TRUE(resume(cache, cookies[3].text(), kLogin));  // in the place of 1
    EXPECT_EQ(cache.usage().entries, 3U);
    store_.loads = 0;
    for (const std::size_t held : {0U, 2U, 3U}) ASSERT_TRUE(resume(cache, cookies[held].text(), kLogin));
    EXPECT_EQ(store_.loads, 0);
    ASSERT_TRUE(resume(cache, cookies[1].text(), kLogin));
    EXPECT_EQ(store_.loads, 1);
}

TEST_F(SessionCacheTest, IsBoundedInBytes) {
    constexpr std::size_t kBytes = 100'000;
    SessionCache cache = this->cache({.entries = 60, .bytes = kBytes});
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(resume(cache, logged_in("user", 20'000).text(), kLogin));
        EXPECT_LE(cache.usage().bytes, kBytes);
    }
    EXPECT_EQ(cache.usage().entries, 4U);
}

TEST_F(SessionCacheTest, ServesASessionThatIsTooLargeToKeep) {
    SessionCache cache = this->cache({.entries = 10, .bytes = 10'000});
    const SessionCookie small = logged_in("small");
    const SessionCookie large = logged_in("large", 50'000);
    ASSERT_TRUE(resume(cache, small.text(), kLogin));
    EXPECT_TRUE(resume(cache, large.text(), kLogin));
    EXPECT_TRUE(resume(cache, large.text(), kLogin));
    EXPECT_EQ(store_.loads, 3);
    EXPECT_EQ(cache.usage().entries, 1U);
}

TEST_F(SessionCacheTest, GivesBackTheBytesOfWhatItDrops) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    ASSERT_TRUE(resume(cache, cookie.text(), kLogin));
    const std::size_t held = cache.usage().bytes;
    EXPECT_GT(held, 0U);
    wait(250ms);
    ASSERT_TRUE(resume(cache, cookie.text(), kLogin));
    EXPECT_EQ(cache.usage().bytes, held);
    cache.forget(cookie.text());
    EXPECT_EQ(cache.usage().bytes, 0U);
}

TEST_F(SessionCacheTest, NotesTheUseOfASessionOnceAMinute) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    SysSeconds now = kLogin;
    const auto use_after = [&](std::chrono::seconds time) {
        wait(time);
        now += time;
        ASSERT_TRUE(resume(cache, cookie.text(), now));
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
    ASSERT_TRUE(resume(cache, cookie.text(), kLogin + 15s));
    EXPECT_EQ(store_.touches, 1);
}

TEST_F(SessionCacheTest, ServesThoughTheUseCannotBeNoted) {
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    store_.takes_no_note = true;
    EXPECT_TRUE(resume(cache, cookie.text(), kLogin + 5min));
    EXPECT_EQ(store_.touches, 1);
    wait(250ms);
    EXPECT_TRUE(resume(cache, cookie.text(), kLogin + 5min));
    EXPECT_EQ(store_.touches, 1);  // nor is it tried again at each look
}

TEST_F(SessionCacheTest, GivesUpAStoreThatIsSilentWhenUseIsNotedAndNoneThatOnlyTakesNoNotes) {
    const SysSeconds later = kLogin + 5min;
    store_.takes_no_note = true;
    for (const bool is_silent : {true, false}) {
        SessionCache cache = this->cache();
        store_.no_note = is_silent ? ErrorCode::unavailable : ErrorCode::limit;
        std::vector<std::string> used;
        for (int i = 0; i < 10; ++i) used.push_back(logged_in("user").text());
        for (const auto& text : used) ASSERT_TRUE(resume(cache, text, kLogin));
        for (const auto& text : used) ASSERT_TRUE(resume(cache, text, later));
        EXPECT_EQ(cache.is_store_given_up(), is_silent);
        EXPECT_EQ(resume(cache, logged_in("alice").text(), kLogin).has_value(), !is_silent);
    }
}

TEST_F(SessionCacheTest, StaysWholeUnderManyThreads) {
    std::atomic<int> alive{0};
    SessionCache cache = this->cache({.entries = 8, .bytes = 1U << 20U});
    std::vector<SessionCookie> cookies;
    for (int i = 0; i < 16; ++i) cookies.push_back(logged_in("user" + std::to_string(i)));
    std::vector<std::thread> threads;
    std::atomic<int> wrong{0};
    for (std::size_t t = 0; t < 8; ++t) {
        threads.emplace_back([&, t] {
            for (std::size_t i = 0; i < 3000; ++i) {
                const std::size_t who = (i * 7 + t * 3) % cookies.size();
                const auto session = resume(cache, cookies[who].text(), kLogin);
                if (!session || (*session)->user() != "user" + std::to_string(who)) ++wrong;
                if (session) cache.remember(*session, std::make_unique<Note>(i % 40, alive));
                if (i % 100 == t) cache.forget(cookies[who].text());
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
