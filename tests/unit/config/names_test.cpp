#include "core/config/names.hpp"

#include <gtest/gtest.h>

using namespace sso::config;

TEST(CookieReach, IsTheDomainAndWhatIsBelowIt) {
    EXPECT_TRUE(cookie_reaches("auth.example.com", ".example.com", "auth.example.com"));
    EXPECT_TRUE(cookie_reaches("example.com", ".example.com", "auth.example.com"));
    EXPECT_TRUE(cookie_reaches("a.b.example.com", "example.com", "auth.example.com"));
    EXPECT_FALSE(cookie_reaches("badexample.com", ".example.com", "auth.example.com"));
    EXPECT_FALSE(cookie_reaches("example.com.evil.org", ".example.com", "auth.example.com"));
    EXPECT_FALSE(cookie_reaches("com", ".example.com", "auth.example.com"));
}

TEST(CookieReach, IsTheSettersHostAloneWithoutADomain) {
    EXPECT_TRUE(cookie_reaches("auth.example.com", "", "auth.example.com"));
    EXPECT_FALSE(cookie_reaches("www.auth.example.com", "", "auth.example.com"));
}

TEST(HostName, IsLettersDigitsHyphensAndDots) {
    for (const auto* good : {"a", "www1.example.com", "app_1.sso.localhost", "127.0.0.1", "xn--bcher-kva.example"}) {
        EXPECT_FALSE(check_host_name(good).has_value()) << good;
    }
    for (const auto* bad :
         {"", ".", "a..b", ".a", "a.", "-a", "a-", "a b", "a:80", "http://a", "*.a", "a/b", "b\xc3\xa9"}) {
        EXPECT_TRUE(check_host_name(bad).has_value()) << bad;
    }
    EXPECT_TRUE(check_host_name(std::string(64, 'a')).has_value());
}

TEST(HeaderName, MayBeAuthorizationButNothingThatFramesARequest) {
    for (const auto* good : {"Auth-User", "Authorization", "Remote-IP", "Mail", "X-Forwarded-User"}) {
        EXPECT_FALSE(check_header_name(good).has_value()) << good;
    }
    for (const auto* bad : {"Host", "host", "Cookie", "COOKIE", "Content-Length", "Content_Length", "Transfer-Encoding",
                            "Connection", "Upgrade", "TE", "Keep-Alive", "Proxy", "Expect", "", "A B", "A:", "A\nB"}) {
        EXPECT_TRUE(check_header_name(bad).has_value()) << bad;
    }
}

TEST(StoreUri, IsNeverShownAndHoldsNoPassword) {
    EXPECT_FALSE(check_store_uri("redis://127.0.0.1:6379/0").has_value());
    EXPECT_FALSE(check_store_uri("lmdb:/var/lib/mod_sso/sessions").has_value());
    EXPECT_FALSE(check_store_uri("redis+unix:///run/redis.sock").has_value());
    EXPECT_TRUE(check_store_uri("redis+sentinel://a").has_value());
    EXPECT_TRUE(check_store_uri("lmdb:sessions").has_value());
    const auto wrong = check_store_uri("redis://user:hunter2@redis.example.com");
    ASSERT_TRUE(wrong.has_value());
    EXPECT_EQ(wrong->find("hunter2"), std::string::npos);
    EXPECT_TRUE(check_store_uri("lmdb:").has_value());
}
