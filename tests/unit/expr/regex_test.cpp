#include "core/expr/regex.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "core/expr/regex_syntax.hpp"

namespace sso::expr {
namespace {

bool found(std::string_view pattern, std::string_view subject) {
    const auto regex = Regex::compile(pattern, {}, 100'000, Regex::Jit::yes);
    EXPECT_TRUE(regex.has_value()) << pattern;
    return regex && regex->search(subject, 0, false, nullptr, 0) == SearchOutcome::found;
}

TEST(Regex, ReadsPerlsSpellings) {
    EXPECT_TRUE(found(R"(d\N{U+77}ho)", "dwho"));
    EXPECT_FALSE(found(R"(\N{U+20AC})", "\xE2\x82\xAC"));
    EXPECT_TRUE(found(R"(^\p{IsLower}+$)", "dwho"));
    EXPECT_TRUE(found(R"(^[\p{IsAlpha}]+$)", "dwho"));
    EXPECT_FALSE(found(R"(^\p{IsUpper}+$)", "dwho"));
    EXPECT_TRUE(found("^o{,2}$", "oo"));
    EXPECT_TRUE(found("(?a)d", "d"));
    EXPECT_TRUE(found("(?^i:D)", "d"));
    EXPECT_TRUE(found("[[:alpha:]]]", "a]"));
}

TEST(Regex, RefusesWhatPerlAloneCanRunOrNobody) {
    const auto code = [](std::string_view pattern) {
        const auto regex = Regex::compile(pattern, {}, 1'000, Regex::Jit::yes);
        return regex ? std::string() : regex.error().code;
    };
    EXPECT_EQ(code("(?{ 1 })"), "forbidden-operation");
    EXPECT_EQ(code("(??{ 1 })"), "forbidden-operation");
    EXPECT_EQ(code("(*COMMIT)a"), "syntax");
    EXPECT_EQ(code("(*UTF8)a"), "syntax");
    EXPECT_EQ(code("a**"), "syntax");
    EXPECT_EQ(code("\\C"), "syntax");
    EXPECT_EQ(code("(((a{100}){100}){100}){100}"), "too-large");
    EXPECT_EQ(code(std::string(300, '(') + std::string(300, ')')), "too-large");
}

TEST(Regex, GivesTheGroupsOfAMatch) {
    const auto regex = Regex::compile("(?<first>d)(x)?(w)", {}, 1'000, Regex::Jit::yes);
    ASSERT_TRUE(regex.has_value());
    EXPECT_EQ(regex->groups(), 3U);
    EXPECT_EQ(regex->group_number("first"), 1U);
    EXPECT_EQ(regex->group_number("other"), 0U);
    std::array<Span, 4> spans{};
    ASSERT_EQ(regex->search("adwho", 0, false, spans.data(), spans.size()), SearchOutcome::found);
    EXPECT_EQ(spans[0].start, 1U);
    EXPECT_EQ(spans[0].end, 3U);
    EXPECT_EQ(spans[2].start, kUnset);
    EXPECT_EQ(spans[3].start, 2U);
}

TEST(Regex, FindsAWordWhereASearchDoes) {
    constexpr std::string_view kAlphabet = "ab; _";
    constexpr std::size_t kLongest = 6;
    std::vector<std::string> subjects{""};
    for (std::size_t i = 0; subjects[i].size() < kLongest; ++i) {
        for (const char c : kAlphabet) subjects.push_back(subjects[i] + c);
    }
    for (const char* pattern :
         {R"(\ba\b)", R"(\bab\b)", R"(\baa\b)", R"(\bab_a\b)", R"(\b_\b)", R"(\b;\b)", R"(\b\b)"}) {
        const auto regex = Regex::compile(pattern, {}, 100'000, Regex::Jit::yes);
        ASSERT_TRUE(regex.has_value());
        for (const auto& subject : subjects) {
            ASSERT_EQ(regex->find(subject), regex->search(subject, 0, false, nullptr, 0))
                << pattern << " in " << subject;
        }
    }
    RegexFlags flags;
    flags.ignore_case = true;
    EXPECT_EQ(Regex::compile(R"(\bAB\b)", flags, 1'000, Regex::Jit::yes)->find("x ab"), SearchOutcome::found);
    EXPECT_EQ(Regex::compile(R"(\bab\b)", {}, 1'000, Regex::Jit::yes)->find("ab\xE9"), SearchOutcome::found);
}

TEST(Regex, StopsAtTheMatchLimitWithAndWithoutJit) {
    const std::string subject = std::string(40, 'a') + "!";
    for (const auto jit : {Regex::Jit::yes, Regex::Jit::no}) {
        const auto regex = Regex::compile("^(a+)+$", {}, 1'000, jit);
        ASSERT_TRUE(regex.has_value());
        EXPECT_EQ(regex->search(subject, 0, false, nullptr, 0), SearchOutcome::limit);
    }
}

TEST(Regex, FallsBackWhenJitsStackDoesNotSuffice) {
    const auto regex = Regex::compile("^(?:(a)|b)*c", {}, 100'000, Regex::Jit::yes);
    ASSERT_TRUE(regex.has_value());
    const std::string subject = std::string(6'000, 'a') + "c";
    EXPECT_NE(regex->search(subject, 0, false, nullptr, 0), SearchOutcome::not_found);
}

}  // namespace
}  // namespace sso::expr
