#include "core/rules/shadow.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "core/expr/program.hpp"

using sso::rules::covers;

TEST(Shadow, KnowsWhatAnEarlierPatternLeavesNothingOf) {
    const std::vector<std::pair<const char*, const char*>> covered{
        {"^/", "^/x"},
        {"", "anything"},
        {"^/a", "^/a"},
        {"^/admin/", "^/admin/users"},
        {"^/admin",
         "^/adm"
         "in/(a|b)"},
        {"^/a.*$", "^/a/b$"},
        {"^/a(.*)", "^/a[0-9]"},
        {"/admin/", "^/x/admin/y"},
        {"\\.php", "^/x\\.php$"},
        {"^/a\\.b", "^/a\\.b/c"},
        {"^/a", "^/ab*"},
        {"^/a", "^/a(?i)b"},
    };
    for (const auto& [earlier, later] : covered) EXPECT_TRUE(covers(earlier, later)) << earlier << " before " << later;
}

TEST(Shadow, SaysNothingThatIsNotSure) {
    const std::vector<std::pair<const char*, const char*>> open{
        {"^/a/b", "^/a"},       {"^/a$", "^/a/b"},    {"^/a", "/a"},        {"^/ab", "^/ab?"},
        {"^/a", "^/a|^/b"},     {"^/a|^/b", "^/c"},   {"^/a[0-9]", "^/a1"}, {"^/a.*x", "^/a/b"},
        {"a", "^/b"},           {"^/ab*", "^/b"},     {"^/a+b", "^/b"},     {"^/a\\d", "^/a\\d/x"},
        {"(?i)^/a", "^/a/b/c"}, {"^/a", "(?i)^/a/b"}, {"^/ab", "^/ab{0}"},  {"^/a", "^(?:/a|/b)"},
        {"^/a", "^[/]a|b"},
    };
    for (const auto& [earlier, later] : open) EXPECT_FALSE(covers(earlier, later)) << earlier << " before " << later;
}

TEST(Shadow, IsNeverWrongOnGeneratedPatternsAndPaths) {
    const std::vector<std::string> pieces{"/",    "a",   "b",  "ab", ".",  ".*",   "$",    "^",    "|",  "(a|b)",
                                          "[ab]", "\\.", "a?", "b*", "a+", "(.*)", "(?i)", "[^|]", "{2}"};
    std::mt19937 random(7);
    const auto pattern = [&] {
        std::string text = random() % 2 == 0 ? "^/" : "";
        for (auto more = random() % 4; more > 0; --more) text += pieces[random() % pieces.size()];
        return text;
    };
    int covered = 0;
    for (int i = 0; i < 40'000; ++i) {
        const std::string earlier = pattern();
        const std::string later = pattern();
        if (earlier == later || !covers(earlier, later)) continue;
        const auto first = sso::expr::Pattern::compile(earlier);
        const auto second = sso::expr::Pattern::compile(later);
        if (!first || !second) continue;
        ++covered;
        for (int tries = 0; tries < 30; ++tries) {
            std::string path = "/";
            for (auto more = random() % 6; more > 0; --more) path += "/ab.Ax"[random() % 6];
            if (second->matches(path).value_or(false)) {
                EXPECT_TRUE(first->matches(path).value()) << earlier << " before " << later << " on " << path;
            }
        }
    }
    EXPECT_GT(covered, 1'000);
}
