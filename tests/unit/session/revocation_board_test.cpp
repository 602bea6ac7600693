#include "core/session/revocation_board.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace sso::session {
namespace {

TEST(RevocationBoard, MovesTheCounterOfTheSessionThatHasEnded) {
    const auto board = std::make_unique<RevocationBoard>();
    const SessionId ended = SessionCookie::generate().id();
    SessionId other = SessionCookie::generate().id();
    while (RevocationBoard::index_of(other) == RevocationBoard::index_of(ended)) other = SessionCookie::generate().id();
    const auto before = board->epoch(RevocationBoard::index_of(ended));
    const auto other_before = board->epoch(RevocationBoard::index_of(other));
    board->revoke(ended);
    EXPECT_NE(board->epoch(RevocationBoard::index_of(ended)), before);
    EXPECT_EQ(board->epoch(RevocationBoard::index_of(other)), other_before);
}

TEST(RevocationBoard, MovesEveryCounterWhenNobodyKnowsWhatHasEnded) {
    const auto board = std::make_unique<RevocationBoard>();
    for (int turn = 1; turn <= 2; ++turn) {
        board->revoke_all();
        for (std::uint32_t i = 0; i < RevocationBoard::kCounters; ++i) {
            EXPECT_EQ(board->epoch(i), static_cast<std::uint32_t>(turn));
        }
    }
}

TEST(RevocationBoard, LetsGoOfASessionWithoutCountingIt) {
    const auto board = std::make_unique<RevocationBoard>();
    const SessionId ended = SessionCookie::generate().id();
    board->let_go(ended);
    EXPECT_EQ(board->epoch(RevocationBoard::index_of(ended)), 1U);
    EXPECT_EQ(board->revoked(), 0U);
}

TEST(RevocationBoard, HasTheIdentityThatItWasGiven) {
    const auto board = std::make_unique<RevocationBoard>();
    EXPECT_FALSE(board->is_identified());
    board->identify({0, 0, 0, 7});
    EXPECT_TRUE(board->is_identified());
    EXPECT_EQ(board->identity(), (RevocationBoard::Identity{0, 0, 0, 7}));
}

TEST(RevocationBoard, SpreadsSessionsOverItsCounters) {
    std::set<std::uint32_t> used;
    for (int i = 0; i < 1000; ++i) {
        const auto index = RevocationBoard::index_of(SessionCookie::generate().id());
        ASSERT_LT(index, RevocationBoard::kCounters);
        used.insert(index);
    }
    EXPECT_GT(used.size(), 900U);
}

}  // namespace
}  // namespace sso::session
