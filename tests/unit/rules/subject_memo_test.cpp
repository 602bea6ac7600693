#include "core/rules/subject_memo.hpp"

#include <gtest/gtest.h>

#include <map>

#include "core/rules/place_policy.hpp"
#include "core/rules/policy.hpp"
#include "core/rules/spellings.hpp"
#include "tests/support/allocations.hpp"
#include "tests/unit/rules/configuration.hpp"
#include "tests/unit/rules/sent_headers.hpp"

using namespace sso;
using rules::HostPolicy;
using rules::RequestView;
using rules::Verdict;
using test::attributes;
using test::kNow;
using Headers = std::map<std::string, std::string>;

namespace {

RequestView request(std::string_view path, std::string_view address = "192.0.2.7", std::string_view method = "GET") {
    return {.method = method, .path = path, .query = "", .host = "www1.domain.com", .address = address};
}

/// @param inner  what stands in the virtual host
std::shared_ptr<const rules::Snapshot> host_with(const std::string& inner) {
    return test::good(test::kLeast + "[vhost.\"www1.domain.com\"]\n" + inner);
}

const HostPolicy& policy_of(const std::shared_ptr<const rules::Snapshot>& snapshot) {
    return *snapshot->policy.find_host("www1.domain.com");
}

std::shared_ptr<const rules::Snapshot> host() {
    return host_with(R"(
rules = [ { match = '^/mine', allow = '$uid eq "alice"' }, { match = '^/near', allow = '$ENV{REMOTE_ADDR} eq "192.0.2.7"' } ]
default = '$uid eq "bob"'
[vhost."www1.domain.com".headers]
Auth-User = '$uid'
Auth-Address = '$ENV{REMOTE_ADDR}'
)");
}

Headers headers_of(const HostPolicy& policy, const RequestView& asked, const Attributes& subject,
                   const rules::SubjectMemo* memo) {
    test::SentHeaders sent(policy);
    policy.headers(asked, subject, kNow, sent, memo);
    const auto all = sent.all();
    return {all.begin(), all.end()};
}

}  // namespace

TEST(SubjectMemo, DecidesAsThePolicyDoesHoweverOftenItIsAsked) {
    const auto snapshot = host();
    const HostPolicy& policy = policy_of(snapshot);
    for (const char* user : {"alice", "bob", "carol"}) {
        const Attributes subject = attributes({{"uid", user}});
        const auto memo = policy.remember(subject, kNow);
        EXPECT_EQ(memo->subject(), policy.number());
        for (int turn = 0; turn < 3; ++turn) {
            for (const char* path : {"/mine", "/near", "/else"}) {
                for (const char* address : {"192.0.2.7", "192.0.2.8"}) {
                    EXPECT_EQ(policy.decide(request(path, address), &subject, kNow, memo.get()).verdict,
                              policy.decide(request(path, address), &subject, kNow).verdict)
                        << user << path << address;
                }
            }
        }
        EXPECT_EQ(memo->truth(0), user == std::string_view("alice"));
        EXPECT_EQ(memo->truth(1), std::nullopt) << "it depends on the request";
        EXPECT_EQ(memo->truth(2), user == std::string_view("bob"));
    }
}

TEST(SubjectMemo, HoldsNothingThatDependsOnTheRequestOrTheTime) {
    for (const char* condition :
         {R"($ENV{REMOTE_ADDR} eq "192.0.2.7")", R"($ip eq "192.0.2.7")", R"($vhost eq "www1.domain.com")",
          R"($ENV{REQUEST_METHOD} eq "GET")", R"("$uid $ENV{REMOTE_ADDR}" eq "alice 192.0.2.7")",
          R"($uid eq "alice" and "192.0.2.7" =~ /^$ENV{REMOTE_ADDR}$/)", R"($date gt "20000101000000")",
          R"(checkDate("20000101000000", "20991231000000"))", R"((localtime)[5] > 100)", R"($uid eq "bob" or skip)"}) {
        const auto snapshot = host_with("default = '" + std::string(condition) + "'\n");
        const HostPolicy& policy = policy_of(snapshot);
        const Attributes subject = attributes({{"uid", "alice"}});
        const auto memo = policy.remember(subject, kNow);
        const Verdict verdict = policy.decide(request("/"), &subject, kNow, memo.get()).verdict;
        EXPECT_TRUE(verdict == Verdict::allow || verdict == Verdict::skip) << condition;
        EXPECT_EQ(memo->truth(0), std::nullopt) << condition;
    }
}

TEST(SubjectMemo, AsksAnewWhenTheTimeHasComeOrTheAddressIsAnother) {
    const auto snapshot = host_with(
        "rules = [ { match = '^/till', allow = 'checkDate(\"20000101000000\", $departmentUID)' } ]\n"
        "default = '$ENV{REQUEST_METHOD} eq \"GET\"'\n");
    const HostPolicy& policy = policy_of(snapshot);
    const Attributes subject = attributes({{"uid", "alice"}, {"departmentUID", "20991231000000"}});
    const auto memo = policy.remember(subject, kNow);
    const auto far = kNow + std::chrono::hours(24 * 365 * 100);
    EXPECT_EQ(policy.decide(request("/till"), &subject, kNow, memo.get()).verdict, Verdict::allow);
    EXPECT_EQ(policy.decide(request("/till"), &subject, far, memo.get()).verdict, Verdict::deny);
    EXPECT_EQ(policy.decide(request("/"), &subject, kNow, memo.get()).verdict, Verdict::allow);
    EXPECT_EQ(policy.decide(request("/", "192.0.2.7", "POST"), &subject, kNow, memo.get()).verdict, Verdict::deny);
}

TEST(SubjectMemo, HoldsTheHeadersThatDoNotDependOnTheRequest) {
    const auto snapshot = host();
    const HostPolicy& policy = policy_of(snapshot);
    const Attributes subject = attributes({{"uid", "alice"}});
    const auto memo = policy.remember(subject, kNow);
    EXPECT_STREQ(memo->headers()[0].value, "alice");
    EXPECT_EQ(memo->headers()[1].value, nullptr);
    EXPECT_FALSE(memo->all_headers());
    EXPECT_EQ(headers_of(policy, request("/"), subject, memo.get()),
              (Headers{{"Auth-User", "alice"}, {"Auth-Address", "192.0.2.7"}}));
    EXPECT_EQ(headers_of(policy, request("/", "192.0.2.8"), subject, memo.get()),
              (Headers{{"Auth-User", "alice"}, {"Auth-Address", "192.0.2.8"}}));
    EXPECT_GT(memo->bytes(), sizeof(rules::SubjectMemo));
}

TEST(SubjectMemo, AnOptionalHeaderThatIsRememberedEmptyIsNotSent) {
    const auto snapshot = host_with(R"(
[vhost."www1.domain.com".headers]
X-Mail = { value = '$mail', optional = true }
X-Name = '$cn'
)");
    const HostPolicy& policy = policy_of(snapshot);
    const Attributes subject = attributes({{"uid", "alice"}});
    const auto memo = policy.remember(subject, kNow);
    EXPECT_FALSE(memo->all_headers()) << "one is for nobody else to judge";
    EXPECT_EQ(headers_of(policy, request("/"), subject, memo.get()), (Headers{{"X-Name", ""}}));
}

TEST(SubjectMemo, HoldsAllHeadersWhereNoneDependsOnTheRequest) {
    const auto snapshot = host_with(
        "[vhost.\"www1.domain.com\".headers]\nX-Mail = { value = '$mail', optional = true }\n"
        "X-Name = '\"$uid of $ou\"'\nX-None = '$cn'\n");
    const HostPolicy& policy = policy_of(snapshot);
    const Attributes subject = attributes({{"uid", "alice"}, {"ou", "unit1"}, {"mail", "a@example.com"}});
    const auto memo = policy.remember(subject, kNow);
    const auto ready = policy.ready_headers(memo.get());
    ASSERT_TRUE(ready);
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& [name, value] : *ready) all.emplace_back(name, value);
    test::SentHeaders sent(policy);
    policy.headers(request("/"), subject, kNow, sent);
    EXPECT_EQ(all, sent.all()) << "as without a memo, and in the same order";
    EXPECT_EQ(all.size(), 3U);
}

TEST(SubjectMemo, OfAnotherPolicyIsNotLookedAt) {
    const auto let_in =
        host_with("default = '$uid eq \"alice\"'\n[vhost.\"www1.domain.com\".headers]\nX-Name = '$uid'\n");
    const auto refuse =
        host_with("default = '$uid eq \"bob\"'\n[vhost.\"www1.domain.com\".headers]\nX-Name = 'uc($uid)'\n");
    const Attributes subject = attributes({{"uid", "alice"}});
    const auto memo = policy_of(let_in).remember(subject, kNow);
    EXPECT_EQ(policy_of(let_in).decide(request("/"), &subject, kNow, memo.get()).verdict, Verdict::allow);
    EXPECT_EQ(policy_of(refuse).decide(request("/"), &subject, kNow, memo.get()).verdict, Verdict::deny);
    EXPECT_EQ(headers_of(policy_of(refuse), request("/"), subject, memo.get()), (Headers{{"X-Name", "ALICE"}}));
}

TEST(SubjectMemo, OfAPlaceLeavesLevelAndMaintenanceToTheHost) {
    config::VirtualHostSettings written;
    written.headers.emplace();
    written.default_rule = {R"($uid eq "alice")", {1, 1}, false};
    const auto place = rules::compile_place(written);
    ASSERT_TRUE(place.policy);
    const Attributes subject = attributes({{"uid", "alice"}, {"authenticationLevel", "1"}});
    const auto memo = place.policy->remember(subject, kNow);
    const auto verdict = [&](const std::string& inner) {
        const auto snapshot = host_with(inner);
        return rules::decide_every_spelling({policy_of(snapshot), &*place.policy, memo.get()}, request("/"), &subject,
                                            kNow, {})
            ->verdict;
    };
    EXPECT_EQ(verdict("default = 'deny'\n"), Verdict::allow);
    EXPECT_EQ(memo->truth(0), true);
    EXPECT_EQ(verdict("level = 2\n"), Verdict::step_up);
    EXPECT_EQ(verdict("maintenance = true\n"), Verdict::maintenance);
}

TEST(SubjectMemo, DecidesWithoutAllocating) {
    const auto snapshot = host();
    const HostPolicy& policy = policy_of(snapshot);
    const Attributes subject = attributes({{"uid", "alice"}});
    const auto memo = policy.remember(subject, kNow);
    for (int turn = 0; turn < 2; ++turn) {
        EXPECT_EQ(test::allocations_during([&] {
                      EXPECT_EQ(policy.decide(request("/mine"), &subject, kNow, memo.get()).verdict, Verdict::allow);
                  }),
                  0U);
    }
}

TEST(SubjectMemo, IsKnownByANumberThatNoOtherPolicyHas) {
    const auto one = host();
    const auto other = host();
    EXPECT_NE(policy_of(one).number(), policy_of(other).number());
}
