#include "core/credentials/basic.hpp"

#include <gtest/gtest.h>

#include "core/base/encoding.hpp"

namespace sso::credentials {
namespace {

std::optional<NameAndPassword> parse(std::string_view both) {
    return parse_basic("Basic " + base64_encode(both));
}

void expect_parsed(std::string_view both, std::string_view user, std::string_view password) {
    const auto given = parse(both);
    ASSERT_TRUE(given.has_value()) << both;
    EXPECT_EQ(given->user, user);
    EXPECT_EQ(given->password.reveal(), password);
}

TEST(Basic, PartsNameAndPasswordAtTheFirstColon) {
    expect_parsed("alice:secret", "alice", "secret");
    expect_parsed("alice:a:b::", "alice", "a:b::");
    expect_parsed("hélène:mot de passe é", "hélène", "mot de passe é");
    expect_parsed("alice: blanks count ", "alice", " blanks count ");
}

TEST(Basic, KnowsTheSchemeInAnyCaseAndNoOther) {
    EXPECT_TRUE(parse_basic("bAsIc \t YWxpY2U6c2VjcmV0 ").has_value());
    EXPECT_TRUE(is_basic("Basic"));
    for (const char* other : {"", "Basically YWxpY2U6c2VjcmV0", "Bearer YWxpY2U6c2VjcmV0", "BasicYWxpY2U6c2VjcmV0"}) {
        EXPECT_FALSE(is_basic(other)) << other;
        EXPECT_FALSE(parse_basic(other).has_value()) << other;
    }
}

TEST(Basic, TakesNothingThatNoDirectoryCouldTake) {
    using namespace std::string_view_literals;
    for (const std::string_view bad :
         {"no colon"sv, ":no name"sv, "alice:"sv, ":"sv, " alice:secret"sv, "alice :secret"sv, "al\0ice:secret"sv,
          "alice:sec\0ret"sv, "alice:\n"sv, "ali\x7f:secret"sv, "h\xe9l\xe8ne:secret"sv, "alice:\xff"sv}) {
        EXPECT_FALSE(parse(bad).has_value()) << bad;
    }
    for (const char* bad : {"Basic", "Basic ", "Basic !", "Basic YWxpY2U6c2VjcmV0 YWxpY2U6c2VjcmV0",
                            "Basic YWxpY2U6c2VjcmV0, Basic YWxpY2U6c2VjcmV0", "Basic YWxpY2U6c2VjcmV"}) {
        EXPECT_FALSE(parse_basic(bad).has_value()) << bad;
    }
}

TEST(Basic, IsBounded) {
    EXPECT_TRUE(parse(std::string(kUserLimit, 'u') + ":" + std::string(kPasswordLimit, 'p')).has_value());
    EXPECT_FALSE(parse(std::string(kUserLimit + 1, 'u') + ":p").has_value());
    EXPECT_FALSE(parse("u:" + std::string(kPasswordLimit + 1, 'p')).has_value());
    EXPECT_FALSE(parse_basic("Basic " + std::string(100'000, 'A')).has_value());
}

}  // namespace
}  // namespace sso::credentials
