#include "core/base/secret.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace sso {
namespace {

static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);

TEST(Secret, ComparesWholeValues) {
    EXPECT_TRUE(Secret("abc") == Secret("abc"));
    EXPECT_FALSE(Secret("abc") == Secret("abd"));
    EXPECT_FALSE(Secret("abc") == Secret("ab"));
}

TEST(Secret, LeavesNothingBehindWhenItMoves) {
    Secret from("short");  // fits into the string's own buffer
    const Secret to(std::move(from));
    EXPECT_EQ(to.reveal(), "short");
    EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): this is what the test is about
}

}  // namespace
}  // namespace sso
