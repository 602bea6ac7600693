#include "core/session/bounded_record_cache.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/session/gated_records.hpp"

namespace sso::session {
namespace {

using namespace std::chrono_literals;

/// Longer than any test takes.
constexpr auto kNever = std::chrono::milliseconds{1h};

class BoundedRecordCacheTest : public ::testing::Test {
  protected:
    ~BoundedRecordCacheTest() override {
        behind_.open();
        wait_for_threads();
    }
    /// Until those that were under way when the cache ended have ended, too: they hold what the cache has from us.
    void wait_for_threads() {
        const std::weak_ptr<int> held = token_;
        token_.reset();
        while (!held.expired()) std::this_thread::yield();
    }
    BoundedRecordCache cache(std::chrono::milliseconds patience) {
        return BoundedRecordCache(
            behind_, patience,
            [this, token = token_](const LogLine& line) {
                const std::scoped_lock lock(lines_mutex_);
                lines_.push_back(line);
            },
            [this] { return now_.load(); });
    }
    static std::string found(BoundedRecordCache& cache, const SessionId& id) {
        std::string record = "nothing";
        cache.find(id, [&](std::string_view bytes) { record = bytes; });
        return record;
    }
    /// The time has come to try again.
    void wait_for_retry() { now_ = now_.load() + CircuitBreaker::kRetry; }
    std::vector<int> numbers() {
        const std::scoped_lock lock(lines_mutex_);
        std::vector<int> numbers;
        for (const auto& line : lines_) numbers.push_back(line.number);
        return numbers;
    }

    const SessionId alice_ = SessionCookie::generate().id();
    const SessionId bob_ = SessionCookie::generate().id();
    GatedRecords behind_;
    std::shared_ptr<int> token_ = std::make_shared<int>(0);
    std::mutex lines_mutex_;
    std::vector<LogLine> lines_;
    std::atomic<BoundedRecordCache::Steady> now_{BoundedRecordCache::Steady(1h)};
};

TEST_F(BoundedRecordCacheTest, GivesWhatIsBehindIt) {
    BoundedRecordCache cache = this->cache(kNever);
    EXPECT_EQ(found(cache, alice_), "nothing");
    cache.keep(alice_, "of alice", 60s);
    behind_.wait_for_records(1);
    EXPECT_EQ(found(cache, alice_), "of alice");
    EXPECT_EQ(found(cache, bob_), "nothing");
    cache.drop(alice_);
    behind_.wait_for_records(0);
    EXPECT_EQ(found(cache, alice_), "nothing");
    EXPECT_TRUE(numbers().empty());
}

TEST_F(BoundedRecordCacheTest, WaitsForNothingThatIsKeptOrDropped) {
    BoundedRecordCache cache = this->cache(kNever);
    behind_.shut();
    for (int i = 0; i < 1000; ++i) {
        cache.keep(alice_, "of alice", 60s);
        cache.drop(bob_);
    }
    behind_.open();
    while (found(cache, alice_) == "nothing") std::this_thread::yield();  // it comes after all that waits
    EXPECT_LT(behind_.calls(), 200) << "what waits is bounded";
    EXPECT_TRUE(numbers().empty());
}

TEST_F(BoundedRecordCacheTest, OnceAFindHadNoAnswerNobodyWaitsAndNothingIsHandedOver) {
    BoundedRecordCache cache = this->cache(20ms);
    behind_.shut();
    EXPECT_EQ(found(cache, alice_), "nothing");
    ASSERT_EQ(behind_.calls(), 1);
    EXPECT_EQ(numbers(), std::vector<int>{383});
    for (int i = 0; i < 1000; ++i) {
        EXPECT_EQ(found(cache, alice_), "nothing");
        cache.keep(alice_, "of alice", 60s);
        cache.drop(alice_);
    }
    behind_.open();
    EXPECT_EQ(found(cache, alice_), "nothing") << "it is not yet time to try";
    EXPECT_EQ(behind_.calls(), 1);
    EXPECT_EQ(numbers(), std::vector<int>{383});
}

TEST_F(BoundedRecordCacheTest, WhoWaitsForAThreadIsLetGoWithTheFirstThatHadNoAnswer) {
    BoundedRecordCache cache = this->cache(200ms);
    behind_.shut();
    std::vector<std::thread> others;
    std::atomic<int> answers{0};
    for (std::size_t i = 0; i < BoundedRecordCache::kThreads; ++i) cache.keep(bob_, "of bob", 60s);  // each takes one
    behind_.wait_for_calls(BoundedRecordCache::kThreads);
    for (int i = 0; i < 20; ++i) others.emplace_back([&] { answers += found(cache, alice_) == "nothing" ? 1 : 0; });
    for (auto& other : others) other.join();
    EXPECT_EQ(answers, 20);
    EXPECT_EQ(behind_.calls(), static_cast<int>(BoundedRecordCache::kThreads));
    EXPECT_EQ(numbers(), std::vector<int>{383});
}

TEST_F(BoundedRecordCacheTest, TriesNowAndThenAndGoesOnWhenItIsAnsweredAgain) {
    BoundedRecordCache cache = this->cache(50ms);
    cache.keep(alice_, "of alice", 60s);
    behind_.wait_for_records(1);
    const int before = behind_.calls();
    behind_.shut();
    EXPECT_EQ(found(cache, alice_), "nothing");
    EXPECT_EQ(found(cache, alice_), "nothing");
    EXPECT_EQ(found(cache, alice_), "nothing");
    wait_for_retry();
    EXPECT_EQ(found(cache, alice_), "nothing");
    EXPECT_EQ(behind_.calls(), before + 2);
    EXPECT_EQ(numbers(), std::vector<int>{383});
    behind_.open();
    do wait_for_retry();
    while (found(cache, alice_) == "nothing");
    ASSERT_EQ(numbers(), (std::vector<int>{383, 384}));
    EXPECT_EQ(lines_[0].level, LogLevel::warning);
    EXPECT_NE(lines_[0].text.find("within 50 ms"), std::string::npos) << lines_[0].text;
    EXPECT_EQ(lines_[1].level, LogLevel::notice);
    EXPECT_NE(lines_[1].text.find("left alone for "), std::string::npos) << lines_[1].text;
    EXPECT_NE(lines_[1].text.find("not asked for 2 sessions"), std::string::npos) << lines_[1].text;
}

TEST_F(BoundedRecordCacheTest, OneTriesAndNobodyElseWaitsMeanwhile) {
    BoundedRecordCache cache = this->cache(500ms);
    behind_.shut();
    EXPECT_EQ(found(cache, alice_), "nothing");
    wait_for_retry();
    std::thread trial([&] { found(cache, alice_); });
    behind_.wait_for_calls(2);
    for (int i = 0; i < 10; ++i) {
        wait_for_retry();
        EXPECT_EQ(found(cache, bob_), "nothing");
    }
    EXPECT_EQ(behind_.calls(), 2);
    behind_.open();
    trial.join();
    EXPECT_EQ(numbers(), (std::vector<int>{383, 384})) << "that nothing was found is an answer";
}

TEST_F(BoundedRecordCacheTest, CallsThatDoNotComeBackTakeNoMoreThreadsThanItMayHave) {
    BoundedRecordCache cache = this->cache(5ms);
    behind_.shut();
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(found(cache, alice_), "nothing");
        wait_for_retry();
    }
    EXPECT_EQ(behind_.calls(), static_cast<int>(BoundedRecordCache::kThreads));
}

TEST_F(BoundedRecordCacheTest, AnswersThatComeTooLateAreNobodys) {
    int uses = 0;
    {
        BoundedRecordCache cache = this->cache(20ms);
        cache.keep(alice_, "of alice", 60s);
        behind_.wait_for_records(1);
        behind_.shut();
        EXPECT_FALSE(cache.find(alice_, [&](std::string_view) { ++uses; }));
        behind_.open();
        behind_.wait_for_answers(2);
    }
    wait_for_threads();
    EXPECT_EQ(uses, 0);
}

TEST_F(BoundedRecordCacheTest, ItsEndWaitsForNobody) {
    {
        BoundedRecordCache cache = this->cache(5ms);
        behind_.shut();
        EXPECT_EQ(found(cache, alice_), "nothing");
    }
    EXPECT_EQ(behind_.calls(), 1);
    EXPECT_GT(token_.use_count(), 1) << "its thread is under way still";
}

TEST_F(BoundedRecordCacheTest, ManyAtOnceEachGetTheirOwn) {
    BoundedRecordCache cache = this->cache(kNever);
    std::vector<SessionId> ids;
    for (int i = 0; i < 16; ++i) {
        ids.push_back(SessionCookie::generate().id());
        cache.keep(ids.back(), ids.back().hex(), 60s);
    }
    behind_.wait_for_records(ids.size());
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (const auto& id : ids) {
        threads.emplace_back([&cache, &wrong, id] {
            for (int i = 0; i < 200; ++i) wrong += found(cache, id) == id.hex() ? 0 : 1;
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace sso::session
