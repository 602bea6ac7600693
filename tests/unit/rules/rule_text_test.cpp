#include "core/rules/rule_text.hpp"

#include <gtest/gtest.h>

using namespace sso::rules;

TEST(RuleText, IsAKeywordOnlyWhenItStandsAlone) {
    EXPECT_EQ(parse_rule_text("accept").keyword, Keyword::accept);
    EXPECT_EQ(parse_rule_text("  Deny\n").keyword, Keyword::deny);
    EXPECT_EQ(parse_rule_text("UNPROTECT").keyword, Keyword::unprotect);
    EXPECT_EQ(parse_rule_text("skip").keyword, Keyword::skip);
    for (const auto* text : {"accept or deny", "accepted", "$uid", "1", "", "(accept)", "accept;"}) {
        EXPECT_FALSE(parse_rule_text(text).keyword.has_value()) << text;
        EXPECT_EQ(parse_rule_text(text).expression, text);
    }
}

TEST(RuleText, GivesALogoutItsTarget) {
    EXPECT_EQ(parse_rule_text("logout_sso").keyword, Keyword::logout_sso);
    EXPECT_EQ(parse_rule_text("logout").keyword, Keyword::logout_sso);
    const RuleText rule = parse_rule_text("logout_app_sso  https://www.example.com/bye ");
    EXPECT_EQ(rule.keyword, Keyword::logout_app_sso);
    EXPECT_EQ(rule.target, "https://www.example.com/bye");
    EXPECT_EQ(parse_rule_text("logout_app").target, "");
}

TEST(RuleText, TakesALevelFromTheEnd) {
    const RuleText rule = parse_rule_text(" $uid eq \"a\" (?#2)");
    EXPECT_EQ(rule.level, 2);
    EXPECT_EQ(rule.expression, "$uid eq \"a\"");
    EXPECT_EQ(rule.offset, 1U);
    EXPECT_EQ(parse_rule_text("accept(?#3)").keyword, Keyword::accept);
    for (const auto* text : {"(?#x)", "(?#)", "1 (?#2) ", "$uid =~ /(?#2)a/"}) {
        EXPECT_EQ(parse_rule_text(text).level.has_value(), std::string_view(text) == "1 (?#2) ") << text;
    }
}

TEST(RuleText, FindsTheLevelOfAPattern) {
    EXPECT_EQ(pattern_level("(?#admin)^/admin(?#AuthnLevel=5)"), 5);
    EXPECT_FALSE(pattern_level("(?#admin)^/admin").has_value());
    EXPECT_FALSE(pattern_level("^/(?#AuthnLevel=x)").has_value());
}
