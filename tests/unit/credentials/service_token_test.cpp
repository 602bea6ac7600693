#include "core/credentials/service_token.hpp"

#include <gtest/gtest.h>

#include "core/session/session_cookie.hpp"
#include "tests/unit/credentials/site_keys.hpp"

namespace sso::credentials {
namespace {

using std::chrono::seconds;

const std::string kCookie = std::string(43, 'A');
const std::string kId(64, 'b');

TEST(ServiceToken, IsReadAsItWasWritten) {
    const auto token = ServiceToken::parse("1800000000:" + kCookie +
                                           ":App.Example.com:/api\\d+\\.example\\.com/:X-Scope=read=all:X-Empty=");
    ASSERT_TRUE(token.has_value()) << token.error().detail;
    EXPECT_EQ(token->made, SysSeconds(seconds{1'800'000'000}));
    EXPECT_EQ(token->session, kCookie);
    EXPECT_EQ(token->hosts, std::vector<std::string>{"app.example.com"});
    EXPECT_EQ(token->patterns, std::vector<std::string>{"api\\d+\\.example\\.com"});
    ASSERT_EQ(token->headers.size(), 2U);
    EXPECT_EQ(token->headers[0], std::pair(std::string("X-Scope"), std::string("read=all")));
    EXPECT_EQ(token->headers[1].second, "");
}

TEST(ServiceToken, IsForTheHostsThatItNames) {
    const auto token = ServiceToken::parse("1:" + kCookie + ":app.example.com:/api\\d+\\.example\\.com/").value();
    for (const char* host : {"app.example.com", "api1.example.com", "api42.example.com"}) {
        EXPECT_TRUE(token.is_for(host)) << host;
    }
    for (const char* host : {"", "other.example.com", "api.example.com", "xapi1.example.com",
                             "api1.example.com.evil.org", "app.example.com\n", "api1.example.com\n"}) {
        EXPECT_FALSE(token.is_for(host)) << host;
    }
    EXPECT_FALSE(ServiceToken::parse("1:" + kCookie + ":a:/(/").value().is_for("(")) << "no pattern: it fits nothing";
}

TEST(ServiceToken, IsGoodForItsLifetime) {
    const auto token = ServiceToken::parse("1000:" + kCookie + ":a").value();
    EXPECT_FALSE(token.is_fresh(SysSeconds(seconds{999}), seconds{30})) << "of tomorrow";
    EXPECT_TRUE(token.is_fresh(SysSeconds(seconds{1000}), seconds{30}));
    EXPECT_TRUE(token.is_fresh(SysSeconds(seconds{1029}), seconds{30}));
    EXPECT_FALSE(token.is_fresh(SysSeconds(seconds{1030}), seconds{30}));
}

TEST(ServiceToken, IsNothingElse) {
    using namespace std::string_literals;
    std::string many = "1:" + kCookie;
    for (int i = 0; i < 65; ++i) many += ":a";
    for (const std::string& bad :
         {""s, "1"s, "1:" + kCookie, "1:" + kCookie + ":", "1:" + kCookie + ":/a/", "1:" + kCookie + ":X-A=b",
          "x:" + kCookie + ":a", "-1:" + kCookie + ":a", "1x:" + kCookie + ":a", "1:short:a"s,
          "99999999999999999999:" + kCookie + ":a", "999999999999999:" + kCookie + ":a", "1:" + kCookie + ":a b",
          "1:" + kCookie + ":a:=x", "1:" + kCookie + ":a:X Y=x", "1:" + kCookie + ":a:X=\r\nY: z"s,
          "1:" + kCookie + ":a\0b"s, many, "1:" + kCookie + ":" + std::string(10'000, 'a')}) {
        EXPECT_FALSE(ServiceToken::parse(bad).has_value()) << bad.substr(0, 100);
    }
}

TEST(Cipher, SealsATokenWithTheCookieInTheSessionsPlace) {
    const Cipher cipher(site_key("a"));
    const std::string sealed = cipher.seal_token("1000:" + kId + ":app.example.com", kId, kCookie);
    EXPECT_EQ(sealed.find(kCookie), std::string::npos);
    const auto token = cipher.open_token(sealed);
    ASSERT_TRUE(token.has_value()) << token.error().detail;
    EXPECT_EQ(token->session, kCookie);
    EXPECT_TRUE(token->is_for("app.example.com"));
}

TEST(Cipher, SealsNoCookieWhereTheSessionDoesNotStand) {
    const Cipher cipher(site_key("a"));
    for (const std::string& clear : {"1000:x:app.example.com:" + kId, "1000:" + kId + "0:app.example.com",
                                     std::string("1000"), std::string("1000:"), std::string(), "1000::" + kId}) {
        EXPECT_FALSE(cipher.open_token(cipher.seal_token(clear, kId, kCookie)).has_value()) << clear;
    }
}

TEST(Cipher, OpensNoBitThatWasChangedAndNoOtherText) {
    const Cipher cipher(site_key("a"));
    const std::string sealed = cipher.seal_token("1000:" + kId + ":a", kId, kCookie);
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        std::string changed = sealed;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(cipher.open_token(changed).has_value()) << i;
    }
    EXPECT_FALSE(cipher.open_token(cipher.encrypt("1000:" + kCookie + ":a")).has_value()) << "encrypt makes no tokens";
    for (const std::string& text :
         {std::string(), std::string("x"), std::string(100'000, 'A'), sealed + ", " + sealed}) {
        EXPECT_FALSE(cipher.open_token(text).has_value());
    }
}

TEST(Cipher, OpensWhatTheKeyBeforeARotationSealed) {
    const std::string sealed = Cipher(site_key("a")).seal_token("1000:" + kId + ":a", kId, kCookie);
    EXPECT_TRUE(Cipher(site_key("ba")).open_token(sealed).has_value());
    EXPECT_FALSE(Cipher(site_key("b")).open_token(sealed).has_value());
}

}  // namespace
}  // namespace sso::credentials
