#include "core/rules/policy.hpp"

#include <gtest/gtest.h>

#include "tests/support/allocations.hpp"
#include "tests/unit/rules/www1.hpp"

using namespace sso;
using rules::Decision;
using rules::HostPolicy;
using rules::RequestView;
using rules::Verdict;
using test::attributes;
using test::host_with;
using test::kNow;
using test::request;

namespace {

Verdict verdict(const rules::Snapshot& snapshot, std::string_view path, const Attributes* subject) {
    return snapshot.policy.find_host("www1.domain.com")->decide(request(path), subject, kNow).verdict;
}

}  // namespace

TEST(SeedRules, OfWww1LetGroup1IntoTheProtectedPartAndEverybodyElsewhere) {
    const auto snapshot = test::good(test::kSeed);
    const HostPolicy* host = snapshot->policy.find_host("www1.domain.com");
    ASSERT_NE(host, nullptr);
    const Attributes member = attributes({{"uid", "user1"}, {"groups", "group0; group1; group3"}});
    const Attributes stranger = attributes({{"uid", "user2"}, {"groups", "group10; mygroup1"}});
    EXPECT_EQ(host->decide(request("/protected/page"), &member, kNow).verdict, Verdict::allow);
    EXPECT_EQ(host->decide(request("/protected/page"), &stranger, kNow).verdict, Verdict::deny);
    EXPECT_EQ(host->decide(request("/protected/"), &stranger, kNow).verdict, Verdict::deny);
    EXPECT_EQ(host->decide(request("/protected"), &stranger, kNow).verdict, Verdict::allow);
    EXPECT_EQ(host->decide(request("/"), &stranger, kNow).verdict, Verdict::allow);
    EXPECT_EQ(host->decide(request("/"), nullptr, kNow).verdict, Verdict::authenticate);
    EXPECT_EQ(host->decide(request("/protected/"), nullptr, kNow).verdict, Verdict::authenticate);
}

TEST(SeedRules, OfWww2LetAdminAndGroup2IntoTheSiteAndRefuseWhatIsNotNamed) {
    const auto snapshot = test::good(test::kSeed);
    const HostPolicy* host = snapshot->policy.find_host("www2.domain.com");
    ASSERT_NE(host, nullptr);
    const Attributes admin = attributes({{"uid", "admin"}, {"groups", ""}});
    const Attributes member = attributes({{"uid", "x"}, {"groups", "group2"}});
    const Attributes stranger = attributes({{"uid", "x"}, {"groups", "group22"}});
    for (const Attributes* somebody : {&admin, &member}) {
        EXPECT_EQ(host->decide(request("/site/a"), somebody, kNow).verdict, Verdict::allow);
        EXPECT_EQ(host->decide(request("/other"), somebody, kNow).verdict, Verdict::deny);
    }
    EXPECT_EQ(host->decide(request("/site/a"), &stranger, kNow).verdict, Verdict::deny);
    EXPECT_EQ(host->decide(request("/js/x.js"), &stranger, kNow).verdict, Verdict::allow);
    EXPECT_EQ(host->decide(request("/css"), nullptr, kNow).verdict, Verdict::authenticate);
}

TEST(SeedRules, SayWhichOfThemDecided) {
    const auto snapshot = test::good(test::kSeed);
    const HostPolicy* host = snapshot->policy.find_host("www2.domain.com");
    const Attributes somebody = attributes({{"uid", "x"}});
    const Decision second = host->decide(request("/js"), &somebody, kNow);
    EXPECT_EQ(second.rule, 1);
    EXPECT_EQ(second.rule_source, "^/(js|css)");
    const Decision last = host->decide(request("/"), &somebody, kNow);
    EXPECT_EQ(last.rule, -1);
    EXPECT_EQ(last.rule_source, "default");
}

TEST(Keywords, SayWhatHoldsForWhoIsKnownAndWhoIsNot) {
    const auto snapshot = host_with(R"(
{ match = '^/accept', allow = 'accept' }, { match = '^/deny', allow = 'deny' },
{ match = '^/unprotect', allow = 'unprotect' }, { match = '^/skip', allow = 'SKIP' })");
    const Attributes somebody = attributes({{"uid", "x"}});
    const struct {
        const char* path;
        Verdict known, unknown;
    } cases[] = {
        {"/accept", Verdict::allow, Verdict::authenticate},
        {"/deny", Verdict::deny, Verdict::authenticate},
        {"/unprotect", Verdict::unprotected, Verdict::unprotected},
        {"/skip", Verdict::skip, Verdict::skip},
        {"/", Verdict::deny, Verdict::authenticate},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(verdict(*snapshot, one.path, &somebody), one.known) << one.path;
        EXPECT_EQ(verdict(*snapshot, one.path, nullptr), one.unknown) << one.path;
    }
}

TEST(Rules, LetInWhoeverIsKnownWhereNoDefaultIsWritten) {
    const auto snapshot = test::good(test::kLeast + "[vhost.\"www1.domain.com\"]\n");
    const Attributes somebody = attributes({{"uid", "x"}});
    EXPECT_EQ(verdict(*snapshot, "/any", &somebody), Verdict::allow);
    EXPECT_EQ(verdict(*snapshot, "/any", nullptr), Verdict::authenticate);
}

TEST(Rules, AreSearchedForAnywhereInThePathInWrittenOrderByCaseAndWithoutTheirComments) {
    const auto snapshot = host_with(R"(
{ match = '(?#9 last of all for a sort)^/a', allow = 'unprotect' }, { match = '(?#1 first)^/a(?# and this)b', allow = 'skip' },
{ match = 'den', allow = 'skip' }, { match = '^/x##label', allow = 'skip' })");
    const Attributes somebody = attributes({{"uid", "x"}});
    EXPECT_EQ(verdict(*snapshot, "/ab", &somebody), Verdict::unprotected) << "the first that is written";
    EXPECT_EQ(verdict(*snapshot, "/hidden/x", &somebody), Verdict::skip);
    EXPECT_EQ(verdict(*snapshot, "/HIDDEN/x", &somebody), Verdict::deny);
    EXPECT_EQ(verdict(*snapshot, "/x", &somebody), Verdict::deny) << "## is no comment";
    EXPECT_EQ(verdict(*snapshot, "/x##label", &somebody), Verdict::skip);
}

TEST(Rules, HoldWhenPerlWouldCallTheirValueTrue) {
    const auto snapshot = host_with(R"(
{ match = '^/value', allow = '$cn' }, { match = '^/number', allow = 'length($cn) - 1' },
{ match = '^/absent', allow = '$mail' })");
    const struct {
        const char* value;
        Verdict expected;
    } cases[] = {{"", Verdict::deny},     {"0", Verdict::deny},     {"00", Verdict::allow},   {"0.0", Verdict::allow},
                 {"0E0", Verdict::allow}, {" ", Verdict::allow},    {"deny", Verdict::allow}, {"\n", Verdict::allow},
                 {"-1", Verdict::allow},  {"undef", Verdict::allow}};
    for (const auto& one : cases) {
        const Attributes somebody = attributes({{"cn", one.value}});
        EXPECT_EQ(verdict(*snapshot, "/value", &somebody), one.expected) << '"' << one.value << '"';
    }
    const Attributes somebody = attributes({{"cn", "x"}});
    EXPECT_EQ(verdict(*snapshot, "/number", &somebody), Verdict::deny) << "the number 0";
    EXPECT_EQ(verdict(*snapshot, "/absent", &somebody), Verdict::deny);
}

TEST(Keywords, AreTextsInsideAnExpressionAndWarnedOf) {
    const auto outcome = rules::check({"sso.toml", "1", test::kLeast + R"([vhost."www1.domain.com"]
rules = [ { match = '^/', allow = '$uid eq "x" ? deny : 0' } ]
)"});
    ASSERT_NE(outcome.snapshot, nullptr);
    ASSERT_FALSE(outcome.diagnostics.empty());
    EXPECT_NE(to_string(outcome.diagnostics.front()).find("the word deny is taken as text"), std::string::npos);
    const Attributes x = attributes({{"uid", "x"}});
    const Attributes y = attributes({{"uid", "y"}});
    EXPECT_EQ(verdict(*outcome.snapshot, "/", &x), Verdict::allow) << "a text is true";
    EXPECT_EQ(verdict(*outcome.snapshot, "/", &y), Verdict::deny);
}

TEST(Rules, MaySkipInsideAnExpression) {
    const auto snapshot = host_with(R"({ match = '^/', allow = '$uid eq "x" ? 1 : skip' })");
    const Attributes x = attributes({{"uid", "x"}});
    const Attributes y = attributes({{"uid", "y"}});
    EXPECT_EQ(verdict(*snapshot, "/", &x), Verdict::allow);
    EXPECT_EQ(verdict(*snapshot, "/", &y), Verdict::skip);
    EXPECT_EQ(verdict(*snapshot, "/", nullptr), Verdict::skip);
    const auto other = host_with(R"({ match = '^/', allow = '$uid eq "x" ? skip : 0' })");
    EXPECT_EQ(verdict(*other, "/", &x), Verdict::skip);
    EXPECT_EQ(verdict(*other, "/", &y), Verdict::deny);
    EXPECT_EQ(verdict(*other, "/", nullptr), Verdict::authenticate);
}

TEST(Levels, AreAskedOfWhoeverIsKnownBeforeTheRule) {
    const auto snapshot = test::good(test::kLeast + R"([vhost."www1.domain.com"]
level = 1
rules = [
    { match = '^/strong', allow = '$uid eq "x"', level = 2 },
    { match = '^/any', allow = 'accept', level = 0 },
    { match = '^/open', allow = 'unprotect' },
    { match = '^/never', allow = 'deny' },
    { match = '^/skip', allow = '$uid eq "x" ? skip : 1', level = 2 },
]
)");
    const auto of_level = [](std::int64_t level) {
        Attributes subject = attributes({{"uid", "x"}});
        subject.set("authenticationLevel", level);
        return subject;
    };
    const Attributes none = attributes({{"uid", "x"}});
    const Attributes low = of_level(1);
    const Attributes high = of_level(2);
    const struct {
        const char* path;
        Verdict unknown, without, low, high;
    } cases[] = {
        {"/strong", Verdict::authenticate, Verdict::step_up, Verdict::step_up, Verdict::allow},
        {"/any", Verdict::authenticate, Verdict::allow, Verdict::allow, Verdict::allow},
        {"/open", Verdict::unprotected, Verdict::unprotected, Verdict::unprotected, Verdict::unprotected},
        {"/never", Verdict::authenticate, Verdict::deny, Verdict::deny, Verdict::deny},
        {"/skip", Verdict::authenticate, Verdict::step_up, Verdict::step_up, Verdict::skip},
        {"/", Verdict::authenticate, Verdict::step_up, Verdict::allow, Verdict::allow},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(verdict(*snapshot, one.path, nullptr), one.unknown) << one.path;
        EXPECT_EQ(verdict(*snapshot, one.path, &none), one.without) << one.path;
        EXPECT_EQ(verdict(*snapshot, one.path, &low), one.low) << one.path;
        EXPECT_EQ(verdict(*snapshot, one.path, &high), one.high) << one.path;
    }
    const HostPolicy* host = snapshot->policy.find_host("www1.domain.com");
    EXPECT_EQ(host->decide(request("/strong"), &low, kNow).level, 2);
    EXPECT_EQ(host->decide(request("/strong"), &low, kNow).rule, 0);
    EXPECT_EQ(test::allocations_during([&] { (void)host->decide(request("/strong"), &high, kNow); }), 0U);
}

TEST(Levels, OfASessionAreReadFromWhateverFormTheyHave) {
    const auto level = [](AttributeValue value) {
        Attributes subject;
        subject.set("authenticationLevel", std::move(value));
        return rules::authentication_level(subject);
    };
    EXPECT_EQ(level(std::int64_t{3}), 3);
    EXPECT_EQ(level("4"), 4);
    EXPECT_EQ(level(2.9), 2);
    EXPECT_EQ(level(std::int64_t{-3}), 0);
    EXPECT_EQ(level("-3"), 0);
    EXPECT_EQ(level("3x"), 0);
    EXPECT_EQ(level(""), 0);
    EXPECT_EQ(level(-1e300), 0);
    EXPECT_GT(level(1e300), 99);
    EXPECT_GT(level(std::int64_t{1} << 40), 99);
    EXPECT_EQ(level("99999999999999"), 0);
    EXPECT_EQ(level(AttributeValue()), 0);
    EXPECT_EQ(rules::authentication_level(Attributes()), 0);
}

TEST(LogoutRules, SayWhatEndsAndWhereToGo) {
    const auto snapshot = host_with(R"(
{ match = '^/a', allow = 'logout_sso https://www1.domain.com/bye?x=1' }, { match = '^/b', allow = 'LOGOUT' },
{ match = '^/c', allow = 'logout_app https://www.other.com' }, { match = '^/d', allow = 'logout_app_sso' })");
    const HostPolicy* host = snapshot->policy.find_host("www1.domain.com");
    const Attributes somebody = attributes({{"uid", "x"}});
    const struct {
        const char* path;
        rules::LogoutKind kind;
        const char* target;
    } cases[] = {
        {"/a", rules::LogoutKind::sso, "https://www1.domain.com/bye?x=1"},
        {"/b", rules::LogoutKind::sso, ""},
        {"/c", rules::LogoutKind::app, "https://www.other.com/"},
        {"/d", rules::LogoutKind::app_sso, ""},
    };
    for (const auto& one : cases) {
        for (const Attributes* subject : {&somebody, static_cast<const Attributes*>(nullptr)}) {
            const Decision decision = host->decide(request(one.path), subject, kNow);
            EXPECT_EQ(decision.verdict, Verdict::logout) << one.path;
            ASSERT_NE(decision.logout, nullptr) << one.path;
            EXPECT_EQ(decision.logout->kind, one.kind) << one.path;
            EXPECT_EQ(decision.logout->target, one.target) << one.path;
        }
    }
}

TEST(Maintenance, IsOfEveryHostThatDoesNotSayOtherwise) {
    const auto snapshot = test::good(test::kLeast + R"([handler]
maintenance = true
[vhost."www1.domain.com"]
default = 'unprotect'
[vhost."www2.domain.com"]
maintenance = false
)");
    const HostPolicy* www1 = snapshot->policy.find_host("www1.domain.com");
    EXPECT_TRUE(www1->in_maintenance());
    EXPECT_EQ(www1->decide(request("/"), nullptr, kNow).verdict, Verdict::maintenance);
    std::vector<rules::TriedRule> tried;
    EXPECT_EQ(www1->explain(request("/"), nullptr, kNow, tried).verdict, Verdict::maintenance);
    EXPECT_TRUE(tried.empty());
    EXPECT_FALSE(snapshot->policy.find_host("www2.domain.com")->in_maintenance());
    const auto one = test::good(test::kLeast + "[vhost.\"www1.domain.com\"]\nmaintenance = true\n");
    EXPECT_TRUE(one->policy.find_host("www1.domain.com")->in_maintenance());
}

TEST(Rules, ThatCannotBeEvaluatedDeny) {
    const auto snapshot = host_with(R"({ match = '^/', allow = 'length($cn x 100000) > 1' })");
    const Attributes somebody = attributes({{"cn", "abcdefgh"}});
    const Decision decision = snapshot->policy.find_host("www1.domain.com")->decide(request("/"), &somebody, kNow);
    EXPECT_EQ(decision.verdict, Verdict::deny);
    EXPECT_TRUE(decision.error.has_value());
}

TEST(Rules, WhosePatternGivesUpDeny) {
    const auto snapshot = host_with(R"({ match = '^/(a+)+$', allow = 'accept' })", "accept");
    const Attributes somebody = attributes({{"uid", "x"}});
    const std::string path = "/" + std::string(60, 'a') + "b";
    const Decision decision = snapshot->policy.find_host("www1.domain.com")->decide(request(path), &somebody, kNow);
    EXPECT_EQ(decision.verdict, Verdict::deny);
    EXPECT_TRUE(decision.error.has_value());
    EXPECT_EQ(decision.rule, 0);
}

TEST(Rules, SeeThePathAloneAndTheQueryAsAVariable) {
    const auto snapshot = host_with(R"(
{ match = 'open', allow = 'unprotect' }, { match = '^/q', allow = '$ENV{QUERY_STRING} eq "a=1"' })");
    const HostPolicy* host = snapshot->policy.find_host("www1.domain.com");
    const Attributes somebody = attributes({{"uid", "x"}});
    EXPECT_EQ(host->decide(request("/x", "open"), &somebody, kNow).verdict, Verdict::deny);
    EXPECT_EQ(host->decide(request("/q", "a=1"), &somebody, kNow).verdict, Verdict::allow);
    EXPECT_EQ(host->decide(request("/q", "a=2"), &somebody, kNow).verdict, Verdict::deny);
}

TEST(Rules, SeeTheRequestsVariables) {
    const auto snapshot = host_with(R"(
{ match = '^/a', allow = '$ip =~ /^192\.0\.2\./ and $vhost eq "www1.domain.com"' },
{ match = '^/b', allow = '$ENV{HTTP_X_SITE} eq "here"' })");
    const HostPolicy* host = snapshot->policy.find_host("www1.domain.com");
    const Attributes somebody = attributes({{"uid", "x"}});
    EXPECT_EQ(host->decide(request("/a"), &somebody, kNow).verdict, Verdict::allow);
    RequestView view = request("/b");
    EXPECT_EQ(host->decide(view, &somebody, kNow).verdict, Verdict::deny);
    view.variable = [](const void* context, const expr::RequestName& name) -> std::string_view {
        if (name.text != "HTTP_X_SITE") return {};
        return static_cast<const char*>(context);
    };
    view.context = "here";
    EXPECT_EQ(host->decide(view, &somebody, kNow).verdict, Verdict::allow);
}

TEST(Decision, OnTheSeedsRulesAllocatesNothing) {
    const auto snapshot = test::good(test::kSeed);
    const HostPolicy* www1 = snapshot->policy.find_host("www1.domain.com");
    const HostPolicy* www2 = snapshot->policy.find_host("www2.domain.com");
    const Attributes somebody = attributes({{"uid", "dwho"}, {"groups", "group0; group1; group3"}, {"ou", "unit1"}});
    int allowed = 0;
    const auto decide_all = [&] {
        for (const auto* path : {"/protected/page", "/site/a", "/js/x.js", "/", "/other"}) {
            for (const HostPolicy* host : {www1, www2}) {
                allowed += host->decide(request(path), &somebody, kNow).verdict == Verdict::allow ? 1 : 0;
            }
        }
    };
    decide_all();  // the first match on a thread may set up its own workspace
    EXPECT_EQ(test::allocations_during(decide_all), 0U);
    EXPECT_EQ(allowed, 2 * 6);
}

TEST(Explanation, ShowsEachRuleTriedAndTheOperandsOfTheOneThatApplied) {
    const auto snapshot = test::good(test::kSeed);
    const HostPolicy* host = snapshot->policy.find_host("www2.domain.com");
    const Attributes somebody = attributes({{"uid", "dwho"}, {"groups", "group1"}});
    std::vector<rules::TriedRule> tried;
    const Decision decision = host->explain(request("/site/x"), &somebody, kNow, tried);
    EXPECT_EQ(decision.verdict, Verdict::deny);
    ASSERT_EQ(tried.size(), 1U);
    EXPECT_EQ(tried[0].match, "^/site/.*$");
    EXPECT_TRUE(tried[0].matched);
    bool shows_uid = false;
    for (const auto& step : tried[0].steps) shows_uid = shows_uid || (step.source == "$uid" && step.value == "dwho");
    EXPECT_TRUE(shows_uid);
    (void)host->explain(request("/nowhere"), &somebody, kNow, tried);
    ASSERT_EQ(tried.size(), 3U);
    EXPECT_FALSE(tried[0].matched);
    EXPECT_FALSE(tried[1].matched);
    EXPECT_EQ(tried[2].match, "default");
    EXPECT_TRUE(tried[2].matched);
}

TEST(TraceName, IsWhatToTraceOrNothing) {
    const auto snapshot = test::good("" + test::kSeed + "[session]\nwhat_to_trace = 'lc($uid)'\n");
    EXPECT_EQ(snapshot->policy.trace_name(attributes({{"uid", "DWho"}}), kNow), "dwho");
    EXPECT_EQ(snapshot->policy.trace_name(attributes({{"cn", "x"}}), kNow), "");
    EXPECT_EQ(snapshot->policy.trace_name(attributes({{"uid", "a\nb"}}), kNow), "ab");
}

TEST(CustomName, IsNothingUnlessItIsConfigured) {
    const Attributes somebody = attributes({{"uid", "dwho"}, {"mail", "d@w"}});
    EXPECT_EQ(test::good(test::kSeed)->policy.custom_name(somebody, kNow), std::nullopt);
    const auto snapshot = test::good(test::kSeed + "[session]\ncustom_to_trace = '$mail'\n");
    EXPECT_EQ(snapshot->policy.custom_name(somebody, kNow), "d@w");
    EXPECT_EQ(snapshot->policy.custom_name(attributes({{"uid", "x"}}), kNow), "");
}

TEST(InstalledConfiguration, IsGoodWithoutARemark) {
    const auto source = std::move(*config::open_source(std::string(SSO_SOURCE_DIR) + "/conf/sso.toml"));
    const auto snapshot = test::good(source->fetch()->text);
    EXPECT_NE(snapshot->policy.find_host("www1.example.com"), nullptr);
}

TEST(Policy, KnowsConfiguredHostsAlone) {
    const auto snapshot = test::good(test::kSeed);
    EXPECT_NE(snapshot->policy.find_host("www1.domain.com"), nullptr);
    EXPECT_EQ(snapshot->policy.find_host("www3.domain.com"), nullptr);
    EXPECT_EQ(snapshot->policy.find_host("domain.com"), nullptr);
    EXPECT_EQ(snapshot->policy.find_host(""), nullptr);
}

TEST(Policy, FindsAHostByAnAliasOrAWildcardAndKnowsWhichAddressItHasThen) {
    const auto snapshot = test::good(test::kLeast + R"(
[vhost."www1.domain.com"]
url = "https://www1.domain.com:8443/start"
aliases = ["WWW.domain.com"]
[vhost."*.www.domain.com"]
)");
    const auto& settings = snapshot->settings;
    const HostPolicy* www1 = snapshot->policy.find_host("www1.domain.com");
    ASSERT_NE(www1, nullptr);
    EXPECT_EQ(snapshot->policy.find_host("www.domain.com"), www1);
    EXPECT_EQ(settings.url_of(www1->settings(), "www.domain.com").origin(), "https://www.domain.com:8443");
    EXPECT_EQ(settings.url_of(www1->settings(), "www1.domain.com").origin(), "https://www1.domain.com:8443");
    const HostPolicy* many = snapshot->policy.find_host("a.b.www.domain.com");
    ASSERT_NE(many, nullptr);
    EXPECT_EQ(many->settings().name, "*.www.domain.com");
    EXPECT_EQ(settings.url_of(many->settings(), "a.b.www.domain.com").origin(), "https://a.b.www.domain.com");
}
