#include "core/rules/explanation.hpp"

#include <gtest/gtest.h>

#include "tests/unit/rules/configuration.hpp"

using namespace sso;
using rules::Verdict;

namespace {

rules::Explanation explained(const std::string& toml, const std::string& url, const Attributes* subject) {
    return rules::explain(*test::good(toml), {http::Url::parse(url).value(), "GET", "192.0.2.7"}, subject, test::kNow);
}

}  // namespace

TEST(Explanation, ShowsEveryRuleTriedAndEveryOperand) {
    const auto alice = test::attributes({{"uid", "alice"}, {"groups", "group1"}, {"employeeNumber", "42"}});
    const auto answer = explained(test::kSeed, "https://www2.domain.com/site/page?x=1", &alice);
    EXPECT_EQ(answer.host, "www2.domain.com");
    EXPECT_EQ(answer.path, "/site/page");
    EXPECT_EQ(answer.query, "x=1");
    EXPECT_EQ(answer.verdict, Verdict::deny);
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(answer.user, "alice");
    EXPECT_EQ(answer.rule, "^/site/.*$");
    ASSERT_EQ(answer.tried.size(), 1U);
    EXPECT_TRUE(answer.tried[0].tried.matched);
    EXPECT_EQ(answer.tried[0].condition, R"($uid eq "admin" or $groups =~ /\bgroup2\b/)");
    EXPECT_GT(answer.tried[0].where.line, 0U);
    const auto& steps = answer.tried[0].tried.steps;
    const auto value_of = [&](const std::string& source) {
        const auto found = std::find_if(steps.begin(), steps.end(),
                                        [&](const expr::TraceStep& step) { return step.source == source; });
        return found == steps.end() ? "(not there)" : found->value;
    };
    EXPECT_EQ(value_of("$uid"), "alice");
    EXPECT_EQ(value_of("$groups"), "group1");
    EXPECT_TRUE(answer.headers.empty());
}

TEST(Explanation, ShowsTheHeadersThatTheApplicationWouldGetAndMasksCredentials) {
    const auto admin = test::attributes({{"uid", "admin"}, {"employeeNumber", "42"}});
    const auto answer = explained(test::kSeed, "https://www2.domain.com/site/", &admin);
    EXPECT_EQ(answer.verdict, Verdict::allow);
    ASSERT_EQ(answer.headers.size(), 2U);
    EXPECT_EQ(answer.headers[0].name, "Authorization");
    EXPECT_TRUE(answer.headers[0].value.starts_with("Basic "));
    EXPECT_EQ(answer.headers[1].value, "192.0.2.7");
    const auto masked = rules::masked(answer);
    EXPECT_EQ(masked.headers[0].value, "***");
    EXPECT_EQ(masked.headers[1].value, "192.0.2.7");

    const std::string secrets = test::kLeast + R"([vhost."a.domain.com"]
default = '$_password eq "x" or $uid eq "admin"'
[vhost."a.domain.com".headers]
X = '$_password'
)";
    const auto outcome = rules::check({"sso.toml", "1", secrets});
    auto with_password = admin;
    with_password.set("_password", "hunter2");
    const auto shown = rules::masked(rules::explain(
        *outcome.snapshot, {http::Url::parse("https://a.domain.com/").value(), "GET", ""}, &with_password, test::kNow));
    EXPECT_EQ(shown.headers.at(0).value, "***");
    for (const auto& step : shown.tried.at(0).tried.steps) EXPECT_EQ(step.value.find("hunter2"), std::string::npos);
}

TEST(Explanation, SaysWhyNoRuleWasAsked) {
    EXPECT_EQ(explained(test::kSeed, "https://other.domain.com/", nullptr).host, "");
    EXPECT_EQ(explained(test::kSeed, "https://other.domain.com/", nullptr).status, 403);
    const auto flawed = explained(test::kSeed, "https://www1.domain.com/a%2Fb", nullptr);
    EXPECT_EQ(flawed.status, 400);
    EXPECT_NE(flawed.flaw, "");
    EXPECT_TRUE(flawed.tried.empty());
}

TEST(Explanation, SendsWhoIsNotLoggedInToThePortalAndTellsNobodyAnything) {
    const auto answer = explained(test::kSeed, "https://www1.domain.com/", nullptr);
    EXPECT_EQ(answer.verdict, Verdict::authenticate);
    EXPECT_EQ(answer.status, 302);
    EXPECT_TRUE(answer.headers.empty());
}

TEST(Explanation, TakesTheStrictestOfSeveralReadingsOfAPath) {
    const auto alice = test::attributes({{"uid", "alice"}, {"groups", ""}});
    const auto answer = explained(test::kSeed, "https://www1.domain.com/protected;x/page", &alice);
    EXPECT_EQ(answer.verdict, Verdict::deny);
    EXPECT_EQ(answer.path, "/protected/page");
}
