// A proof is good once: on each store that remembers it.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "core/credentials/basic_proof.hpp"
#include "tests/contract/session/lmdb_engine.hpp"
#include "tests/contract/session/redis_engine.hpp"

namespace sso::credentials {
namespace {

namespace contract = session::contract;

class BasicProofContract : public testing::TestWithParam<contract::EngineCase> {
  protected:
    BasicProofContract() : engine_(GetParam().make()), store_(engine_->open({})) {}

    [[nodiscard]] Status use(const std::string& once, std::chrono::seconds later = {}) const {
        return use_up(*store_, {"alice", Secret("password"), "192.0.2.1", "", once}, now_ + later);
    }

    // of today: the store's own clock counts, too
    const SysSeconds now_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const std::unique_ptr<contract::Engine> engine_;
    const std::unique_ptr<session::SessionStore> store_;
};

TEST_P(BasicProofContract, IsGoodOnceForAsLongAsItsTimeLetsItPass) {
    ASSERT_TRUE(use("one").has_value());
    for (const auto later : {std::chrono::seconds{0}, BasicProof::kWindow, 2 * BasicProof::kWindow}) {
        const auto again = use("one", later);
        ASSERT_FALSE(again.has_value()) << later.count();
        EXPECT_EQ(again.error().code, ErrorCode::exists);
    }
    EXPECT_TRUE(use("another").has_value());
}

TEST_P(BasicProofContract, IsGoodForOneOfManyWhoSendItAtOnce) {
    std::atomic<int> good{0};
    std::vector<std::jthread> senders;
    for (int i = 0; i < 8; ++i) {
        senders.emplace_back([&] { good += use("one") ? 1 : 0; });
    }
    senders.clear();
    EXPECT_EQ(good, 1);
}

INSTANTIATE_TEST_SUITE_P(
    Stores, BasicProofContract,
    testing::Values(contract::EngineCase{"lmdb", [] { return std::make_unique<contract::LmdbEngine>(); }},
                    contract::EngineCase{"redis", [] { return std::make_unique<contract::RedisEngine>(); }}),
    contract::name_of);

}  // namespace
}  // namespace sso::credentials
