#include <gtest/gtest.h>

#include "tests/unit/rules/www1.hpp"

using namespace sso;
using rules::Decision;
using rules::HostPolicy;
using rules::Verdict;
using test::attributes;
using test::headers;
using test::kNow;
using test::Names;
using test::request;

TEST(ExpressionBounds, AreTheConfigurationsOwn) {
    const auto tight = [](const std::string& bounds) {
        return test::good(test::kLeast + "[expressions]\n" + bounds + R"(
[vhost."www1.domain.com"]
rules = [ { match = '^/steps', allow = 'join(",", map { $_ . $uid . $uid . $uid . $uid } 1..190) ne ""' },
          { match = '^/long', allow = '$uid x 900 ne ""' },
          { match = '^/list', allow = 'scalar(() = (1..190, $uid)) > 1' },
          { match = '^/memory', allow = 'length(join("", map { $uid x 175 } 1..90)) > 1' },
          { match = '^/subject', allow = '$cn =~ /x/' },
          { match = '^/effort', allow = '$cn =~ /^(a+)+$/' } ]
default = 'deny'
[vhost."www1.domain.com".headers]
Effort = '$cn =~ /^(a+)+$/'
)");
    };
    const Attributes subject =
        attributes({{"uid", "dwho"}, {"cn", (std::string(1'500, 'b') + "aaaaaaaaaaaaaax").c_str()}});
    const auto failing = [&](const rules::Snapshot& snapshot) {
        std::string paths;
        for (const char* path : {"/steps", "/long", "/list", "/memory", "/subject", "/effort"}) {
            const Decision decision =
                snapshot.policy.find_host("www1.domain.com")->decide(request(path), &subject, kNow);
            if (!decision.error) continue;
            EXPECT_EQ(decision.error->code, ErrorCode::limit) << path;
            EXPECT_EQ(decision.verdict, Verdict::deny) << path;
            paths += path;
        }
        return paths;
    };
    EXPECT_EQ(failing(*tight("")), "");
    EXPECT_EQ(failing(*tight("steps = 1000")), "/steps/memory");
    EXPECT_EQ(failing(*tight("text_length = 1024")), "/steps/long/memory");
    EXPECT_EQ(failing(*tight("list_items = 100")), "/steps/list");
    EXPECT_EQ(failing(*tight("memory = 65536")), "/memory");
    EXPECT_EQ(failing(*tight("subject_length = 1024")), "/subject/effort");
    EXPECT_EQ(headers(*tight("")->policy.find_host("www1.domain.com"), subject).size(), 1U);
    const auto short_of_effort = tight("subject_length = 1024");
    const HostPolicy& host = *short_of_effort->policy.find_host("www1.domain.com");
    Names names(host);
    host.headers(request("/"), subject, kNow, names);
    EXPECT_EQ(names.sent(), std::vector<std::string>());
    EXPECT_EQ(names.failed, std::vector<std::string>{"Effort"});
    EXPECT_EQ(names.reasons, std::vector<std::string>{"a text is too long to be searched"});
}

TEST(ExpressionBounds, HoldForPatternsAndForWhatIsWritten) {
    const auto path = "/" + std::string(2'000, 'a') + "!";
    const std::string hosts = "[vhost.\"www1.domain.com\"]\nrules = [ { match = '^/(a+)+$', allow = 'accept' } ]\n";
    const Attributes subject = attributes({{"uid", "dwho"}});
    for (const char* bounds : {"match_limit = 1000", "subject_length = 1024"}) {
        const auto snapshot = test::good(test::kLeast + "[expressions]\n" + bounds + "\n" + hosts);
        const Decision decision = snapshot->policy.find_host("www1.domain.com")->decide(request(path), &subject, kNow);
        EXPECT_EQ(decision.verdict, Verdict::deny) << bounds;
        ASSERT_TRUE(decision.error) << bounds;
        EXPECT_EQ(decision.error->code, ErrorCode::limit);
    }
    for (const char* bounds : {"source_length = 256", "nesting = 10"}) {
        const std::string deep =
            std::string(15, '(') + "$uid" + std::string(15, ')') + " ne \"" + std::string(300, 'x') + '"';
        const auto outcome = rules::check(
            {"sso.toml", "1",
             test::kLeast + "[expressions]\n" + bounds + "\n[vhost.\"www1.domain.com\"]\ndefault = '" + deep + "'\n"});
        EXPECT_EQ(outcome.snapshot, nullptr) << bounds;
    }
}
