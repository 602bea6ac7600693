#include "core/config/source_watch.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using sso::config::SourceWatch;

TEST(SourceWatch, LetsOneAskInEachPause) {
    SourceWatch watch;
    EXPECT_TRUE(watch.take_turn(1'000ms, 500ms));
    EXPECT_FALSE(watch.take_turn(1'000ms, 500ms));
    EXPECT_FALSE(watch.take_turn(1'499ms, 500ms));
    EXPECT_TRUE(watch.take_turn(1'500ms, 500ms));
}

TEST(SourceWatch, GivesTheTurnToWhoeverComesWhenTheClockHasGoneBack) {
    SourceWatch watch;
    EXPECT_TRUE(watch.take_turn(60'000ms, 500ms));
    EXPECT_TRUE(watch.take_turn(1'000ms, 500ms));
    EXPECT_FALSE(watch.take_turn(1'400ms, 500ms));
}

TEST(SourceWatch, GivesTheTurnToOneOfManyThatCome) {
    SourceWatch watch;
    for (int round = 1; round <= 100; ++round) {
        std::atomic<int> turns = 0;
        std::vector<std::thread> coming;
        for (int i = 0; i < 4; ++i) {
            coming.emplace_back([&, now = round * 500ms] { turns += watch.take_turn(now, 500ms) ? 1 : 0; });
        }
        for (auto& thread : coming) thread.join();
        ASSERT_EQ(turns, 1);
    }
}

TEST(SourceWatch, SaysWhetherAQuestionWasAnsweredThatBeganLately) {
    SourceWatch watch;
    EXPECT_FALSE(watch.is_asked(1'000ms, 500ms));
    EXPECT_TRUE(watch.take_turn(1'000ms, 500ms));
    EXPECT_FALSE(watch.is_asked(1'000ms, 500ms)) << "there is no answer yet";
    watch.tell(7, 1'000ms);
    EXPECT_TRUE(watch.is_asked(1'499ms, 500ms));
    EXPECT_FALSE(watch.is_asked(1'500ms, 500ms)) << "of what was since then, the answer says nothing";
    EXPECT_FALSE(watch.is_asked(900ms, 500ms)) << "the clock has gone back";
    watch.tell(7, 1'500ms);
    EXPECT_TRUE(watch.is_asked(1'500ms, 500ms)) << "the same answer is one, too";
}

TEST(SourceWatch, TellsWhatWasSeenLast) {
    SourceWatch watch;
    EXPECT_EQ(watch.told(), 0U);
    watch.tell(7, 1'000ms);
    EXPECT_EQ(watch.told(), 7U);
    watch.tell(5, 1'500ms);
    EXPECT_EQ(watch.told(), 5U);
}
