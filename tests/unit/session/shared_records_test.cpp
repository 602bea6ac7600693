// L1 with L2, which processes share.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "core/session/bounded_record_cache.hpp"
#include "tests/unit/session/gated_records.hpp"
#include "tests/unit/session/session_cache_fixture.hpp"

namespace sso::session {
namespace {

using namespace std::chrono_literals;

/// An L2 in this process.
class Records final : public RecordCache {
  public:
    bool find(const SessionId& id, const std::function<void(std::string_view)>& use) noexcept override {
        const auto found = records.find(id);
        if (found != records.end()) use(found->second);
        return found != records.end();
    }
    void keep(const SessionId& id, std::string_view record, std::chrono::seconds) noexcept override {
        records.insert_or_assign(id, std::string(record));
    }
    void drop(const SessionId& id) noexcept override { records.erase(id); }
    std::map<SessionId, std::string> records;
};

TEST_F(SessionCacheTest, FindsWhatAnotherProcessOfTheHostHasLoaded) {
    Records records;
    records_ = &records;
    board_->watch(kMark);
    hear();
    SessionCache one = this->cache();
    SessionCache other = this->cache();
    const SessionCookie cookie = logged_in("alice");
    ASSERT_TRUE(resume(one, cookie.text(), kLogin));
    ASSERT_TRUE(resume(other, cookie.text(), kLogin));
    EXPECT_EQ(store_.loads, 1);
    for (const auto& [id, record] : records.records) EXPECT_EQ(record.find("padding"), record.npos) << "not sealed";

    SessionCache late = this->cache();
    ASSERT_TRUE(real_.remove(cookie.id()));
    board_->revoke(cookie.id());
    EXPECT_EQ(resume(late, cookie.text(), kLogin).error().code, ErrorCode::not_found);
    EXPECT_TRUE(records.records.empty());
}

TEST_F(SessionCacheTest, AsksTheStoreWhereL2HoldsRubbishOrWhatIsOld) {
    Records records;
    records_ = &records;
    const SessionCookie cookie = logged_in("alice");
    SessionCache first = this->cache();
    ASSERT_TRUE(resume(first, cookie.text(), kLogin));
    wait(250ms);  // nobody watches
    SessionCache second = this->cache();
    ASSERT_TRUE(resume(second, cookie.text(), kLogin));
    EXPECT_EQ(store_.loads, 2);
    for (const auto& rubbish : {std::string(), std::string(200, 'x'), records.records.begin()->second + "x"}) {
        records.records.begin()->second = rubbish;
        SessionCache third = this->cache();
        ASSERT_TRUE(resume(third, cookie.text(), kLogin));
    }
    EXPECT_EQ(store_.loads, 5);
}

TEST_F(SessionCacheTest, BelievesNoRecordInL2OfAnotherBoardOrAnotherStore) {
    Records records;
    records_ = &records;
    const auto other = std::make_unique<RevocationBoard>();
    other->identify({1, 2, 3, 5});
    for (auto* board : {board_.get(), other.get()}) board->watch(kMark);
    for (auto* board : {board_.get(), other.get()}) board->hear(steady_.load());
    const SessionCookie cookie = logged_in("alice");
    SessionCache there = this->cache(*other, kMark);
    ASSERT_TRUE(resume(there, cookie.text(), kLogin));
    ASSERT_EQ(records.records.size(), 1U);

    ASSERT_TRUE(real_.remove(cookie.id()));
    board_->revoke(cookie.id());  // here it is known
    other->revoke(SessionCookie::generate().id());
    SessionCache here = this->cache();
    EXPECT_EQ(resume(here, cookie.text(), kLogin).error().code, ErrorCode::not_found);

    const SessionCookie second = logged_in("alice");
    ASSERT_TRUE(resume(here, second.text(), kLogin));
    SessionCache same = this->cache();
    const int loads = store_.loads;
    ASSERT_TRUE(resume(same, second.text(), kLogin));
    EXPECT_EQ(store_.loads, loads) << "the same counters and the same identity";
    SessionCache of_another_board = this->cache(*other, kMark);
    ASSERT_TRUE(resume(of_another_board, second.text(), kLogin));
    EXPECT_EQ(store_.loads, loads + 1);
    SessionCache of_another_store = this->cache(*board_, kMark + 1);
    ASSERT_TRUE(resume(of_another_store, second.text(), kLogin));
    EXPECT_EQ(store_.loads, loads + 2);
}

TEST_F(SessionCacheTest, UsesNoL2UnderABoardWithoutAnIdentity) {
    Records records;
    records_ = &records;
    const auto nobodys = std::make_unique<RevocationBoard>();
    SessionCache cache = this->cache(*nobodys, kMark);
    const SessionCookie cookie = logged_in("alice");
    ASSERT_TRUE(resume(cache, cookie.text(), kLogin));
    EXPECT_TRUE(records.records.empty());
}

TEST_F(SessionCacheTest, BelievesNoRecordInL2OfWhichAnyBitWasChangedOrThatWasPutUnderAnotherId) {
    Records records;
    records_ = &records;
    board_->watch(kMark);
    hear();
    const SessionCookie cookie = logged_in("alice");
    const SessionCookie bob = logged_in("bob");
    SessionCache first = this->cache();
    ASSERT_TRUE(resume(first, bob.text(), kLogin));
    const std::string of_bob = records.records.at(bob.id());
    ASSERT_TRUE(resume(first, cookie.text(), kLogin));
    const std::string good = records.records.at(cookie.id());
    int loads = store_.loads;
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string changed = good;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        records.records.at(cookie.id()) = changed;
        SessionCache other = this->cache({.entries = 1});
        ASSERT_EQ((*resume(other, cookie.text(), kLogin))->user(), "alice");
        ASSERT_EQ(store_.loads, ++loads) << "byte " << at;
    }
    records.records.at(cookie.id()) = of_bob;
    SessionCache other = this->cache();
    ASSERT_EQ((*resume(other, cookie.text(), kLogin))->user(), "alice");
    EXPECT_EQ(store_.loads, ++loads);
}

TEST_F(SessionCacheTest, AnOldRecordDoesNotComeBackIntoL2) {
    Records records;
    records_ = &records;
    board_->watch(kMark);
    hear();
    const SessionCookie cookie = logged_in("alice");
    SessionCache first = this->cache();
    ASSERT_TRUE(resume(first, cookie.text(), kLogin));
    const auto taken_down = records.records;
    ASSERT_TRUE(real_.remove(cookie.id()));
    board_->revoke(cookie.id());
    for (int i = 0; i < 3; ++i) {
        records.records = taken_down;  // who can write there puts it back
        SessionCache other = this->cache();
        EXPECT_EQ(resume(other, cookie.text(), kLogin).error().code, ErrorCode::not_found);
    }
}

TEST_F(SessionCacheTest, FindsNoSessionInL2ThatIsToBeReadAnew) {
    Records records;
    records_ = &records;
    board_->watch(kMark);
    hear();
    const SessionCookie cookie = logged_in("alice");
    SessionCache first = this->cache();
    ASSERT_FALSE((*resume(first, cookie.text(), kLogin))->stale);
    ASSERT_TRUE(real_.mark_stale("alice"));
    board_->revoke(cookie.id());
    for (int i = 0; i < 2; ++i) {
        SessionCache other = this->cache();
        EXPECT_TRUE((*resume(other, cookie.text(), kLogin))->stale);
    }
    EXPECT_EQ(store_.loads, 3);
}

TEST_F(SessionCacheTest, ForgetsInL2Too) {
    Records records;
    records_ = &records;
    board_->watch(kMark);
    hear();
    SessionCache cache = this->cache();
    const SessionCookie cookie = logged_in("alice");
    ASSERT_TRUE(resume(cache, cookie.text(), kLogin));
    ASSERT_EQ(records.records.size(), 1U);
    ASSERT_TRUE(real_.remove(cookie.id()));
    cache.forget(cookie.text());
    EXPECT_EQ(resume(cache, cookie.text(), kLogin).error().code, ErrorCode::not_found);

    const SessionCookie late = logged_in("alice");
    store_.hold_loads();
    std::thread early([&] { static_cast<void>(resume(cache, late.text(), kLogin)); });
    store_.wait_for_a_load();
    cache.forget(late.text());
    store_.let_go();
    early.join();
    EXPECT_TRUE(records.records.empty()) << "the answer was on its way";
    EXPECT_EQ(cache.usage().entries, 0U);
}

TEST_F(SessionCacheTest, NotesTheUseOfASessionThatL2Has) {
    Records records;
    records_ = &records;
    board_->watch(kMark);
    hear();
    const SessionCookie cookie = logged_in("alice");
    SessionCache first = this->cache();
    ASSERT_TRUE(resume(first, cookie.text(), kLogin + 59s));
    EXPECT_EQ(store_.touches, 0);
    SessionCache second = this->cache();
    ASSERT_TRUE(resume(second, cookie.text(), kLogin + 60s));
    EXPECT_EQ(store_.touches, 1);
    SessionCache third = this->cache();
    ASSERT_TRUE(resume(third, cookie.text(), kLogin + 61s));
    EXPECT_EQ(store_.touches, 1) << "the second has said so in L2";
    EXPECT_EQ(store_.loads, 1);

    // used elsewhere meanwhile: the store knows
    ASSERT_TRUE(real_.touch(cookie.id(), kLogin + 1h));
    while (real_.load(cookie.id(), kLogin + 59min)->facts.last_seen < kLogin + 1h) std::this_thread::yield();
    SessionCache late = this->cache();
    EXPECT_TRUE(resume(late, cookie.text(), kLogin + 1h + 61s));
    EXPECT_EQ(store_.loads, 2);
}

TEST_F(SessionCacheTest, NothingThatASilentL2DidNotDropOrKeepsTooLateMakesAnEndedSessionLive) {
    GatedRecords behind;
    BoundedRecordCache records(behind, 500ms, {}, [this] { return steady_.load(); });
    records_ = &records;
    board_->watch(kMark);
    hear();
    SessionCache cache = this->cache();
    const SessionCookie kept = logged_in("alice");
    ASSERT_TRUE(resume(cache, kept.text(), kLogin));
    behind.wait_for_records(1);

    const SessionCookie late = logged_in("bob");
    store_.hold_loads();
    std::thread early([&] { static_cast<void>(resume(cache, late.text(), kLogin)); });
    store_.wait_for_a_load();
    behind.shut();
    store_.let_go();
    early.join();
    behind.wait_for_calls(4);  // bob's record is on its way
    EXPECT_FALSE(records.find(SessionCookie::generate().id(), [](std::string_view) {}));
    for (const auto* cookie : {&kept, &late}) {
        ASSERT_TRUE(real_.remove(cookie->id()));
        board_->let_go(cookie->id());
        cache.forget(cookie->text());
    }
    behind.open();
    behind.wait_for_records(2);
    EXPECT_EQ(behind.calls(), 5) << "it was asked to drop nothing";

    while (behind.calls() < 7) {
        wait(CircuitBreaker::kRetry);
        hear();
        SessionCache other = this->cache();
        EXPECT_EQ(resume(other, kept.text(), kLogin).error().code, ErrorCode::not_found);
        EXPECT_EQ(resume(other, late.text(), kLogin).error().code, ErrorCode::not_found);
    }
    behind.wait_for_records(0);
}

}  // namespace
}  // namespace sso::session
