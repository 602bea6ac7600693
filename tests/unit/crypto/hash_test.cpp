#include "core/crypto/hash.hpp"

#include <gtest/gtest.h>

#include "core/base/encoding.hpp"

namespace sso::crypto {
namespace {

std::string hex(const Digest& digest) {
    return hex_encode(bytes(digest));
}

// FIPS 180-4 examples (NIST CSRC, SHA-256)
TEST(Sha256, AgreesWithFips180) {
    EXPECT_EQ(hex(sha256({"abc"})), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex(sha256({"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"})),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex(sha256({std::string(1'000'000, 'a')})),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, HashesThePartsJoined) {
    EXPECT_EQ(sha256({"a", "", "bc"}), sha256({"abc"}));
    EXPECT_NE(sha256({"abc", "d"}), sha256({"abc"}));
}

// RFC 4231 §4.2, 4.3, 4.7
TEST(HmacSha256, AgreesWithRfc4231) {
    EXPECT_EQ(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacSha256, TakesAnEmptyKeyAndAnEmptyMessage) {
    EXPECT_EQ(hex(hmac_sha256({}, {})), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

// RFC 5869 A.3: no salt, no info; its first 32 bytes
TEST(Derive, AgreesWithRfc5869) {
    EXPECT_EQ(hex_encode(derive(Secret(std::string(22, '\x0b')), "").reveal()),
              "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

// One block of HKDF written out: HMAC(HMAC(zeros, key), info ‖ 1) (RFC 5869 §2.2, §2.3)
TEST(Derive, IsHkdfWithTheLabelAsInfo) {
    const std::string key(32, 'k');
    const Digest extracted = hmac_sha256(std::string(32, '\0'), key);
    const Digest expanded = hmac_sha256(bytes(extracted), std::string("form") + '\x01');
    EXPECT_EQ(derive(Secret(key), "form").reveal(), bytes(expanded));
    EXPECT_NE(derive(Secret(key), "form").reveal(), derive(Secret(key), "basic").reveal());
}

}  // namespace
}  // namespace sso::crypto
