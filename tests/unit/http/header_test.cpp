#include "core/http/header.hpp"

#include <gtest/gtest.h>

#include "tests/support/allocations.hpp"

namespace sso::http {
namespace {

TEST(Header, NamesThatBecomeOneVariableAreOne) {
    for (const auto* name :
         {"Auth-User", "auth-user", "AUTH_USER", "Auth.User", "aUTH!uSER", "Auth~User", "Auth|User"}) {
        EXPECT_TRUE(cgi_equivalent(name, "Auth-User")) << name;
        EXPECT_EQ(cgi_name(name), "AUTH_USER") << name;
    }
    for (const auto* name : {"AuthUser", "Auth--User", "Auth-User-", "-Auth-User", "Auth-Use", "", "Auth-User1"}) {
        EXPECT_FALSE(cgi_equivalent(name, "Auth-User")) << name;
    }
}

TEST(Header, ComparingNamesAllocatesNothing) {
    const std::string name(100, 'x');
    EXPECT_EQ(test::allocations_during([&] { EXPECT_TRUE(cgi_equivalent(name, name)); }), 0U);
}

TEST(Header, ATokenIsWhatRfc9110Says) {
    EXPECT_TRUE(is_token("X-A!#$%&'*+.^_`|~9"));
    for (const auto* bad : {"", "a b", "a:b", "a\tb", "a/b", "a\"b", "a(b", "a\x7F", "\xC3\xA9", "a\n"}) {
        EXPECT_FALSE(is_token(bad)) << bad;
    }
}

TEST(Header, AValueCannotEndTheLine) {
    EXPECT_EQ(field_value(" a\r\nSet-Cookie: x\tb\x7F\x01 "), "aSet-Cookie: x\tb");
    EXPECT_EQ(field_value("h\xC3\xA9"), "h\xC3\xA9");
    EXPECT_EQ(field_value(std::string_view("a\0b", 3)), "ab");
    EXPECT_EQ(field_value("\x01 \x01"), "");
}

TEST(Header, AValueIsPlainIfNothingOfItGoes) {
    const std::string text = "a value that is longer than two words, \xC3\xA9\x80\xFF";
    for (std::size_t size = 0; size <= text.size(); ++size) {
        const std::string plain = text.substr(text.size() - size);
        EXPECT_EQ(is_plain_field_value(plain), plain == field_value(plain)) << size;
        for (std::size_t at = 0; at < size; ++at) {
            for (int byte = 0; byte < 256; ++byte) {
                std::string value = plain;
                value[at] = static_cast<char>(byte);
                const bool is_same = value == field_value(value) && byte != '\t';
                ASSERT_EQ(is_plain_field_value(value), is_same) << size << " bytes, at " << at << " byte " << byte;
            }
        }
    }
}

TEST(Header, ConnectionLosesTheMembersThatAreOurs) {
    const std::vector<std::string> ours{"Auth-User", "Unit"};
    EXPECT_EQ(without_list_members("close, Auth_User ,upgrade,UNIT,,x-unit", ours), "close, upgrade, x-unit");
    EXPECT_EQ(without_list_members("auth-user", ours), "");
    EXPECT_EQ(without_list_members("", ours), "");
    EXPECT_EQ(without_list_members("keep-alive", {}), "keep-alive");
    EXPECT_EQ(without_list_members("close; Auth-User\tx unit", ours), "close, x") << "mod_proxy parts options so, too";
    EXPECT_EQ(without_list_members("\"a, b\" auth-user", ours), "\"a, b\"");
}

TEST(Header, PreferencesComeBestFirst) {
    EXPECT_EQ(accepted("en;q=0.5, fr-CA, fr;q=0.9,*;q=0"), (std::vector<std::string>{"fr-CA", "fr", "en"}));
    EXPECT_EQ(accepted("a;q=0.5;level=1, b;level=1;Q=0.75"), (std::vector<std::string>{"b", "a"}));
    EXPECT_EQ(accepted("a;q=x, b;q=1.5, c;q=, d;q=0.12345"), std::vector<std::string>{"b"})
        << "malformed weights weigh nothing, and none weighs more than one";
    EXPECT_TRUE(accepted("").empty());
    EXPECT_TRUE(accepted(",;,q=1;q=0").empty());
    std::string many;
    for (int i = 0; i < 500; ++i) many += "a,";
    EXPECT_EQ(accepted(many).size(), 64U);
}

TEST(Header, TheBestOfOurLanguagesIsTheOneAskedForFirst) {
    for (const auto& [header, language] :
         std::initializer_list<std::pair<std::string_view, std::string_view>>{{"fr", "fr"},
                                                                              {"fr-CA,en;q=0.8", "fr"},
                                                                              {"en-GB,en;q=0.9,fr;q=0.8", "en"},
                                                                              {"de,FR;q=0.5,en;q=0.4", "fr"},
                                                                              {"fr;q=0.1,en;q=0.9", "en"},
                                                                              {"", "en"},
                                                                              {"de", "en"},
                                                                              {"*", "en"},
                                                                              {"frisian", "en"},
                                                                              {";;;,q=", "en"}}) {
        EXPECT_EQ(best_language(header, {"en", "fr"}), language) << header;
    }
}

TEST(Header, JsonIsWantedByThoseWhoAskForItFirst) {
    for (const auto* accept : {"application/json", "APPLICATION/JSON, */*;q=0.1", "text/json",
                               "application/json, text/plain, */*", "text/html;q=0.5, application/json"}) {
        EXPECT_TRUE(wants_json(accept)) << accept;
    }
    for (const auto* accept : {"", "*/*", "text/html, application/json", "application/json;q=0",
                               "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                               "application/json;q=0.4, application/xhtml+xml;q=0.5", "application/jsonx"}) {
        EXPECT_FALSE(wants_json(accept)) << accept;
    }
}

}  // namespace
}  // namespace sso::http
