#include "core/rules/place_policy.hpp"

#include <gtest/gtest.h>

#include "core/rules/spellings.hpp"
#include "tests/support/allocations.hpp"
#include "tests/unit/rules/configuration.hpp"

using namespace sso;
using rules::Verdict;
using test::attributes;
using test::kNow;

namespace {

config::VirtualHostSettings written(const char* match, const char* allow, const char* default_rule) {
    config::VirtualHostSettings place;
    place.rules.push_back({.match = {match, {1, 1}}, .allow = {allow, {1, 1}}, .level = {}, .comment = {}});
    place.default_rule = {default_rule, {1, 1}};
    place.headers.emplace();
    return place;
}

/// A policy of one virtual host that lets everybody in, with `more` in its table.
std::shared_ptr<const rules::Snapshot> host_with(const std::string& more) {
    return test::good(test::kLeast + "[vhost.\"www1.domain.com\"]\n" + more);
}

Verdict verdict(const rules::Snapshot& snapshot, const rules::HostPolicy* place, std::string_view path,
                const Attributes& subject) {
    rules::RequestView request;
    request.path = path;
    const auto* host = snapshot.policy.find_host("www1.domain.com");
    return rules::decide_every_spelling({*host, place}, request, &subject, kNow, {})->verdict;
}

}  // namespace

TEST(PlacePolicy, DecidesInThePlaceOfTheVirtualHost) {
    const auto place = rules::compile_place(written("^/a", "$unknown_here eq \"x\"", "deny"));
    ASSERT_TRUE(place.policy.has_value());
    EXPECT_TRUE(place.diagnostics.empty()) << "which attributes there are is not known here";
    const auto snapshot = host_with("");
    const Attributes x = attributes({{"unknown_here", "x"}});
    EXPECT_EQ(verdict(*snapshot, nullptr, "/b", x), Verdict::allow);
    EXPECT_EQ(verdict(*snapshot, &*place.policy, "/a", x), Verdict::allow);
    EXPECT_EQ(verdict(*snapshot, &*place.policy, "/b", x), Verdict::deny);
    EXPECT_EQ(verdict(*snapshot, &*place.policy, "/a", attributes({})), Verdict::deny);
}

TEST(PlacePolicy, LeavesLevelAndMaintenanceOfTheVirtualHostInForce) {
    const auto place = rules::compile_place(written("^/open", "unprotect", "accept"));
    const Attributes somebody = attributes({{"uid", "x"}, {"authenticationLevel", "1"}});
    EXPECT_EQ(verdict(*host_with("level = 1\n"), &*place.policy, "/", somebody), Verdict::allow);
    EXPECT_EQ(verdict(*host_with("level = 2\n"), &*place.policy, "/", somebody), Verdict::step_up);
    EXPECT_EQ(verdict(*host_with("level = 2\n"), &*place.policy, "/open", somebody), Verdict::unprotected);
    EXPECT_EQ(verdict(*host_with("maintenance = true\n"), &*place.policy, "/open", somebody), Verdict::maintenance);
}

TEST(PlacePolicy, IsNoneWhereAMistakeIs) {
    const auto place = rules::compile_place(written("^/(", "accept", "$uid = 1"));
    EXPECT_FALSE(place.policy.has_value());
    EXPECT_EQ(place.diagnostics.size(), 2U);
}

TEST(Membership, IsOfWholeNamesAmongThoseThatSemicolonsSeparate) {
    const Attributes somebody = attributes({{"groups", "group1; night shift; x"}});
    EXPECT_EQ(test::allocations_during([&] {
                  EXPECT_TRUE(rules::is_member(somebody, "group1"));
                  EXPECT_TRUE(rules::is_member(somebody, "night shift"));
                  EXPECT_TRUE(rules::is_member(somebody, "x"));
                  for (const auto* name : {"group", "roup1", "group1; night shift", "night", "", ";", " x"}) {
                      EXPECT_FALSE(rules::is_member(somebody, name)) << name;
                  }
              }),
              0U);
    EXPECT_FALSE(rules::is_member(attributes({}), "x"));
    EXPECT_FALSE(rules::is_member(attributes({{"groups", ""}}), ""));
}
