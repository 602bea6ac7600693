#include "core/session/session_cookie.hpp"

#include <gtest/gtest.h>

#include <type_traits>

#include "core/base/encoding.hpp"
#include "core/crypto/hash.hpp"

namespace sso::session {
namespace {

static_assert(!std::is_copy_constructible_v<SessionCookie>);

TEST(SessionId, ComesFrom64HexadecimalDigitsOfEitherCase) {
    const std::string digits = "00ff7f80" + std::string(56, 'a');
    EXPECT_EQ(SessionId::parse(digits)->hex(), digits);
    EXPECT_EQ(SessionId::parse("00FF7F80" + std::string(56, 'A'))->hex(), digits);
    EXPECT_EQ(SessionId::parse(digits)->bytes(), hex_decode(digits));
}

TEST(SessionId, ComesFromNothingElse) {
    const std::string digits(64, 'a');
    for (const std::string& bad : {std::string(), digits + "a", digits.substr(1), digits.substr(1) + "g",
                                   " " + digits.substr(1), digits + "\n", "../" + digits.substr(3)}) {
        EXPECT_EQ(SessionId::parse(bad).error().code, ErrorCode::invalid) << bad;
    }
}

TEST(SessionCookie, Has43CharactersThatReadBack) {
    const SessionCookie cookie = SessionCookie::generate();
    EXPECT_EQ(cookie.text().size(), 43U);
    EXPECT_EQ(cookie.bits().size() * 8, SessionCookie::kBits);
    EXPECT_TRUE(SessionCookie::parse(cookie.text()).value() == cookie);
}

TEST(SessionCookie, IsNeverMadeTwice) {
    EXPECT_FALSE(SessionCookie::generate() == SessionCookie::generate());
}

TEST(SessionCookie, HasOneSpelling) {
    const std::string text = std::string(42, 'A') + "A";
    ASSERT_TRUE(SessionCookie::parse(text));
    for (const std::string& bad : {std::string(), text.substr(1), text + "A", text + "=", std::string(42, 'A') + "B",
                                   std::string(42, 'A') + "+", std::string(42, 'A') + " "}) {
        EXPECT_EQ(SessionCookie::parse(bad).error().code, ErrorCode::invalid) << bad;
    }
}

TEST(SessionCookie, DerivesIdAndKeyAsTheDesignSays) {
    const SessionCookie cookie = SessionCookie::parse(base64url_encode(std::string(32, 'b'))).value();
    EXPECT_EQ(cookie.id().bytes(), crypto::bytes(crypto::sha256({"id" + std::string(32, 'b')})));
    EXPECT_EQ(cookie.key().reveal(), crypto::bytes(crypto::sha256({"key" + std::string(32, 'b')})));
}

TEST(SessionCookie, LeavesNothingBehindWhenItMoves) {
    SessionCookie from = SessionCookie::parse(base64url_encode(std::string(32, 'b'))).value();
    const SessionCookie to(std::move(from));
    EXPECT_EQ(to.bits(), std::string(32, 'b'));
    EXPECT_EQ(from.bits(), std::string(32, '\0'));  // NOLINT(bugprone-use-after-move): this is what the test is about
}

}  // namespace
}  // namespace sso::session
