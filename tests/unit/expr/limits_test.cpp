// What an expression may cost.
#include <chrono>
#include <ctime>

#include "tests/unit/expr/evaluation.hpp"

namespace sso::expr {
namespace {

using namespace std::chrono_literals;

/// 50 ms is the bound on an idle machine; what is not optimised, or watched by a sanitizer, takes longer.
#ifdef NDEBUG
constexpr std::chrono::nanoseconds kBound = 200ms;
#else
constexpr std::chrono::nanoseconds kBound = 5s;
#endif

/// What this thread has used, however busy the machine is.
std::chrono::nanoseconds cpu_time() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

TEST(Limits, BoundTheSource) {
    EXPECT_EQ(refusal_of("$" + std::string(20'000, 'a')), "too-large");
    EXPECT_EQ(refusal_of(std::string(2'000, '(') + "1" + std::string(2'000, ')')), "too-large");
    EXPECT_EQ(refusal_of(std::string(5'000, '!') + "1"), "too-large");
    EXPECT_EQ(refusal_of(std::string(5'000, '[')), "too-large");
    EXPECT_EQ(refusal_of(std::string(500, '-') + "1"), "assignment");
    std::string chain = "1";
    for (int i = 0; i < 2'000; ++i) chain += "+1";
    EXPECT_EQ(refusal_of(chain), "too-large");
    std::string choices = "1";
    for (int i = 0; i < 2'000; ++i) choices += "?1:1";
    EXPECT_EQ(refusal_of(choices), "too-large");
}

TEST(Limits, BoundComparisonsWithinComparisons) {
    std::string nested = "$number";
    for (int i = 0; i < 30; ++i) nested = "1 < (" + nested + ") < 3";
    EXPECT_EQ(refusal_of(nested), "too-large");
    EXPECT_EQ(value_of("1 < ($number - 40 < 3 < 4) < 3"), "");
    EXPECT_EQ(value_of("0 < ($number - 40 < 3 < 4) < 3"), "1");
}

TEST(Limits, LetLongChainsOfConditionsPass) {
    std::string chain = "$uid eq 'u0'";
    for (int i = 1; i < 800; ++i) chain += " or $uid eq 'u" + std::to_string(i) + "'";
    EXPECT_EQ(value_of(chain), "");
    EXPECT_EQ(value_of(chain + " or $uid eq 'dwho'"), "1");
}

TEST(Limits, AreAnErrorOfTheEvaluation) {
    for (const char* source : {
             "join(',', 1..1000000000)",
             "scalar(map { $_ } 1..1000000000)",
             "length('a' x 2000000000)",
             "('a') x 1e10",
             "join('x' x 60000, 1..5000)",
             "sprintf('%-2147483647s', 'x')",
             "sprintf('%.2147483647f', 1)",
             "length(join '', map { 'x' x 9999 } 1..9999)",
             "join ',', map { join ',', map { join ',', 1..99 } 1..99 } 1..99",
             "('a' x 40 . '!') =~ /^(a+)+$/",
             "('a' x 40 . '!') =~ ('(a' . '+)+$')",
             "scalar(map { $uid =~ ('x' . $_) } 1..9999)",
             "join ',', @{{ map { $_ => 1 } 1..4999 }}{5000..9999}",
         }) {
        EXPECT_EQ(value_of(source), "limit!") << source;
    }
}

TEST(Limits, HoldWithinMilliseconds) {
    FixedEnvironment environment = sample_subject();
    environment.attributes.set("big", std::string(1'000'000, 'y'));
    environment.attributes.set("digits", std::string(1'000'000, '9'));
    environment.attributes.set("long", std::string(60'000, 'a'));
    for (const char* source : {
             "$big x 100000",
             "$big =~ s/y/zzzzzzzzzzzzzzzzzzzz/gr",
             "scalar(split /; /, $big)",
             "listMatch($big, 'zz')",
             "checkLogonHours($big)",
             "isInNet6($big, '::/0')",
             "checkDate($big, $big)",
             "unicode2iso($big)",
             "encode_base64($big)",
             "join(',', map { $long =~ /[a-y]+[0-9]$/ } 1..9999)",
             "join(',', map { $long =~ /(?:a|b)+c?$x/ } 1..9999)",
             "$long =~ /[a-z]+[0-9]$/",
             "$long =~ /(\\w+)\\s(\\w+)\\d$/",
             "$long =~ s/a*?b?/x/gr",
             "$long =~ tr/a-z/b-za/r",
             "scalar(map { $big eq $big } 1..9999)",
             "scalar(map { $digits + 1 } 1..9999)",
             "index($long, 'a' x 30000 . 'b')",
             "scalar(map { listMatch($big, 'x') } 1..9999)",
             "scalar keys %{{ map { $_ => 1 } 1..4999 }}",
         }) {
        const auto start = cpu_time();
        static_cast<void>(value_of(source, Purpose::macro, environment));
        EXPECT_LT(cpu_time() - start, kBound) << source;
    }
}

TEST(Limits, CanBeSet) {
    CompileOptions options;
    options.limits.steps = 50;
    const auto program = Program::compile("join ',', map { $_ . $uid } 1..100", options);
    ASSERT_TRUE(program.has_value());
    const auto outcome = program->evaluate(sample_subject());
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error().code, ErrorCode::limit);
}

TEST(RuntimeErrors, AreInvalidAndNoException) {
    for (const char* source : {"1/0", "1 % 0", "die", "@{$uid}", "$uid =~ ('(' . $empty)", "unicode2isoSafe('€')"}) {
        EXPECT_EQ(value_of(source), "invalid!") << source;
    }
}

}  // namespace
}  // namespace sso::expr
