#include "core/crypto/seal.hpp"

#include <gtest/gtest.h>

#include "core/base/encoding.hpp"

namespace sso::crypto {
namespace {

std::string raw(std::string_view hex) {
    return hex_decode(hex).value();
}

Secret key_of(char byte) {
    return Secret(std::string(32, byte));
}

// McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 13, 14 and 16 (AES-256)
TEST(Open, AgreesWithThePublishedVectorsOfGcm) {
    const std::string zero_nonce(12, '\0');
    EXPECT_EQ(open(key_of('\0'), zero_nonce + raw("530f8afbc74536b9a963b4f1c4cb738b"), "").value(), "");
    EXPECT_EQ(open(key_of('\0'),
                   zero_nonce + raw("cea7403d4d606b6e074ec5d3baf39d18") + raw("d0d1c8a799996bf0265b98b5d48ab919"), "")
                  .value(),
              std::string(16, '\0'));
    EXPECT_EQ(hex_encode(open(Secret(raw("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")),
                              raw("cafebabefacedbaddecaf888"
                                  "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                                  "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                                  "76fc6ece0f4e1768cddf8853bb2d551b"),
                              raw("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
                             .value()),
              "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
              "b16aedf5aa0de657ba637b39");
}

TEST(Seal, OpensToWhatWasSealed) {
    for (const std::string& plain :
         {std::string(), std::string("x"), std::string("a\0b\xff", 4), std::string(70'000, 'p')}) {
        const std::string sealed = seal(key_of('k'), plain, "context");
        EXPECT_EQ(sealed.size(), plain.size() + 28);
        EXPECT_EQ(open(key_of('k'), sealed, "context").value(), plain);
    }
}

TEST(Seal, NeverGivesTheSameBytesTwice) {
    EXPECT_NE(seal(key_of('k'), "plain", ""), seal(key_of('k'), "plain", ""));
}

TEST(Open, RefusesAnotherKey) {
    EXPECT_EQ(open(key_of('j'), seal(key_of('k'), "plain", "c"), "c").error().code, ErrorCode::corrupt);
}

TEST(Open, RefusesAnotherContext) {
    const std::string sealed = seal(key_of('k'), "plain", "c");
    EXPECT_EQ(open(key_of('k'), sealed, "d").error().code, ErrorCode::corrupt);
    EXPECT_EQ(open(key_of('k'), sealed, "").error().code, ErrorCode::corrupt);
}

TEST(Open, RefusesAnyFlippedBit) {
    const std::string sealed = seal(key_of('k'), "plain", "c");
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        std::string changed = sealed;
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_EQ(open(key_of('k'), changed, "c").error().code, ErrorCode::corrupt) << "bit " << bit;
    }
}

TEST(Open, RefusesAnyOtherLength) {
    const std::string sealed = seal(key_of('k'), "plain", "c");
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        EXPECT_EQ(open(key_of('k'), sealed.substr(0, size), "c").error().code, ErrorCode::corrupt) << size;
    }
    EXPECT_EQ(open(key_of('k'), sealed + '\0', "c").error().code, ErrorCode::corrupt);
}

TEST(Open, RefusesAKeyOfAnotherSize) {
    EXPECT_EQ(open(Secret("short"), seal(key_of('k'), "plain", "c"), "c").error().code, ErrorCode::corrupt);
}

TEST(Opener, OpensOneTextAfterTheOtherWhateverBecameOfTheLast) {
    Opener opener;
    for (const char key : {'k', 'l', 'k'}) {
        for (const std::string& plain : {std::string(), std::string("short"), std::string(5'000, 'p')}) {
            const std::string sealed = seal(key_of(key), plain, "context");
            EXPECT_EQ(opener.open(key_of(key), sealed, "context").value(), plain);
            EXPECT_FALSE(opener.open(key_of('x'), sealed, "context"));
            EXPECT_FALSE(opener.open(key_of(key), sealed, "other"));
            EXPECT_FALSE(opener.open(key_of(key), sealed.substr(1), "context"));
            EXPECT_FALSE(opener.open(key_of(key), "", "context"));
            EXPECT_FALSE(opener.open(Secret("short"), sealed, "context"));
            EXPECT_EQ(opener.open(key_of(key), sealed, "context").value(), plain);
        }
    }
}

}  // namespace
}  // namespace sso::crypto
