#include "core/base/spare.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace sso {
namespace {

struct Counted {
    Counted() { ++alive; }
    ~Counted() { --alive; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    static inline std::atomic<int> alive{0};
    std::atomic<bool> in_use{false};
};

TEST(Spare, KeepsOneAndGivesItOutAgain) {
    {
        Spare<Counted> spare;
        int made = 0;
        const auto make = [&] {
            ++made;
            return new Counted();
        };
        const Counted* first = spare.take(make).get();
        EXPECT_EQ(spare.take(make).get(), first);
        EXPECT_EQ(made, 1);
        {
            const auto one = spare.take(make);
            const auto two = spare.take(make);
            EXPECT_NE(one.get(), two.get());
            EXPECT_EQ(Counted::alive, 2);
        }
        EXPECT_EQ(Counted::alive, 1) << "of two that came back one stays";
        const auto last = spare.take(make);
        EXPECT_EQ(spare.take([]() -> Counted* { return nullptr; }).get(), nullptr);
    }
    EXPECT_EQ(Counted::alive, 0);
}

TEST(Spare, GivesNobodyWhatAnotherHas) {
    Spare<Counted> spare;
    std::atomic<int> clashes{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int turn = 0; turn < 5'000; ++turn) {
                const auto mine = spare.take([] { return new Counted(); });
                if (mine->in_use.exchange(true)) ++clashes;
                mine->in_use = false;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(clashes, 0);
    EXPECT_LE(Counted::alive, 1);
}

}  // namespace
}  // namespace sso
