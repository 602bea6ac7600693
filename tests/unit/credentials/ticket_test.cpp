#include "core/credentials/ticket.hpp"

#include <gtest/gtest.h>

namespace sso::credentials {
namespace {

struct Case {
    const char* target;
    std::optional<std::string> value;
    const char* rest;
};

TEST(TicketParameter, IsTakenOutAndTheOthersKeepTheirBytesAndOrder) {
    const std::vector<Case> cases{
        {"/", std::nullopt, "/"},
        {"/a?b=c", std::nullopt, "/a?b=c"},
        {"/?ssocda=x", "x", "/"},
        {"/a?b=%2F+&ssocda=x", "x", "/a?b=%2F+"},
        {"/a?ssocda=x&b=c&&d", "x", "/a?b=c&&d"},
        {"/a?b&ssocda=x&ssocda=y&ssocda=", "x", "/a?b"},
        {"/a?ssocda=x?ssocda=y", "x?ssocda=y", "/a"},
        {"/a?ssocda", std::nullopt, "/a?ssocda"},
        {"/a?xssocda=x&SSOCDA=y&ssocd%61=z", std::nullopt, "/a?xssocda=x&SSOCDA=y&ssocd%61=z"},
        {"/a?", std::nullopt, "/a?"},
        {"/ssocda=x", std::nullopt, "/ssocda=x"},
    };
    for (const Case& one : cases) {
        const auto taken = take_parameter(one.target, "ssocda");
        EXPECT_EQ(taken.value, one.value) << one.target;
        EXPECT_EQ(taken.rest, one.rest) << one.target;
    }
}

TEST(TicketParameter, IsPutAtTheEnd) {
    EXPECT_EQ(with_parameter("/a", "ssocda", "x"), "/a?ssocda=x");
    EXPECT_EQ(with_parameter("/a?b=c", "ssocda", "x"), "/a?b=c&ssocda=x");
    EXPECT_EQ(ticket_parameter("__Secure-sso"), "__Secure-ssocda");
    EXPECT_EQ(ticket_parameter("a&b"), "a%26bcda");
}

TEST(BrowserSecret, IsKnownByItsMarkAndCannotBeReadFromIt) {
    const std::string secret = new_browser_secret();
    EXPECT_TRUE(is_browser_secret(secret));
    EXPECT_TRUE(is_browser_mark(browser_mark(secret)));
    EXPECT_EQ(browser_mark(secret), browser_mark(secret));
    EXPECT_NE(browser_mark(secret), secret);
    EXPECT_NE(secret, new_browser_secret());
    for (const char* text : {"", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB", "../../etc/passwd"}) {
        EXPECT_FALSE(is_browser_secret(text)) << text;
    }
}

}  // namespace
}  // namespace sso::credentials
