#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/contract/session/child.hpp"
#include "tests/contract/session/session_store_contract.hpp"
#include "tests/contract/session/session_store_words.hpp"

namespace sso::session::contract {

using namespace std::chrono_literals;

// person and ticket

TEST_P(SessionStoreContract, KeepsPersonsUntilTheyAreReplacedOrErased) {
    const auto store = open();
    EXPECT_EQ(store->get(RecordKind::person, "p", kNow).value(), std::nullopt);
    ASSERT_OK(store->put(RecordKind::person, "p", "one", std::nullopt));
    EXPECT_EQ(store->get(RecordKind::person, "p", kNow + 1000h).value(), "one");
    ASSERT_OK(store->put(RecordKind::person, "p", "two", std::nullopt));
    EXPECT_EQ(store->get(RecordKind::person, "p", kNow).value(), "two");
    ASSERT_OK(store->erase(RecordKind::person, "p"));
    EXPECT_EQ(store->get(RecordKind::person, "p", kNow).value(), std::nullopt);
    EXPECT_OK(store->erase(RecordKind::person, "p"));
}

TEST_P(SessionStoreContract, KeepsKindsAndKeysApart) {
    const auto store = open();
    const std::vector<std::string> keys{"", "k", "K", "k*", std::string("k\0", 2), "\xFF", std::string(5000, 'k')};
    for (const RecordKind kind : {RecordKind::person, RecordKind::ticket}) {
        for (const std::string& key : keys) {
            ASSERT_OK(store->put(kind, key, std::to_string(static_cast<int>(kind)) + key, kNow + 1h));
        }
    }
    for (const RecordKind kind : {RecordKind::person, RecordKind::ticket}) {
        for (const std::string& key : keys) {
            EXPECT_EQ(store->get(kind, key, kNow).value(), std::to_string(static_cast<int>(kind)) + key);
        }
    }
    EXPECT_EQ(store->increment("k", 1h, kNow).value(), 1U);
}

TEST_P(SessionStoreContract, KeepsAnyBytes) {
    const auto store = open();
    std::string every_byte;
    for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
    for (const std::string& value : {std::string(), every_byte, std::string(kMaxValue, 'v')}) {
        ASSERT_OK(store->put(RecordKind::person, every_byte, value, std::nullopt));
        EXPECT_TRUE(store->get(RecordKind::person, every_byte, kNow).value() == value) << value.size();
    }
    EXPECT_TRUE(
        answers(store->put(RecordKind::person, "k", std::string(kMaxValue + 1, 'v'), std::nullopt), ErrorCode::limit));
}

TEST_P(SessionStoreContract, EndsPersonsAndTicketsAtTheirTime) {
    const auto store = open();
    for (const RecordKind kind : {RecordKind::person, RecordKind::ticket}) {
        ASSERT_OK(store->put(kind, "k", "value", kNow + 10min));
        EXPECT_EQ(store->get(kind, "k", kNow + 10min - 1s).value(), "value");
        EXPECT_EQ(store->get(kind, "k", kNow + 10min).value(), std::nullopt);
        EXPECT_EQ(store->take(kind, "k", kNow + 10min).value(), std::nullopt);
    }
    ASSERT_OK(store->put(RecordKind::person, "short", "value", kNow + 10min));
    ASSERT_OK(store->put(RecordKind::person, "long", "value", std::nullopt));
    ASSERT_OK(store->purge(kNow + 10min));
    EXPECT_EQ(store->get(RecordKind::person, "short", kNow).value(), std::nullopt);
    EXPECT_EQ(store->get(RecordKind::person, "long", kNow).value(), "value");
}

TEST_P(SessionStoreContract, GivesATicketOnce) {
    const auto store = open();
    ASSERT_OK(store->put(RecordKind::ticket, "t", "value", kNow + 1h));
    EXPECT_EQ(store->take(RecordKind::ticket, "t", kNow).value(), "value");
    EXPECT_EQ(store->take(RecordKind::ticket, "t", kNow).value(), std::nullopt);
    EXPECT_EQ(store->get(RecordKind::ticket, "t", kNow).value(), std::nullopt);
}

TEST_P(SessionStoreContract, GivesATicketToOneOfManyThreads) {
    constexpr int kTickets = 40;
    const auto store = open();
    for (int i = 0; i < kTickets; ++i) {
        ASSERT_OK(store->put(RecordKind::ticket, std::to_string(i), "value", kNow + 1h));
    }
    std::atomic<int> taken{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < kTickets; ++i) {
                const auto value = store->take(RecordKind::ticket, std::to_string(i), kNow);
                EXPECT_OK(value);
                if (value && *value == "value") ++taken;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(taken, kTickets);
}

TEST_P(SessionStoreContract, GivesATicketToOneOfManyProcesses) {
    constexpr int kTickets = 40;
    const auto store = open();
    for (int i = 0; i < kTickets; ++i) {
        ASSERT_OK(store->put(RecordKind::ticket, std::to_string(i), "value", kNow + 1h));
    }
    std::vector<std::unique_ptr<Child>> children;
    for (int c = 0; c < 4; ++c) {
        children.push_back(std::make_unique<Child>([this](const Child::Say& say) {
            const auto own = open();
            std::uint64_t taken = 0;
            for (int i = 0; i < kTickets; ++i) {
                const auto value = own->take(RecordKind::ticket, std::to_string(i), kNow);
                if (!value) ::_exit(1);
                if (*value) ++taken;
            }
            say(taken);
        }));
    }
    std::uint64_t taken = 0;
    for (const auto& child : children) {
        const auto said = child->hear();
        ASSERT_TRUE(said) << "a child met an error";
        taken += *said;
    }
    EXPECT_EQ(taken, static_cast<std::uint64_t>(kTickets));
}

// counter

TEST_P(SessionStoreContract, CountsWithinAWindow) {
    const auto store = open();
    EXPECT_EQ(store->increment("c", 10min, kNow).value(), 1U);
    EXPECT_EQ(store->increment("c", 10min, kNow + 5min).value(), 2U);
    EXPECT_EQ(store->increment("c", 10min, kNow + 10min - 1s).value(), 3U);
    EXPECT_EQ(store->increment("other", 10min, kNow).value(), 1U);
    EXPECT_EQ(store->increment("c", 10min, kNow + 10min).value(), 1U);
    EXPECT_EQ(store->increment("c", 10min, kNow + 11min).value(), 2U);
    ASSERT_OK(store->reset("c"));
    EXPECT_EQ(store->increment("c", 10min, kNow + 11min).value(), 1U);
    EXPECT_OK(store->reset("never used"));
}

TEST_P(SessionStoreContract, CountsEveryProcess) {
    constexpr int kEach = 50;
    std::vector<std::unique_ptr<Child>> children;
    for (int c = 0; c < 4; ++c) {
        children.push_back(std::make_unique<Child>([this](const Child::Say& say) {
            const auto own = open();
            for (int i = 0; i < kEach; ++i) {
                if (!own->increment("c", 1h, kNow)) ::_exit(1);
            }
            say(kEach);
        }));
    }
    for (const auto& child : children) ASSERT_TRUE(child->hear()) << "a child met an error";
    EXPECT_EQ(open()->increment("c", 1h, kNow).value(), 4U * kEach + 1U);
}

}  // namespace sso::session::contract
