#include "core/crypto/random.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sso::crypto {
namespace {

TEST(RandomBytes, HaveTheSizeAskedFor) {
    for (const std::size_t size : {0U, 1U, 32U, 4096U}) EXPECT_EQ(random_bytes(size).size(), size);
}

TEST(RandomBytes, NeverComeTwice) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(random_bytes(16)).second);
}

TEST(RandomBytes, UseEveryValueOfAByte) {
    const std::string sample = random_bytes(65'536);
    EXPECT_EQ(std::set<char>(sample.begin(), sample.end()).size(), 256U);
}

}  // namespace
}  // namespace sso::crypto
