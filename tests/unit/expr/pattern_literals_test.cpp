#include "core/expr/pattern_literals.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace sso;

namespace {

/// `=^text$i | …` for each group of texts: `=` when they say all, `^` and `$` for the ends, `i` for any case.
std::string told(std::string_view pattern) {
    const auto literals = expr::find_literals(pattern);
    std::string all;
    for (const auto& group : literals.required) {
        all += all.empty() ? "" : " & ";
        if (literals.exact) all += "=";
        for (const auto& literal : group) {
            if (&literal != &group.front()) all += '|';
            all += std::string(literal.at_start ? "^" : "") + literal.text + (literal.at_end ? "$" : "") +
                   (literal.ignore_case ? "i" : "");
        }
    }
    return all.empty() ? "?" : all;
}

}  // namespace

TEST(PatternLiterals, SayAllThereIsToSayOfPlainPatterns) {
    EXPECT_EQ(told("^/admin/"), "=^/admin/");
    EXPECT_EQ(told("^/admin/.*"), "=^/admin/");
    EXPECT_EQ(told("^/protected/.*$"), "=^/protected/");
    EXPECT_EQ(told("^/admin$"), "=^/admin$");
    EXPECT_EQ(told("\\.php$"), "=.php$");
    EXPECT_EQ(told("^.*\\.php$"), "=.php$");
    EXPECT_EQ(told("/(?:login|logout)/"), "=/login/|/logout/");
    EXPECT_EQ(told("^/(js|css)"), "=^/js|^/css");
    EXPECT_EQ(told("(?i)^/Admin/"), "=^/admin/i");
    EXPECT_EQ(told("(?#1 first)^/a[bc]d"), "=^/abd|^/acd");
    EXPECT_EQ(told("^/a|b$"), "=^/a|b$");
    EXPECT_EQ(told("^/docs?/(.*)$"), "=^/docs/|^/doc/");
    EXPECT_EQ(told(".*"), "=");
    EXPECT_EQ(told("^"), "=^");
}

TEST(PatternLiterals, SayWhatIsRequiredOfOthers) {
    EXPECT_EQ(told("^/app/[0-9]+/edit$"), "^/app/ & /edit$");
    EXPECT_EQ(told("^/user/\\d+"), "^/user/");
    EXPECT_EQ(told("(?:/abc/.*|/de\\w)x"), "/abc/|/de");
    EXPECT_EQ(told("(^/ab|cd)x+/"), "^/ab|cd");
    EXPECT_EQ(told("ab(?i)cd"), "abcdi");
    EXPECT_EQ(told("^/(?!public/)app"), "app");
    EXPECT_EQ(told("^/ab++c"), "^/ab");
}

TEST(PatternLiterals, SayNothingWhereNothingIsCertain) {
    EXPECT_EQ(told("[0-9]"), "?");
    EXPECT_EQ(told("^/"), "=^/");
    EXPECT_EQ(told("^/\\d"), "?") << "every path begins with a slash";
    EXPECT_EQ(told("abc|"), "=abc|");
    EXPECT_EQ(told("abc|\\d"), "?");
    EXPECT_EQ(told("(abc)?"), "=abc|");
    EXPECT_EQ(told("(?m)^abc"), "?");
    EXPECT_EQ(told("(?x)^ a b"), "?");
    EXPECT_EQ(told("\\Qa.b\\E"), "?");
    EXPECT_EQ(told("(abc)\\1"), "?");
    EXPECT_EQ(told("(?<name>abc)"), "?");
    EXPECT_EQ(told("abc(?(1)d|e)"), "?");
    EXPECT_EQ(told("[[:alpha:]]abc"), "?");
    EXPECT_EQ(told("abc{x"), "?");
    EXPECT_EQ(told("abc)"), "?");
    EXPECT_EQ(told("(abc"), "?");
    EXPECT_EQ(told("abc\\"), "?");
}

TEST(PatternLiterals, StayFewHoweverThePatternBranches) {
    std::string pattern = "^/";
    for (int i = 0; i < 1'000; ++i) pattern += "(?:ab|cd)";
    std::size_t texts = 0;
    for (const auto& group : expr::find_literals(pattern).required) texts += group.size();
    EXPECT_GT(texts, 0U);
    EXPECT_LE(texts, 4U * 64U);
    EXPECT_EQ(told(std::string(10'000, '(')), "?");
}
