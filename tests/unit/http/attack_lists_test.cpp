// The lists of tests/data, as far as core/http alone can answer them: the programs' tests send them whole.
#include "tests/support/attack_lists.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "core/base/text.hpp"
#include "core/http/header.hpp"
#include "core/http/path.hpp"
#include "core/http/url.hpp"

namespace sso::http {
namespace {

using test::attack_lines;

TEST(AttackLists, ReturnAddressesAreFollowedToExactOriginsAlone) {
    // the configuration that the list describes
    const std::set<std::string> followed{"http://auth.example.com", "http://www1.example.com",
                                         "https://www2.example.com:8443", "http://trusted.example.net",
                                         "https://trusted.example.net"};
    int seen = 0;
    for (const auto& line : attack_lines("return_addresses.txt")) {
        ASSERT_EQ(line.columns.size(), 3U) << line.where;
        if (line.columns[1] != "url") continue;  // base64 is the portal's to undo
        const auto url = Url::parse(line.columns[2]);
        EXPECT_EQ(url && followed.contains(url->origin()), line.columns[0] == "follow") << line.where;
        ++seen;
    }
    EXPECT_GE(seen, 90);
}

TEST(AttackLists, RequestPathsAreRefusedOrSeenByTheRuleThatGuardsThem) {
    int seen = 0;
    for (const auto& line : attack_lines("request_paths.txt")) {
        ASSERT_GE(line.columns.size(), 2U) << line.where;
        const auto& expect = line.columns[0];
        const std::string target = line.columns[1].substr(0, line.columns[1].find('?'));
        // absolute forms and header fields are httpd's to read, and it bounds the line
        if (line.columns.size() > 2 || target[0] != '/' || expect == "414") continue;
        const bool refused = expect == "400" || expect == "404";
        // a fragment behind the query is httpd's to refuse
        if (refused && line.columns[1].find('#') > line.columns[1].find('?')) continue;
        const auto path = canonical_path(target);
        ++seen;
        EXPECT_EQ(!path, refused) << line.where << (path ? "" : path.error().detail);
        if (!path) continue;
        const bool guarded = path->starts_with("/protected/") || path->starts_with("/site/");
        EXPECT_EQ(guarded, expect == "403") << line.where << ": " << printable(*path);
    }
    EXPECT_GE(seen, 100);
}

TEST(AttackLists, IdentityHeadersAreKnownInEverySpelling) {
    const auto is_ours = [](std::string_view field) {
        const std::string_view name = field.substr(0, field.find(':'));
        return cgi_equivalent(name, "Auth-User") || cgi_equivalent(name, "Unit");
    };
    const std::vector<std::string> drop{"Auth-User", "Unit"};
    int seen = 0;
    for (const auto& line : attack_lines("identity_headers.txt")) {
        ASSERT_GE(line.columns.size(), 2U) << line.where;
        bool brought = false;
        for (std::size_t i = 1; i < line.columns.size() && line.columns[i] != "=>"; ++i) {
            const std::string& field = line.columns[i];
            const std::string name = field.substr(0, field.find(':'));
            brought = brought || is_ours(field);
            if (equal_ignoring_case(name, "Connection")) {
                const std::string left = without_list_members(field.substr(name.size() + 1), drop);
                EXPECT_TRUE(left.empty() || left == "close") << line.where << ": " << left;
                brought = true;
            }
        }
        if (line.columns[0] == "400") continue;  // no header of httpd's table is ever like that
        if (line.columns[0] == "kept") {
            EXPECT_FALSE(is_ours(line.columns[1])) << line.where;
        } else {
            EXPECT_TRUE(brought) << line.where;
        }
        ++seen;
    }
    EXPECT_GE(seen, 70);
}

}  // namespace
}  // namespace sso::http
