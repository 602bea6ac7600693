#include "portal/guess_limit.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temporary_folder.hpp"
#include "tests/unit/portal/hand_clock.hpp"

namespace sso::portal {
namespace {

struct GuessLimitTest : testing::Test {
    test::TemporaryFolder folder;
    HandClock clock;
    std::unique_ptr<session::SessionStore> store;
    std::unique_ptr<GuessLimit> limit;

    GuessLimitTest() {
        ::mkdir(folder.path("sessions").c_str(), 0700);
        auto opened = session::open_store("lmdb:" + folder.path("sessions"), {});
        EXPECT_TRUE(opened.has_value());
        store = std::move(*opened);
        limit = std::make_unique<GuessLimit>(*store);
    }

    bool admits(std::string_view user, std::string_view address) {
        const auto admitted = limit->admits(user, address, clock.now());
        EXPECT_TRUE(admitted.has_value());
        return admitted.value_or(false);
    }
    /// A guess that fails. @return whether it was admitted
    bool guess(std::string_view user, std::string_view address) {
        if (!admits(user, address)) return false;
        EXPECT_TRUE(limit->failed(user, address, clock.now()).has_value());
        return true;
    }
};

TEST_F(GuessLimitTest, AdmitsFiveGuessesForANameFromANetwork) {
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(guess("alice", "192.0.2.1"));
    EXPECT_FALSE(admits("alice", "192.0.2.1"));
    EXPECT_TRUE(admits("bob", "192.0.2.1"));
    EXPECT_TRUE(admits("alice", "192.0.2.2"));
}

TEST_F(GuessLimitTest, AdmitsAgainWhenTheWindowIsOver) {
    for (int i = 0; i < 6; ++i) guess("alice", "192.0.2.1");
    EXPECT_FALSE(admits("alice", "192.0.2.1"));
    clock.advance(GuessLimit::kWindow + std::chrono::seconds{1});
    EXPECT_TRUE(admits("alice", "192.0.2.1"));
}

TEST_F(GuessLimitTest, BeginsAnewAfterTheRightPassword) {
    for (int i = 0; i < 4; ++i) guess("alice", "192.0.2.1");
    EXPECT_TRUE(admits("alice", "192.0.2.1"));
    EXPECT_TRUE(limit->forgive("alice", "192.0.2.1").has_value());
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(guess("alice", "192.0.2.1"));
}

TEST_F(GuessLimitTest, CountsSpellingsOfOneNameTogether) {
    for (const std::string_view name : {"alice", "Alice", " alice", "ALICE ", "al ice"}) {
        EXPECT_TRUE(guess(name, "192.0.2.1")) << name;
    }
    EXPECT_FALSE(admits("aLiCe", "192.0.2.1"));
}

TEST_F(GuessLimitTest, CountsAnIPv6NetworkAsOneAddress) {
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(guess("alice", "2001:db8:1:2::" + std::to_string(i)));
    EXPECT_FALSE(admits("alice", "2001:db8:1:2:ffff::1"));
    EXPECT_TRUE(admits("alice", "2001:db8:1:3::1"));
}

TEST_F(GuessLimitTest, TellsIPv4AddressesApartThatAreWrittenAsIPv6) {
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(guess("alice", "::ffff:192.0.2.1"));
    EXPECT_FALSE(admits("alice", "192.0.2.1"));
    EXPECT_TRUE(admits("alice", "::ffff:192.0.2.2"));
}

TEST_F(GuessLimitTest, StopsANetworkThatTriesManyNames) {
    int admitted = 0;
    for (int i = 0; i < 200; ++i) admitted += guess("user" + std::to_string(i), "192.0.2.1") ? 1 : 0;
    EXPECT_EQ(admitted, 100);
    EXPECT_TRUE(admits("alice", "192.0.2.2"));
}

TEST_F(GuessLimitTest, StopsManyNetworksThatTryOneName) {
    int admitted = 0;
    for (int i = 0; i < 200; ++i) admitted += guess("alice", "192.0.2." + std::to_string(i)) ? 1 : 0;
    EXPECT_EQ(admitted, 100);
    EXPECT_TRUE(admits("bob", "192.0.2.1"));
    clock.advance(GuessLimit::kWindow + std::chrono::seconds{1});
    EXPECT_TRUE(admits("alice", "192.0.2.1"));
}

}  // namespace
}  // namespace sso::portal
