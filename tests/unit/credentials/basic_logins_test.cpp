#include "core/credentials/basic_logins.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace sso::credentials {
namespace {

using Kind = BasicAnswer::Kind;

struct BasicLoginsTest : testing::Test {
    std::atomic<std::int64_t> seconds{1};
    int asked = 0;
    BasicLogins::Limits limits{.entries = 3, .questions = 2};

    BasicLogins logins() {
        return BasicLogins(limits, [this] { return BasicLogins::Steady(std::chrono::seconds(seconds.load())); });
    }
    /// The portal's word, which counts how often it was asked for.
    BasicLogins::Ask says(Kind kind, std::string session = "s") {
        return [this, kind, session = std::move(session)] {
            ++asked;
            return BasicAnswer{kind, kind == Kind::right ? session : std::string(), {}};
        };
    }
    BasicLogins::Ask fails() {
        return [this]() -> Result<BasicAnswer> {
            ++asked;
            return fail(ErrorCode::unavailable, "no portal");
        };
    }
};

TEST_F(BasicLoginsTest, AsksOnceForWhatWasRight) {
    auto known = logins();
    for (int i = 0; i < 3; ++i) {
        const auto answer = known.login("alice", "secret", says(Kind::right));
        ASSERT_TRUE(answer.has_value());
        EXPECT_EQ(answer->kind, Kind::right);
        EXPECT_EQ(answer->session, "s");
    }
    EXPECT_EQ(asked, 1);
    seconds += limits.right.count();
    const auto later = known.login("alice", "secret", says(Kind::right, "t"));
    EXPECT_EQ(asked, 2);
    EXPECT_EQ(later->session, "t");
    EXPECT_EQ(later->replaced, "s") << "the session of before is over";
}

TEST_F(BasicLoginsTest, TakesNoOtherPasswordForTheRightOne) {
    auto known = logins();
    EXPECT_EQ(known.login("alice", "secret", says(Kind::right))->kind, Kind::right);
    EXPECT_EQ(known.login("alice", "wrong", says(Kind::wrong))->kind, Kind::wrong);
    EXPECT_EQ(known.login("alices", "ecret", says(Kind::wrong))->kind, Kind::wrong);
    EXPECT_EQ(known.login("bob", "secret", says(Kind::wrong))->kind, Kind::wrong);
    EXPECT_EQ(asked, 4);
    EXPECT_EQ(known.login("alice", "secret", fails())->kind, Kind::right);
}

TEST_F(BasicLoginsTest, RemembersWhatWasWrongForAMoment) {
    auto known = logins();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(known.login("alice", "wrong", says(Kind::wrong))->kind, Kind::wrong);
    EXPECT_EQ(asked, 1);
    seconds += limits.wrong.count();
    EXPECT_EQ(known.login("alice", "wrong", says(Kind::right))->kind, Kind::right) << "the password was changed";
    EXPECT_EQ(known.login("alice", "wrong", fails())->kind, Kind::right);
}

TEST_F(BasicLoginsTest, DoesNotRememberThatTooManyWereTried) {
    auto known = logins();
    EXPECT_EQ(known.login("alice", "secret", says(Kind::too_many_guesses))->kind, Kind::too_many_guesses);
    EXPECT_EQ(known.login("alice", "secret", says(Kind::right))->kind, Kind::right);
}

TEST_F(BasicLoginsTest, ForgetsTheSessionThatHasEndedAndNoOther) {
    auto known = logins();
    static_cast<void>(known.login("alice", "secret", says(Kind::right, "s")));
    known.forget("alice", "secret", "another");
    EXPECT_EQ(known.login("alice", "secret", fails())->session, "s");
    known.forget("alice", "secret", "s");
    EXPECT_EQ(known.login("alice", "secret", says(Kind::right, "t"))->session, "t");
}

TEST_F(BasicLoginsTest, IsBoundedAndWrongGuessesPushNobodyOut) {
    auto known = logins();
    static_cast<void>(known.login("alice", "secret", says(Kind::right)));
    for (int i = 0; i < 50; ++i) static_cast<void>(known.login("alice", std::to_string(i), says(Kind::wrong)));
    EXPECT_TRUE(known.login("alice", "secret", fails()).has_value());
    for (int i = 0; i < 50; ++i) static_cast<void>(known.login("user" + std::to_string(i), "p", says(Kind::right)));
    EXPECT_EQ(known.size(), limits.entries);
}

TEST_F(BasicLoginsTest, LeavesASilentPortalAlone) {
    auto known = logins();
    for (int i = 0; i < 20; ++i) {
        const auto answer = known.login("alice", std::to_string(i), fails());
        ASSERT_FALSE(answer.has_value());
        EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
    }
    EXPECT_EQ(asked, 3) << "as session::CircuitBreaker has it";
    seconds += 1;
    EXPECT_TRUE(known.login("alice", "secret", says(Kind::right)).has_value());
    EXPECT_TRUE(known.login("bob", "secret", says(Kind::right)).has_value());
}

/// A portal that answers when it is told to.
struct SlowPortal {
    std::atomic<int> asked{0};
    std::atomic<bool> answers{false};
    BasicLogins::Ask says(std::string session) {
        return [this, session = std::move(session)] {
            ++asked;
            answers.wait(false);
            return BasicAnswer{Kind::right, session, {}};
        };
    }
    void answer() {
        answers = true;
        answers.notify_all();
    }
};

TEST_F(BasicLoginsTest, AsksOnceHoweverManyWait) {
    auto known = logins();
    SlowPortal portal;
    std::atomic<int> right{0};
    std::atomic<int> started{0};
    std::vector<std::jthread> clients;
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back([&] {
            ++started;
            const auto answer = known.login("alice", "secret", portal.says("s"));
            right += answer && answer->session == "s" ? 1 : 0;
        });
    }
    while (portal.asked == 0 || started < 8) std::this_thread::yield();
    portal.answer();
    clients.clear();
    EXPECT_EQ(portal.asked, 1);
    EXPECT_EQ(right, 8);
}

TEST_F(BasicLoginsTest, HoldsNoMoreThreadsThanItMayForDifferentNames) {
    auto known = logins();
    SlowPortal portal;
    std::vector<std::jthread> clients;
    for (std::size_t i = 0; i < limits.questions; ++i) {
        clients.emplace_back(
            [&, i] { static_cast<void>(known.login("u" + std::to_string(i), "p", portal.says("s"))); });
    }
    while (portal.asked < static_cast<int>(limits.questions)) std::this_thread::yield();
    const auto refused = known.login("one more", "p", fails());
    portal.answer();
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    EXPECT_EQ(asked, 0);
}

TEST_F(BasicLoginsTest, LetsThoseGoWhoWaitForAQuestionThatBreaksOff) {
    auto known = logins();
    EXPECT_THROW(static_cast<void>(known.login(
                     "alice", "secret", []() -> Result<BasicAnswer> { throw std::runtime_error("out of memory"); })),
                 std::runtime_error);
    EXPECT_TRUE(known.login("alice", "secret", says(Kind::right)).has_value());
}

}  // namespace
}  // namespace sso::credentials
