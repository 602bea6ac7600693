#include "portal/arrivals.hpp"

#include <gtest/gtest.h>

#include "tests/unit/portal/hand_clock.hpp"
#include "tests/unit/portal/keys.hpp"

namespace sso::portal {
namespace {

struct ArrivalsTest : testing::Test {
    Arrivals arrivals{key_of(kFirstKey)};
    HandClock clock;
    std::string cookie;  // what the browser holds

    unsigned arrive(std::string_view url) {
        Arrivals::Lap lap = arrivals.arrive(cookie, url, clock.now());
        cookie = std::move(lap.cookie);
        return lap.count;
    }
};

TEST_F(ArrivalsTest, CountsTheLapsToOneAddress) {
    EXPECT_EQ(arrive("https://app.test/a"), 1U);
    clock.advance(std::chrono::seconds{10});
    EXPECT_EQ(arrive("https://app.test/a"), 2U);
    clock.advance(std::chrono::seconds{10});
    EXPECT_EQ(arrive("https://app.test/a"), 3U);
}

TEST_F(ArrivalsTest, CountsEachAddressByItself) {
    EXPECT_EQ(arrive("https://app.test/a"), 1U);
    EXPECT_EQ(arrive("https://app.test/b"), 1U);
    EXPECT_EQ(arrive("https://app.test/a"), 2U);
}

TEST_F(ArrivalsTest, ForgetsALapAfterHalfAMinute) {
    arrive("https://app.test/a");
    clock.advance(Arrivals::kWindow + std::chrono::seconds{1});
    EXPECT_EQ(arrive("https://app.test/a"), 1U);
}

TEST_F(ArrivalsTest, TakesACookieThatWasNotSignedForNothing) {
    arrive("https://app.test/a");
    cookie[0] = cookie[0] == 'A' ? 'B' : 'A';
    EXPECT_EQ(arrive("https://app.test/a"), 1U);
    cookie = "anything.at-all";
    EXPECT_EQ(arrive("https://app.test/a"), 1U);
}

TEST_F(ArrivalsTest, KeepsACookieThatFitsIntoAHeader) {
    for (int i = 0; i < 200; ++i) arrive("https://app.test/" + std::to_string(i));
    EXPECT_LT(cookie.size(), 300U);
    EXPECT_EQ(arrive("https://app.test/199"), 2U);
    EXPECT_EQ(arrive("https://app.test/0"), 1U);
}

TEST_F(ArrivalsTest, KnowsThatABrowserWasJustSentSomewhere) {
    EXPECT_FALSE(arrivals.is_recent(cookie, clock.now()));
    arrive("https://app.test/a");
    EXPECT_TRUE(arrivals.is_recent(cookie, clock.now()));
    clock.advance(Arrivals::kWindow + std::chrono::seconds{1});
    EXPECT_FALSE(arrivals.is_recent(cookie, clock.now()));
}

}  // namespace
}  // namespace sso::portal
