// What every store's revocation feed promises, and the store's own part in it: marks, watchers, sessions that are read
// anew.
#include "tests/contract/session/revocation_feed_contract.hpp"

#include <atomic>
#include <thread>
#include <vector>

namespace sso::session::contract {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

const SysSeconds kNow = RevocationFeedContract::now();

TEST_P(RevocationFeedContract, RevokesEverythingWhenItBeginsToListen) {
    const SessionId id = logged_in("alice");
    const auto before = epoch(id);
    const auto feed = listening();
    EXPECT_NE(epoch(id), before);
}

TEST_P(RevocationFeedContract, TellsWhichSessionHasEndedAndNoOther) {
    const SessionId ended = logged_in("alice");
    SessionId other = logged_in("bob");
    while (RevocationBoard::index_of(other) == RevocationBoard::index_of(ended)) other = logged_in("bob");
    const auto feed = listening();
    const auto before = epoch(ended);
    const auto other_before = epoch(other);
    ASSERT_TRUE(store_->remove(ended).value());
    EXPECT_TRUE(listen_until(*feed, [&] { return epoch(ended) != before; }));
    EXPECT_EQ(epoch(other), other_before);
}

TEST_P(RevocationFeedContract, TellsOfEverySessionOfAUser) {
    std::vector<SessionId> ids;
    for (int i = 0; i < 5; ++i) ids.push_back(logged_in("alice"));
    const auto feed = listening();
    std::vector<std::uint32_t> before;
    for (const auto& id : ids) before.push_back(epoch(id));
    ASSERT_EQ(store_->remove_user("alice").value(), ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
        EXPECT_TRUE(listen_until(*feed, [&] { return epoch(ids[i]) != before[i]; }));
    }
}

TEST_P(RevocationFeedContract, TellsNothingOfASessionThatIsUsed) {
    const SessionId id = logged_in("alice");
    const auto feed = listening();
    const auto before = epoch(id);
    ASSERT_TRUE(store_->touch(id, kNow + 60s));
    SessionId later = logged_in("bob");
    while (RevocationBoard::index_of(later) == RevocationBoard::index_of(id)) later = logged_in("bob");
    ASSERT_TRUE(store_->reset("what was asked before is written now"));
    const auto later_before = epoch(later);
    ASSERT_TRUE(store_->remove(later).value());
    EXPECT_TRUE(listen_until(*feed, [&] { return epoch(later) != later_before; }));
    EXPECT_EQ(epoch(id), before);
}

TEST_P(RevocationFeedContract, ReachesAMarkWhenItHasLetGoOfAllThatWasEndedBefore) {
    const auto feed = listening();
    for (int turn = 0; turn < 20; ++turn) {
        const SessionId id = logged_in("alice");
        const auto before = epoch(id);
        ASSERT_TRUE(store_->remove(id).value());
        const auto mark = store_->set_revocation_mark().value();
        ASSERT_TRUE(listen_until(*feed, [&] { return store_->watchers().value().at(0).reached >= mark; }));
        ASSERT_NE(epoch(id), before) << "turn " << turn;
    }
}

TEST_P(RevocationFeedContract, ReachesAMarkThatWasSetWhileNobodyListened) {
    const auto mark = store_->set_revocation_mark().value();
    const auto feed = listening();
    EXPECT_TRUE(listen_until(*feed, [&] {
        const auto watchers = store_->watchers().value();
        return watchers.size() == 1 && watchers[0].reached >= mark && watchers[0].name == "host.test";
    }));
}

TEST_P(RevocationFeedContract, IsAmongTheWatchersUntilItLeaves) {
    EXPECT_TRUE(store_->watchers().value().empty());
    const auto one = listening();
    const auto other = feed("other");
    EXPECT_TRUE(listen_until(*other, [&] { return store_->watchers().value().size() == 2; }));
    one->leave();
    EXPECT_EQ(store_->watchers().value().size(), 1U);
    other->leave();
    EXPECT_TRUE(store_->watchers().value().empty());
}

TEST_P(RevocationFeedContract, KeepsTheHeartbeatGoing) {
    const auto feed = listening();
    const auto first = board_->heard(kMark);
    EXPECT_TRUE(listen_until(*feed, [&] { return board_->heard(kMark) - first > 300ms; }));
    EXPECT_LE(board_->heard(kMark), steady_clock::now());
}

TEST_P(RevocationFeedContract, PutsASessionInThePlaceOfAnotherAndTellsOfIt) {
    const SessionId id = logged_in("alice");
    const auto cookie = SessionCookie::parse(last_cookie_).value();
    const auto feed = listening();
    const auto before = epoch(id);
    ASSERT_EQ(store_->mark_stale("alice").value(), 1U);
    EXPECT_TRUE(listen_until(*feed, [&] { return epoch(id) != before; }));
    const auto stale = store_->load(id, kNow).value();
    EXPECT_TRUE(stale.stale);
    auto session = stale.open(cookie).value();
    EXPECT_TRUE(session.stale);
    session.stale = false;
    session.attributes.set("uid", "changed");
    const auto marked = epoch(id);
    ASSERT_TRUE(store_->replace(session.seal(cookie)));
    EXPECT_TRUE(listen_until(*feed, [&] { return epoch(id) != marked; }));
    const auto fresh = store_->load(id, kNow).value().open(cookie).value();
    EXPECT_FALSE(fresh.stale);
    EXPECT_EQ(*fresh.attributes.find("uid")->text(), "changed");
}

TEST_P(RevocationFeedContract, ReplacesNothingThatIsNotThere) {
    const SessionId id = logged_in("alice");
    const auto sealed = store_->load(id, kNow).value();
    ASSERT_TRUE(store_->remove(id).value());
    EXPECT_EQ(store_->replace(sealed).error().code, ErrorCode::not_found);
    EXPECT_EQ(store_->load(id, kNow).error().code, ErrorCode::not_found);
    EXPECT_EQ(store_->mark_stale("alice").value(), 0U);
}

TEST_P(RevocationFeedContract, MarksTheSessionsOfOneUserAlone) {
    const SessionId alice = logged_in("alice");
    const SessionId second = logged_in("alice");
    const SessionId bob = logged_in("bob");
    EXPECT_EQ(store_->mark_stale("alice").value(), 2U);
    EXPECT_TRUE(store_->load(alice, kNow)->stale);
    EXPECT_TRUE(store_->load(second, kNow)->stale);
    EXPECT_FALSE(store_->load(bob, kNow)->stale);
}

TEST_P(RevocationFeedContract, FallsSilentWithAnEngineThatStallsAndKnowsAllAfterwards) {
    if (!engine_->reads_need_an_answer()) {
        // a stopped writer keeps nobody from listening
        const auto feed = listening();
        engine_->stall();
        const auto heard = board_->heard(kMark);
        EXPECT_TRUE(listen_until(*feed, [&] { return board_->heard(kMark) - heard > 300ms; }));
        engine_->go_on();
        return;
    }
    const SessionId id = logged_in("alice");
    const auto feed = listening();
    engine_->stall();
    std::atomic<bool> over{false};
    std::thread later([&] {
        std::this_thread::sleep_for(500ms);
        const auto heard = board_->heard(kMark);
        EXPECT_GT(steady_clock::now() - heard, RevocationBoard::kSilence);
        engine_->go_on();
        over = true;
    });
    EXPECT_TRUE(listen_until(*feed, [&] { return over && steady_clock::now() - board_->heard(kMark) < 200ms; }));
    later.join();
    const auto before = epoch(id);
    ASSERT_TRUE(store_->remove(id).value());
    EXPECT_TRUE(listen_until(*feed, [&] { return epoch(id) != before; }));
}

}  // namespace
}  // namespace sso::session::contract
