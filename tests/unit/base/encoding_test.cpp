#include "core/base/encoding.hpp"

#include <gtest/gtest.h>

#include <array>

namespace sso {
namespace {

TEST(Encoding, HexRoundTripsAndRefusesTheRest) {
    EXPECT_EQ(hex_encode(std::string("\x00\x7f\xff", 3)), "007fff");
    std::array<char, 4> digits{};
    hex_encode_into("\x0a\xf0", digits);
    EXPECT_EQ(std::string_view(digits.data(), digits.size()), "0af0");
    EXPECT_EQ(hex_decode("007FfF"), std::string("\x00\x7f\xff", 3));
    EXPECT_EQ(hex_decode("0"), std::nullopt);
    EXPECT_EQ(hex_decode("0g"), std::nullopt);
}

TEST(Encoding, Base64FollowsRfc4648) {  // the test vectors of §10
    const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, coded] : vectors) {
        EXPECT_EQ(base64_encode(plain), coded);
        EXPECT_EQ(base64_decode(coded), plain);
    }
    for (const auto* bad : {"Zg", "Zg=", "Z===", "Zg==Zg==", "Zm9v\n", "Zm 9v", "Zh==", "===="}) {
        EXPECT_EQ(base64_decode(bad), std::nullopt) << bad;
    }
}

TEST(Encoding, Base64UrlHasOneSpellingForEachValue) {
    EXPECT_EQ(base64url_encode("\xfb\xff\xfe"), "-__-");
    EXPECT_EQ(base64url_decode("-__-"), "\xfb\xff\xfe");
    EXPECT_EQ(base64url_decode("Zg"), "f");
    for (const auto* bad : {"Zh", "Z", "Zg==", "+//+", "Zm9v "}) EXPECT_EQ(base64url_decode(bad), std::nullopt) << bad;
}

TEST(Encoding, Base64UrlFillsMemoryOfExactlyTheRightSize) {
    std::array<char, 3> three{};
    EXPECT_TRUE(base64url_decode_into("-__-", three));
    EXPECT_EQ(std::string_view(three.data(), three.size()), "\xfb\xff\xfe");
    std::array<char, 4> four{};
    std::array<char, 2> two{};
    EXPECT_FALSE(base64url_decode_into("-__-", four));
    EXPECT_FALSE(base64url_decode_into("-__-", two));
    EXPECT_FALSE(base64url_decode_into("-__+", three));
}

}  // namespace
}  // namespace sso
