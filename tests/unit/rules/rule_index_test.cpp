#include "core/rules/rule_index.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "core/expr/pattern_literals.hpp"
#include "tests/support/allocations.hpp"

using namespace sso;
using rules::FirstMatch;
using rules::RuleIndex;

namespace {

constexpr std::size_t kNone = FirstMatch::kNone;

RuleIndex index_of(const std::vector<std::string>& sources) {
    std::vector<rules::PatternPointer> patterns;
    for (const auto& source : sources) {
        auto pattern = expr::Pattern::compile(source);
        if (!pattern) {
            ADD_FAILURE() << source << ": " << pattern.error().message;
            continue;
        }
        patterns.push_back(std::make_shared<const expr::Pattern>(std::move(*pattern)));
    }
    return RuleIndex(std::move(patterns));
}

/// So many patterns that the first ones are found by the automaton, none of which matches what the tests ask.
std::vector<std::string> among_many(std::vector<std::string> sources) {
    for (int i = 0; i < 20; ++i) sources.push_back("^/of no interest/" + std::to_string(i) + "/");
    return sources;
}

struct Random {
    std::mt19937 engine;
    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(engine); }
    bool chance(std::size_t percent) { return below(100) < percent; }
    template <class List>
    std::string of(const List& list) {
        return list[below(std::size(list))];
    }
};

// few letters, so that paths and patterns meet
constexpr const char* kWords[] = {"a",   "ab", "abc", "b",  "ba", "A", "aB", "app",
                                  "App", "/",  "/a",  "a/", "x1", "1", "."};

/// A pattern of all that the reader of patterns knows, and of some that it does not.
std::string random_pattern(Random& random, int depth = 0) {
    std::string pattern;
    if (depth == 0 && random.chance(50)) pattern += "^/";
    if (depth == 0 && random.chance(15)) pattern += "(?i)";
    const std::size_t pieces = 1 + random.below(4);
    for (std::size_t i = 0; i < pieces; ++i) {
        switch (random.below(depth < 3 ? 16 : 10)) {
            case 0:
                pattern += ".*";
                break;
            case 1:
                pattern +=
                    random.of(std::vector<std::string>{".", "\\d+", "\\w", "[^/]+", "\\b", "[a-c]", "[[:alpha:]]"});
                break;
            case 2:
                pattern += random.of(std::vector<std::string>{"[ab]", "[aB1]", "[]a]", "[a-]", "[^a]", "[a\\]]"});
                break;
            case 3:
                pattern +=
                    random.of(std::vector<std::string>{"a?", "b*", "a+", "a{2}", "a{0,1}", "b{1,}", "a{,2}", "a??"});
                break;
            case 4:
                pattern +=
                    random.of(std::vector<std::string>{"\\.", "\\/", "(?#word)", "a++", "$", "^", "\\A", "\\z", "\\n"});
                break;
            case 10:
            case 11:
            case 12:
                pattern += random.of(std::vector<std::string>{"(", "(?:", "(?i:", "(?-i:"}) +
                           random_pattern(random, depth + 1) + '|' + random_pattern(random, depth + 1) + ')' +
                           random.of(std::vector<std::string>{"", "", "", "?", "+", "*", "{2}"});
                break;
            case 13:
                pattern += random.of(std::vector<std::string>{"(", "(?i)(", "(?=", "(?!", "(?>", "(?s-i:"}) +
                           random_pattern(random, depth + 1) + ')';
                break;
            case 14:
                pattern += '|' + random_pattern(random, depth + 1);
                break;
            default: {
                for (const char c : random.of(kWords)) pattern += c == '.' ? "\\." : std::string(1, c);
                break;
            }
        }
    }
    if (depth == 0 && random.chance(30)) pattern += "$";
    return pattern;
}

std::string random_path(Random& random) {
    std::string path = random.chance(95) ? "/" : "";
    const std::size_t pieces = random.below(8);
    for (std::size_t i = 0; i < pieces; ++i) path += random.of(kWords);
    if (random.chance(5)) path += random.of(std::vector<std::string>{"\n", "\r", "\xC3\xA9", "\n/a", "ABC"});
    return path;
}

}  // namespace

TEST(RuleIndex, FindsTheFirstInOrderAndNotTheFirstInThePath) {
    for (const auto& index : {index_of({"b$", "^/a", "b"}), index_of(among_many({"b$", "^/a", "b"}))}) {
        EXPECT_EQ(index.find_first("/ab").rule, 0U);
        EXPECT_EQ(index.find_first("/abc").rule, 1U);
        EXPECT_EQ(index.find_first("/cbc").rule, 2U);
        EXPECT_EQ(index.find_first("/c").rule, kNone);
        EXPECT_EQ(index.find_first("").rule, kNone);
    }
}

TEST(RuleIndex, OfNoRulesFindsNone) {
    EXPECT_EQ(RuleIndex().find_first("/a").rule, kNone);
    EXPECT_EQ(index_of({}).find_first("/a").rule, kNone);
}

TEST(RuleIndex, TakesCaseAsThePatternDoes) {
    for (const auto& index : {index_of({"^/Ab/", "(?i)^/aB/", "(?i)longer than a word$"}),
                              index_of(among_many({"^/Ab/", "(?i)^/aB/", "(?i)longer than a word$"}))}) {
        EXPECT_EQ(index.find_first("/Ab/").rule, 0U);
        EXPECT_EQ(index.find_first("/AB/").rule, 1U);
        EXPECT_EQ(index.find_first("/x/LONGER than A word").rule, 2U);
        EXPECT_EQ(index.find_first("/x/longer\x1fthan a word").rule, kNone);
    }
}

TEST(RuleIndex, KnowsThatALineFeedAtTheEndIsNoPartOfIt) {
    for (const auto& index : {index_of({"a$", "^/b.*$"}), index_of(among_many({"a$", "^/b.*$"}))}) {
        EXPECT_EQ(index.find_first("/a\n").rule, 0U);
        EXPECT_EQ(index.find_first("/a\nc").rule, kNone);
        EXPECT_EQ(index.find_first("/b\nc").rule, kNone);
        EXPECT_EQ(index.find_first("/bc\n").rule, 1U);
    }
}

TEST(RuleIndex, SaysWhichPatternTookTooLong) {
    const std::string hard = "^/(?:a|aa)+[^a]$";
    const std::string path = "/" + std::string(60, 'a');
    for (const auto& index : {index_of({"^/b", hard, "^/a"}), index_of(among_many({"^/b", hard, "^/a"}))}) {
        const auto found = index.find_first(path);
        EXPECT_EQ(found.rule, 1U);
        ASSERT_TRUE(found.error);
        EXPECT_EQ(found.error->code, ErrorCode::limit);
        EXPECT_EQ(index.find_first("/a").rule, 2U);
    }
    const auto longest = index_of(among_many({"^/b"})).find_first("/" + std::string(70'000, 'b'));
    EXPECT_EQ(longest.rule, 0U);
    EXPECT_TRUE(longest.error);
}

TEST(RuleIndex, RunsMoreCandidatesThanItHasRoomFor) {
    std::vector<std::string> sources;
    for (int i = 0; i < 200; ++i) sources.push_back("^/app/[0-9]+/" + std::to_string(i) + "(?:/|$)");
    const auto index = index_of(sources);
    EXPECT_EQ(index.find_first("/app/1/150").rule, 150U);
    EXPECT_EQ(index.find_first("/app/1/15/x").rule, 15U);
    EXPECT_EQ(index.find_first("/app/x/15").rule, kNone);
}

TEST(RuleIndex, AllocatesNothing) {
    std::vector<std::string> sources;
    for (int i = 0; i < 300; ++i) sources.push_back("^/app" + std::to_string(i) + "/.*\\.(?:html|php)$");
    sources.emplace_back("[0-9]$");
    const auto many = index_of(sources);
    const auto few = index_of({"^/a/", "(?i)^/B/.*x", "\\.php$"});
    EXPECT_EQ(many.find_first("/app299/a.php").rule, 299U);
    EXPECT_EQ(test::allocations_during([&] {
                  for (const auto* path : {"/app299/a.php", "/app7/index.html", "/none", "/app8/7", "/b/X"}) {
                      (void)many.find_first(path);
                      (void)few.find_first(path);
                  }
              }),
              0U);
}

// What the index is for is an answer that does not depend on it.
TEST(RuleIndex, AnswersAsTryingOneAfterTheOtherWould) {
    Random random{std::mt19937(20'260'101)};
    std::size_t found = 0;
    std::size_t asked = 0;
    std::size_t told = 0;
    for (int round = 0; round < 1'000; ++round) {
        std::vector<rules::PatternPointer> patterns;
        std::string together;
        const std::size_t count = random.chance(50) ? 1 + random.below(8) : 9 + random.below(60);
        while (patterns.size() < count) {
            const std::string source = random_pattern(random);
            auto pattern = expr::Pattern::compile(source);
            if (!pattern) continue;  // `a**` and the like come of chance
            told += expr::find_literals(source).required.empty() ? 0U : 1U;
            together += source + "\n";
            patterns.push_back(std::make_shared<const expr::Pattern>(std::move(*pattern)));
        }
        const RuleIndex index(std::move(patterns));
        for (int i = 0; i < 40; ++i) {
            const std::string path = random_path(random);
            const auto expected = index.try_each(path);
            const auto answer = index.find_first(path);
            if (expected.error) {  // of a pattern whose texts are not in the path, perhaps
                ASSERT_GE(answer.rule, expected.rule) << "path " << path << " of\n" << together;
                continue;
            }
            ASSERT_EQ(answer.rule, expected.rule) << "path " << path << " of\n" << together;
            ASSERT_FALSE(answer.error);
            ++asked;
            found += expected.rule == kNone ? 0U : 1U;
        }
    }
    EXPECT_GT(found, asked / 4) << "paths and patterns must meet";
    EXPECT_LT(found, asked - asked / 20) << "and must not always";
    EXPECT_GT(told, 5'000U) << "the patterns must be such as the reader knows";
}
