#include "core/http/url.hpp"

#include <gtest/gtest.h>

#include "core/base/text.hpp"

namespace sso::http {
namespace {

Url parsed(std::string_view text) {
    auto url = Url::parse(text);
    EXPECT_TRUE(url) << text << ": " << (url ? "" : url.error().detail);
    return url.value_or(Url());
}

TEST(Url, IsTakenApart) {
    const Url url = parsed("HTTPS://Www.Example.COM:8443/A/%20b?c=/d?e");
    EXPECT_EQ(url.scheme(), "https");
    EXPECT_EQ(url.host(), "www.example.com");
    EXPECT_EQ(url.port(), 8443);
    EXPECT_EQ(url.path(), "/A/%20b");
    EXPECT_EQ(url.query(), "c=/d?e");
    EXPECT_EQ(url.origin(), "https://www.example.com:8443");
    EXPECT_EQ(url.authority(), "www.example.com:8443");
    EXPECT_EQ(url.text(), "https://www.example.com:8443/A/%20b?c=/d?e");
}

TEST(Url, OriginDoesNotShowTheSchemesOwnPort) {
    EXPECT_EQ(parsed("http://a.test:80/").origin(), "http://a.test");
    EXPECT_EQ(parsed("https://a.test:443").origin(), "https://a.test");
    EXPECT_EQ(parsed("http://a.test:443").origin(), "http://a.test:443");
    EXPECT_EQ(parsed("http://a.test").port(), 80);
    EXPECT_EQ(parsed("https://a.test").port(), 443);
    EXPECT_EQ(parsed("http://a.test:65535").port(), 65535);
}

TEST(Url, APathIsAlwaysThereAndAQueryMayBeEmpty) {
    EXPECT_EQ(parsed("http://a.test").text(), "http://a.test/");
    EXPECT_EQ(parsed("http://a.test?q").text(), "http://a.test/?q");
    EXPECT_EQ(parsed("http://a.test/?").query(), "");
    EXPECT_EQ(parsed("http://a.test/").query(), std::nullopt);
}

TEST(Url, AddressesHaveOneSpelling) {
    EXPECT_EQ(parsed("http://[::1]:8080/").origin(), "http://[::1]:8080");
    EXPECT_EQ(parsed("http://[0:0:0:0:0:0:0:1]/").host(), "[::1]");
    EXPECT_EQ(parsed("http://[2001:DB8::A]/").host(), "[2001:db8::a]");
    EXPECT_EQ(parsed("http://127.0.0.1/").host(), "127.0.0.1");
}

TEST(Url, BytesThatBrowsersSendAsTheyAreAreKept) {
    EXPECT_EQ(parsed("http://a.test/x;y=1|{}^`?a[]=1&p=100%").text(), "http://a.test/x;y=1|{}^`?a[]=1&p=100%");
}

TEST(Url, WhatTwoReadersCouldUnderstandDifferentlyIsRefused) {
    using namespace std::string_view_literals;
    for (const auto bad : {
             ""sv,
             "http"sv,
             "http:"sv,
             "http:/a.test/"sv,
             "http:a.test"sv,
             "//a.test/"sv,
             "/path"sv,
             "a.test"sv,
             "ftp://a.test/"sv,
             "javascript:alert(1)"sv,
             "http://"sv,
             "http:///a.test/"sv,
             "http://?q"sv,
             "http://user@a.test/"sv,
             "http://user:secret@a.test/"sv,
             "http://@a.test/"sv,
             "http://a.test@b.test"sv,
             "http://a.test\\@b.test/"sv,
             "http:\\\\a.test\\"sv,
             "http://a.test\\b"sv,
             "http://a.test/\\b"sv,
             "http://a.test/#f"sv,
             "http://a.test#f"sv,
             "http://a.test/ b"sv,
             " http://a.test/"sv,
             "http://a.test/\n"sv,
             "http://a.te\tst/"sv,
             "http://a.test/\x7F"sv,
             "http://a.test/\0"sv,
             "http://a.test/\xC3\xA9"sv,
             "http://\xC3\xA9.test/"sv,
             "http://a\xE3\x80\x82test/"sv,
             "http://a.test./"sv,
             "http://.a.test/"sv,
             "http://a..test/"sv,
             "http://a%2etest/"sv,
             "http://a,b/"sv,
             "http://a.test:/"sv,
             "http://a.test:0/"sv,
             "http://a.test:080/"sv,
             "http://a.test:65536/"sv,
             "http://a.test:8a/"sv,
             "http://a.test:-1/"sv,
             "http://a.test:+80/"sv,
             "http://a.test: 80/"sv,
             "http://a.test:80:80/"sv,
             "http://[::1/"sv,
             "http://::1]/"sv,
             "http://[::1]a/"sv,
             "http://[]/"sv,
             "http://["sv,
             "http://[::1%25lo]/"sv,
             "http://[1.2.3.4]/"sv,
             "http://::1/"sv,
             "http://127.1/"sv,
             "http://2130706433/"sv,
             "http://0x7f.0.0.1/"sv,
             "http://a.0x7f/"sv,
             "http://0177.0.0.1/"sv,
             "http://127.0.0.01/"sv,
             "http://1.2.3.4.5/"sv,
             "http://256.0.0.1/"sv,
             "http://a.0x/"sv,
             "http://a.test/%"sv,
             "http://a.test/%4"sv,
             "http://a.test/%zz"sv,
             "http://a.test/\"x"sv,
             "http://a.test/<x>"sv,
         }) {
        EXPECT_FALSE(Url::parse(bad)) << printable(bad);
    }
}

TEST(Url, LengthIsBounded) {
    const std::string start = "http://a.test/";
    EXPECT_TRUE(Url::parse(start + std::string(Url::kLongest - start.size(), 'a')));
    EXPECT_FALSE(Url::parse(start + std::string(Url::kLongest - start.size() + 1, 'a')));
    EXPECT_TRUE(Url::parse("http://" + std::string(63, 'a') + ".test/"));
    EXPECT_FALSE(Url::parse("http://" + std::string(64, 'a') + ".test/"));
    std::string host;
    while (host.size() < 254) host += "a.";
    EXPECT_FALSE(Url::parse("http://" + host + "test/"));
}

TEST(Url, ARequestLinesPathBecomesOneThatIsReadBack) {
    const Url base = parsed("https://a.test:8443/x?y");
    EXPECT_EQ(base.with_path("/p?q=1").text(), "https://a.test:8443/p?q=1");
    EXPECT_EQ(base.with_path("p").text(), "https://a.test:8443/p");
    EXPECT_EQ(base.with_path("").text(), "https://a.test:8443/");
    EXPECT_EQ(base.with_path("//evil.test/").text(), "https://a.test:8443//evil.test/");
    EXPECT_EQ(base.with_path("/caf\xC3\xA9?a=b c#d\"\\").text(), "https://a.test:8443/caf%C3%A9?a=b%20c%23d%22%5C");
    EXPECT_EQ(base.with_path("/100%?100%").text(), "https://a.test:8443/100%25?100%");
    EXPECT_EQ(base.with_path("/%2F%zz").text(), "https://a.test:8443/%2F%25zz");
    std::string every = "/";
    for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
    const Url url = base.with_path(every);
    EXPECT_EQ(parsed(url.text()), url);
}

TEST(Url, AnotherHostKeepsSchemeAndPort) {
    EXPECT_EQ(parsed("https://a.test:8443/x").with_host("B.test").text(), "https://b.test:8443/x");
}

TEST(Url, RefusalNamesTheAddressWithoutItsControlBytes) {
    const auto refused = Url::parse("http://a.test/\n\x1b[31m");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::invalid);
    EXPECT_NE(refused.error().detail.find("http://a.test/\\x0a\\x1b"), std::string::npos) << refused.error().detail;
}

TEST(PercentEncoding, GoesThereAndBack) {
    EXPECT_EQ(percent_encode("aZ09-._~/ \xC3\xA9"), "aZ09-._~%2F%20%C3%A9");
    EXPECT_EQ(percent_decode("a%2fb%2Fc%00"), std::string("a/b/c\0", 6));
    EXPECT_EQ(percent_decode("a+b"), "a+b");
    for (const auto* broken : {"%", "%4", "a%", "%g0", "%0g", "%%41"}) EXPECT_EQ(percent_decode(broken), std::nullopt);
}

}  // namespace
}  // namespace sso::http
