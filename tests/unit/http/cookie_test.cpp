#include "core/http/cookie.hpp"

#include <gtest/gtest.h>

#include <cctype>

#include "tests/support/allocations.hpp"

namespace sso::http {
namespace {

TEST(Cookie, TheFirstOfSeveralEqualNamesWins) {
    EXPECT_EQ(cookie_value("a=1; sso=one; sso=two", "sso"), "one");
    EXPECT_EQ(cookie_value("sso=", "sso"), "");
    EXPECT_EQ(cookie_value("sso=a=b=c", "sso"), "a=b=c");
    EXPECT_EQ(cookie_value(";; \tsso=x\t;", "sso"), "x");
}

TEST(Cookie, NamesAreWholeAndExact) {
    for (const auto* header : {"", "sso", "SSO=x", "xsso=x", "ssox=x", "a=sso=x", "sso x=1", "a=1, sso=x", "-sso=x"}) {
        EXPECT_EQ(cookie_value(header, "sso"), std::nullopt) << header;
    }
}

TEST(Cookie, FindingOneAllocatesNothing) {
    const std::string header = "first=" + std::string(200, 'x') + "; __Secure-sso=value; last=1";
    EXPECT_EQ(test::allocations_during([&] { EXPECT_EQ(cookie_value(header, "__Secure-sso"), "value"); }), 0U);
}

TEST(Cookie, OursIsCutOutAndOthersKeepTheirBytes) {
    EXPECT_EQ(without_cookie("a=1; sso=x; b=\"2, 3\"", "sso"), "a=1; b=\"2, 3\"");
    EXPECT_EQ(without_cookie("sso=x; a=1", "sso"), "a=1");
    EXPECT_EQ(without_cookie("a=1;sso=x;b=2", "sso"), "a=1;b=2");
    EXPECT_EQ(without_cookie("sso=x", "sso"), "");
    EXPECT_EQ(without_cookie("sso=x; sso=y;", "sso"), "");
    EXPECT_EQ(without_cookie("ssox=1; xsso=2; SSO=3", "sso"), "ssox=1; xsso=2; SSO=3");
    EXPECT_EQ(without_cookie("", "sso"), "");
}

TEST(Cookie, OneThatStandsAloneIsFoundAndCutInOneGo) {
    const std::string value(43, 'x');
    const auto rest_of = [&](const std::string& header) {
        std::optional<LoneCookie> found;
        EXPECT_EQ(test::allocations_during([&] { found = find_lone_cookie(header, "sso"); }), 0U);
        if (!found) return std::string("none");
        EXPECT_EQ(found->value, cookie_value(header, "sso")) << header;
        EXPECT_EQ(found->value, value) << header;
        EXPECT_TRUE(found->after.empty() || found->after.end() == std::string_view(header).end()) << header;
        return std::string(found->before) + std::string(found->after);
    };
    for (const std::string& header :
         {"sso=" + value, "theme=dark; sso=" + value + "; lang=fr", "a=1;sso=" + value, " sso=" + value + " ; b=\"2\"",
          "sso=" + value + ";", "a=1; sso=" + value + " ;", "a=b=c; \tsso=" + value + "; d"}) {
        EXPECT_EQ(rest_of(header), without_cookie(header, "sso")) << header;
    }
}

TEST(Cookie, OneThatMightBeReadInAnotherWayDoesNotStandAlone) {
    for (const char* header :
         {"", "a=1", "sso", "xsso=1", "sso =1", "sso=1; sso=2", "sso=1; lasso=2", "a=sso; sso=1", "sso=1,sso=2",
          "a=1, sso=1", "sso=1, b=2", "; sso=1", ";; sso=1; a=1", "SSO=1", "a\tsso=1", "ssox=1"}) {
        EXPECT_FALSE(find_lone_cookie(header, "sso")) << header;
    }
}

TEST(Cookie, AValueIsSimpleOfLettersDigitsAndTwoMarksAlone) {
    const std::string text = "AZaz09-_mnop_tuv-MNOP_123-xyz";
    for (std::size_t size = 0; size <= text.size(); ++size) {
        EXPECT_TRUE(is_simple_value(std::string_view(text).substr(0, size))) << size;
        for (std::size_t at = 0; at < size; ++at) {
            for (int byte = 0; byte < 256; ++byte) {
                std::string value = text.substr(0, size);
                value[at] = static_cast<char>(byte);
                const bool is_simple = byte < 0x80 && (std::isalnum(byte) != 0 || byte == '-' || byte == '_');
                ASSERT_EQ(is_simple_value(value), is_simple) << size << " bytes, at " << at << " byte " << byte;
            }
        }
    }
}

TEST(Cookie, OursIsCutOutHoweverManySeparatorsThereAre) {
    for (const auto* header : {"sso=x;", "; sso=x", " ;sso=x; ", ";;sso=x;;", "sso=x; ;", "\tsso=x"}) {
        EXPECT_EQ(without_cookie(header, "sso"), "") << header;
    }
    EXPECT_EQ(without_cookie(";; sso=x; a=1", "sso"), "a=1");
    EXPECT_EQ(without_cookie("a=1; sso=x", "sso"), "a=1");
    EXPECT_EQ(without_cookie("a=sso; sso=x; b=2", "sso"), "a=sso; b=2");
    EXPECT_EQ(without_cookie("sso=x,sso=y; b=2", "sso"), "b=2");
    EXPECT_EQ(without_cookie("sso=x, a=1; b=2", "sso"), "a=1; b=2");
    EXPECT_EQ(without_cookie("a=1; b=2", "sso"), "a=1; b=2");
}

TEST(Cookie, OursIsCutOutWhereAnApplicationCouldStillFindIt) {
    EXPECT_EQ(without_cookie("sso =x; a=1", "sso"), "a=1");
    EXPECT_EQ(without_cookie("sso; a=1", "sso"), "a=1");
    EXPECT_EQ(without_cookie("a=1, sso=x, b=2", "sso"), "a=1, b=2") << "several Cookie headers, joined by httpd";
    EXPECT_EQ(without_cookie("a=1,sso=x; b=2", "sso"), "a=1; b=2");
}

TEST(SetCookie, SaysWhatItIsAskedTo) {
    SetCookie cookie;
    cookie.name = "__Secure-sso";
    cookie.value = "v";
    cookie.domain = ".example.com";
    cookie.secure = true;
    EXPECT_EQ(cookie.text(), "__Secure-sso=v; Path=/; Domain=.example.com; Secure; HttpOnly; SameSite=Lax");
    cookie.domain.clear();
    cookie.secure = false;
    cookie.http_only = false;
    cookie.same_site = "Strict";
    cookie.max_age = std::chrono::hours{1};
    EXPECT_EQ(cookie.text(), "__Secure-sso=v; Path=/; Max-Age=3600; SameSite=Strict");
}

TEST(SetCookie, AnExpiredOneHasNoValueAndThePlaceOfTheOld) {
    SetCookie cookie;
    cookie.name = "sso";
    cookie.value = "secret";
    cookie.domain = "a.test";
    EXPECT_EQ(expired(cookie).text(),
              "sso=; Path=/; Domain=a.test; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax");
}

}  // namespace
}  // namespace sso::http
