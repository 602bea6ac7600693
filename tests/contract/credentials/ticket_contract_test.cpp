// What tickets promise, on each store that keeps them.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "core/credentials/ticket.hpp"
#include "tests/contract/session/lmdb_engine.hpp"
#include "tests/contract/session/redis_engine.hpp"

namespace sso::credentials {
namespace {

namespace contract = session::contract;

constexpr std::string_view kOrigin = "https://app.other.org";

class TicketContract : public testing::TestWithParam<contract::EngineCase> {
  protected:
    TicketContract() : engine_(GetParam().make()), store_(engine_->open({})) {}

    Result<std::string> issue() { return issue_ticket(*store_, {session_, mark_, std::string(kOrigin)}, now_); }
    std::optional<std::string> redeem(std::string_view bits, std::string_view origin, std::string_view browser,
                                      std::chrono::seconds later = {}) {
        const auto session = redeem_ticket(*store_, bits, origin, browser, now_ + later);
        EXPECT_TRUE(session.has_value()) << session.error().detail;
        return session.value_or(std::nullopt);
    }

    // of today: the store's own clock counts, too
    const SysSeconds now_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const std::string session_ = session::SessionCookie::generate().text();
    const std::string mark_ = browser_mark(new_browser_secret());
    const std::unique_ptr<contract::Engine> engine_;
    const std::unique_ptr<session::SessionStore> store_;
};

TEST_P(TicketContract, GivesTheSessionOnce) {
    const auto bits = issue();
    ASSERT_TRUE(bits.has_value()) << bits.error().detail;
    EXPECT_EQ(redeem(*bits, kOrigin, mark_), session_);
    EXPECT_EQ(redeem(*bits, kOrigin, mark_), std::nullopt);
}

TEST_P(TicketContract, GivesItToOneOfManyWhoAskAtOnce) {
    const std::string bits = issue().value();
    std::atomic<int> given{0};
    std::vector<std::jthread> clients;
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back([&] { given += redeem(bits, kOrigin, mark_) ? 1 : 0; });
    }
    clients.clear();
    EXPECT_EQ(given, 1);
}

TEST_P(TicketContract, IsOverAfterAMinute) {
    EXPECT_EQ(redeem(issue().value(), kOrigin, mark_, kTicketLifetime - std::chrono::seconds{1}), session_);
    EXPECT_EQ(redeem(issue().value(), kOrigin, mark_, kTicketLifetime), std::nullopt);
}

TEST_P(TicketContract, IsForOneOriginAndOneBrowserAndEndsInAnyOther) {
    const std::string elsewhere = issue().value();
    EXPECT_EQ(redeem(elsewhere, "https://app.other.org:8443", mark_), std::nullopt);
    EXPECT_EQ(redeem(elsewhere, kOrigin, mark_), std::nullopt);
    const std::string stolen = issue().value();
    EXPECT_EQ(redeem(stolen, kOrigin, browser_mark(new_browser_secret())), std::nullopt);
    EXPECT_EQ(redeem(stolen, kOrigin, mark_), std::nullopt);
    EXPECT_EQ(redeem(issue().value(), kOrigin, ""), std::nullopt);
}

TEST_P(TicketContract, IsNothingElseThatWeMade) {
    for (const std::string& bits : {session_, mark_, std::string(), std::string("x"), std::string(43, 'A'),
                                    std::string(100'000, 'A'), std::string("\0", 1)}) {
        EXPECT_EQ(redeem(bits, kOrigin, mark_), std::nullopt);
    }
}

TEST_P(TicketContract, IsNotToBeReadInTheStore) {
    const std::string bits = issue().value();
    const auto cookie = session::SessionCookie::parse(bits).value();
    const auto kept = store_->get(session::RecordKind::ticket, cookie.id().bytes(), now_);
    ASSERT_TRUE(kept && *kept);
    for (const std::string_view secret : {std::string_view(session_), std::string_view(bits)}) {
        EXPECT_EQ((*kept)->find(secret), std::string::npos);
    }
}

TEST_P(TicketContract, IsMadeForASessionAndABrowserAlone) {
    EXPECT_FALSE(issue_ticket(*store_, {"", mark_, std::string(kOrigin)}, now_).has_value());
    EXPECT_FALSE(issue_ticket(*store_, {session_, "", std::string(kOrigin)}, now_).has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Stores, TicketContract,
    testing::Values(contract::EngineCase{"lmdb", [] { return std::make_unique<contract::LmdbEngine>(); }},
                    contract::EngineCase{"redis", [] { return std::make_unique<contract::RedisEngine>(); }}),
    contract::name_of);

}  // namespace
}  // namespace sso::credentials
