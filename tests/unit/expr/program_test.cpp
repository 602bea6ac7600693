#include "core/expr/program.hpp"

#include <gtest/gtest.h>

#include "tests/support/allocations.hpp"
#include "tests/unit/expr/fixed_environment.hpp"

namespace sso::expr {
namespace {

FixedEnvironment seed_subject() {
    FixedEnvironment environment;
    environment.attributes.set("uid", "xavier.guimard");
    environment.attributes.set("groups", "group1; group2");
    environment.attributes.set("mail", "xavier@example.com; x@example.org");
    environment.variables["REMOTE_ADDR"] = "10.1.2.3";
    return environment;
}

Program compiled(std::string_view source, Purpose purpose = Purpose::rule) {
    CompileOptions options;
    options.purpose = purpose;
    auto program = Program::compile(source, options);
    if (!program) {
        ADD_FAILURE() << source << ": " << program.error().front().message;
        return std::move(*Program::compile("0", {}));
    }
    return std::move(*program);
}

TEST(Program, DecidesTheSeedsRules) {
    const auto environment = seed_subject();
    EXPECT_TRUE(compiled(R"($groups =~ /\bgroup1\b/)").test(environment).value());
    EXPECT_FALSE(compiled(R"($groups =~ /\bgroup3\b/)").test(environment).value());
    EXPECT_TRUE(compiled(R"($uid eq "admin" or $groups =~ /\bgroup2\b/)").test(environment).value());
    EXPECT_EQ(compiled("(split /@/, $mail)[1]", Purpose::macro).evaluate(environment)->text, "example.com; x");
}

TEST(Program, AllocatesNothingForTheSeedsRules) {
    const auto environment = seed_subject();
    for (const char* source : {R"($groups =~ /\bgroup1\b/)", R"($uid eq "admin" or $groups =~ /\bgroup2\b/)",
                               R"($uid eq "xavier.guimard" or $ou eq "unit1")", R"(not $ENV{REMOTE_ADDR} =~ /^10\./)",
                               R"("$uid-x" eq "a" or lc($uid) eq 'b' or $groups =~ /^(group1)/ && $1 eq 'group1')"}) {
        const Program program = compiled(source);
        bool good = true;
        const std::size_t before = test::allocations();
        for (int i = 0; i < 10; ++i) good = program.test(environment).has_value() && good;
        EXPECT_EQ(test::allocations() - before, 0U) << source;
        EXPECT_TRUE(good);
    }
}

TEST(Program, RendersTheTextThatItEvaluatesTo) {
    auto environment = seed_subject();
    environment.attributes.set("number", std::int64_t{42});
    environment.attributes.set("long", std::string(600, 'x'));
    environment.attributes.set("list", AttributeValue::List{"x", "y"});
    environment.variables["QUERY_STRING"] = "";
    TextRoom room;  // serves for one after the other
    for (const char* source : {"$uid",
                               "$mail",
                               "$nothing",
                               "$number",
                               "$list",
                               "$long",
                               "\"$long$long\"",
                               "$ENV{REMOTE_ADDR}",
                               "$ENV{NO}",
                               "$ip",
                               "$ENV{QUERY_STRING}",
                               "\"$uid \\@ $ENV{REMOTE_ADDR}\"",
                               "\"$nothing-$ENV{NO}\"",
                               "\"$number of $uid\"",
                               "'fixed'",
                               "''",
                               "0",
                               "1",
                               "$uid . '/' . $ENV{REMOTE_ADDR}",
                               "uc($uid)",
                               "(split /@/, $mail)[0]",
                               "split /;/, $mail",
                               "$uid eq 'x'",
                               "$uid || 'y'",
                               "join(',', 1..3)"}) {
        const Program program = compiled(source, Purpose::header);
        const auto outcome = program.evaluate(environment);
        ASSERT_TRUE(outcome.has_value()) << source;
        const auto rendered = program.render(environment, room);
        ASSERT_TRUE(rendered.has_value()) << source;
        EXPECT_EQ(*rendered, outcome->text) << source;
    }
}

TEST(Program, RendersWithinItsLimitsAlone) {
    const auto environment = seed_subject();
    CompileOptions options;
    options.purpose = Purpose::header;
    options.limits.string_bytes = 20;
    for (const char* source : {"$mail", "\"$uid at $ENV{REMOTE_ADDR}\""}) {
        const auto program = Program::compile(source, options);
        ASSERT_TRUE(program.has_value());
        TextRoom room;
        const auto rendered = program->render(environment, room);
        ASSERT_FALSE(rendered.has_value());
        EXPECT_EQ(rendered.error().code, ErrorCode::limit) << source;
    }
}

TEST(Program, RendersTextsWithVariablesWithoutAllocating) {
    const auto environment = seed_subject();
    for (const char* source : {"$mail", "$ENV{REMOTE_ADDR}", "$nothing", "\"$uid \\@ $ENV{REMOTE_ADDR}\""}) {
        const Program program = compiled(source, Purpose::header);
        TextRoom room;
        std::string_view text;
        EXPECT_EQ(test::allocations_during([&] { text = program.render(environment, room).value(); }), 0U) << source;
        EXPECT_EQ(!text.empty(), std::string_view(source) != "$nothing") << source;
    }
}

TEST(Pattern, SearchesWithoutAllocating) {
    const auto pattern = Pattern::compile(R"(^/admin(/|$))");
    ASSERT_TRUE(pattern.has_value());
    const std::size_t before = test::allocations();
    const bool hit = pattern->matches("/admin/x").value();
    const bool miss = pattern->matches("/xadmin/").value();
    EXPECT_EQ(test::allocations() - before, 0U);
    EXPECT_TRUE(hit);
    EXPECT_FALSE(miss);
}

TEST(Pattern, RefusesWhatIsNoPattern) {
    for (const char* source : {"(", "^/[a-", "+x", "(?<n>", "^/**", R"((?{ system("id") }))", R"(\p{Nope})", "^/(?i"}) {
        const auto pattern = Pattern::compile(source);
        ASSERT_FALSE(pattern.has_value()) << source;
        EXPECT_EQ(pattern.error().code, "bad-url-regex");
    }
}

TEST(Pattern, StopsAnEndlessSearch) {
    const auto pattern = Pattern::compile("^(/a+)+$");
    ASSERT_TRUE(pattern.has_value());
    const auto result = pattern->matches("/" + std::string(40, 'a') + "/" + std::string(40, 'a') + "!");
    EXPECT_TRUE(!result || !*result);
    const ErrorCode code = result ? ErrorCode::limit : result.error().code;
    EXPECT_EQ(code, ErrorCode::limit);
}

TEST(Program, KnowsTheRequestsVariablesByTheirNames) {
    using Kind = RequestName::Kind;
    EXPECT_EQ(RequestName("REMOTE_ADDR").kind, Kind::remote_addr);
    EXPECT_EQ(RequestName("HTTP_HOST").kind, Kind::http_host);
    EXPECT_EQ(RequestName("QUERY_STRING").kind, Kind::query_string);
    EXPECT_EQ(RequestName("HTTP_USER_AGENT").kind, Kind::header);
    EXPECT_EQ(RequestName("HTTP_USER_AGENT").header(), "USER_AGENT");
    for (const auto* other : {"", "HTTP_", "HTTP", "remote_addr", "REMOTE_ADDRESS", "HTTPS", "SITE"}) {
        EXPECT_EQ(RequestName(other).kind, Kind::other) << other;
    }
}

TEST(Program, KnowsWhatItDependsOn) {
    EXPECT_FALSE(compiled("$uid eq 'a'").depends_on_request());
    EXPECT_TRUE(compiled("$ENV{REMOTE_ADDR} eq 'a'").depends_on_request());
    EXPECT_TRUE(compiled("$ip eq 'a'").depends_on_request());
    EXPECT_TRUE(compiled("$date lt '20300101000000'").depends_on_request());
    EXPECT_TRUE(compiled("checkDate($a, $b)").depends_on_request());
}

TEST(Program, KnowsItsValueWhenItIsTheSameForEverybody) {
    EXPECT_EQ(compiled("1").constant(), true);
    EXPECT_EQ(compiled("0").constant(), false);
    EXPECT_EQ(compiled("lc('A') eq 'a'").constant(), true);
    EXPECT_EQ(compiled("$uid eq 'a' || 'b'").constant(), true);
    EXPECT_EQ(compiled("$uid eq 'a'").constant(), std::nullopt);
}

}  // namespace
}  // namespace sso::expr
