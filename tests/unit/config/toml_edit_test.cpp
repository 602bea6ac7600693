#include "core/config/toml_edit.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/config/text_difference.hpp"
#include "core/config/toml_layout.hpp"

using namespace sso;
using namespace sso::config;

namespace {

constexpr std::string_view kText = R"(# the site
[portal]
url = "https://auth.example.com/"   # where people log in

[session]
lifetime = "20h"
# a remark on the macro

[macros]
first = '$a'     # one
# about the second
second = '$b'
third = '$c'

[vhost."a.example.com"]
rules = [
    # administrators
    { match = '^/admin/', allow = '$uid eq "admin"' },
    { match = '^/x', allow = 'accept' },   # open, to all
    { match = '^/[,]y', allow = "it's" }
]
default = 'deny'
[vhost."a.example.com".headers]
Auth-User = '$uid'
[vhost."b.example.com"]
rules = [ { match = '^/1', allow = 'deny' }, { match = '^/2', allow = 'deny' } ]
)";

/// What the difference between the text and its change says, without its heads.
std::string change(const Result<std::string>& changed, std::string_view from = kText) {
    if (!changed) return std::string(name(changed.error().code)) + ": " + changed.error().detail;
    std::string shown;
    std::istringstream lines(unified_difference(from, *changed, "a", "b"));
    for (std::string line; std::getline(lines, line);) {
        if ((line[0] == '+' || line[0] == '-') && !line.starts_with("+++") && !line.starts_with("---")) {
            shown += line + "\n";
        }
    }
    return shown;
}

}  // namespace

TEST(TomlEdit, ReplacesAValueAndNothingElse) {
    EXPECT_EQ(change(set_value(kText, "portal.url", "https://sso.example.com/")),
              "-url = \"https://auth.example.com/\"   # where people log in\n"
              "+url = 'https://sso.example.com/'   # where people log in\n");
    EXPECT_EQ(change(set_value(kText, "vhost.\"a.example.com\".rules[1].allow", "$uid eq 'x'")),
              "-    { match = '^/x', allow = 'accept' },   # open, to all\n"
              "+    { match = '^/x', allow = \"$uid eq 'x'\" },   # open, to all\n");
    EXPECT_EQ(change(set_value(kText, "vhost.\"a.example.com\".rules[2]", "{ match = '^/z', allow = 'deny' }")),
              "-    { match = '^/[,]y', allow = \"it's\" }\n+    { match = '^/z', allow = 'deny' }\n");
}

TEST(TomlEdit, TakesAValueForTomlOnlyIfAllOfItIs) {
    EXPECT_EQ(change(set_value("a = 1\n", "a", "true"), "a = 1\n"), "-a = 1\n+a = true\n");
    EXPECT_EQ(change(set_value("a = 1\n", "a", "true", ValueForm::text), "a = 1\n"), "-a = 1\n+a = 'true'\n");
    EXPECT_EQ(change(set_value("a = 1\n", "a", "[\"x\", 'y']"), "a = 1\n"), "-a = 1\n+a = [\"x\", 'y']\n");
    EXPECT_EQ(change(set_value("a = 1\n", "a", "20h"), "a = 1\n"), "-a = 1\n+a = '20h'\n");
    EXPECT_EQ(change(set_value("a = 1\n", "a", "\"Basic \" . $uid"), "a = 1\n"), "-a = 1\n+a = '\"Basic \" . $uid'\n");
    EXPECT_EQ(change(set_value("a = 1\n", "a", "1\nb = 2"), "a = 1\n"), "-a = 1\n+a = \"1\\nb = 2\"\n");
    EXPECT_EQ(change(set_value("a = 1\n", "a", "1 # b"), "a = 1\n"), "-a = 1\n+a = '1 # b'\n");
    EXPECT_EQ(set_value("a = 1\n", "a", "20h", ValueForm::toml).error().code, ErrorCode::invalid);
}

TEST(TomlEdit, PutsANewKeyBelowItsTable) {
    EXPECT_EQ(change(set_value(kText, "session.idle_timeout", "30min")), "+idle_timeout = '30min'\n");
    const auto idle = set_value(kText, "session.idle_timeout", "30min");
    EXPECT_NE(idle->find("lifetime = \"20h\"\nidle_timeout = '30min'\n# a remark"), std::string::npos) << *idle;
    EXPECT_EQ(change(set_value(kText, "vhost.\"a.example.com\".rules[0].comment", "who may")),
              "-    { match = '^/admin/', allow = '$uid eq \"admin\"' },\n"
              "+    { match = '^/admin/', allow = '$uid eq \"admin\"', comment = 'who may' },\n");
    EXPECT_EQ(change(set_value(kText, "vhost.\"a.example.com\".headers.\"X.Y\"", "$mail")), "+\"X.Y\" = '$mail'\n");
    EXPECT_EQ(set_value("a = {}\n", "a.b", "c").value(), "a = { b = 'c' }\n");
    EXPECT_EQ(set_value("cookie.domain = 'x'\n[portal]\n", "cookie.name", "c").value(),
              "cookie.domain = 'x'\ncookie.name = 'c'\n[portal]\n");
    EXPECT_EQ(set_value("[portal]", "portal.url", "u").value(), "[portal]\nurl = 'u'\n");
    EXPECT_EQ(set_value("", "top", "1").value(), "top = 1\n");
}

TEST(TomlEdit, MakesATableBesideItsKin) {
    const auto changed = set_value(kText, "vhost.\"a.example.com\".more.x", "1");
    ASSERT_TRUE(changed.has_value()) << changed.error().detail;
    EXPECT_NE(changed->find("Auth-User = '$uid'\n\n[vhost.\"a.example.com\".more]\nx = 1\n[vhost.\"b.example.com\"]"),
              std::string::npos)
        << *changed;
    EXPECT_TRUE(set_value(kText, "cookie.domain", ".example.com")->ends_with("\n[cookie]\ndomain = '.example.com'\n"));
    EXPECT_EQ(set_value(kText, "vhost.\"none\".rules[0].allow", "x").error().code, ErrorCode::not_found);
}

TEST(TomlEdit, RemovesKeysTablesAndElements) {
    EXPECT_EQ(change(remove_value(kText, "macros.second")), "-# about the second\n-second = '$b'\n");
    EXPECT_EQ(change(remove_value(kText, "vhost.\"a.example.com\".rules[0]")),
              "-    # administrators\n-    { match = '^/admin/', allow = '$uid eq \"admin\"' },\n");
    EXPECT_EQ(change(remove_value(kText, "vhost.\"b.example.com\".rules[1]")),
              "-rules = [ { match = '^/1', allow = 'deny' }, { match = '^/2', allow = 'deny' } ]\n"
              "+rules = [ { match = '^/1', allow = 'deny' } ]\n");
    EXPECT_EQ(change(remove_value(kText, "vhost.\"b.example.com\".rules[0].allow")),
              "-rules = [ { match = '^/1', allow = 'deny' }, { match = '^/2', allow = 'deny' } ]\n"
              "+rules = [ { match = '^/1' }, { match = '^/2', allow = 'deny' } ]\n");
    EXPECT_EQ(change(remove_value(kText, "vhost.\"b.example.com\".rules[0].match")),
              "-rules = [ { match = '^/1', allow = 'deny' }, { match = '^/2', allow = 'deny' } ]\n"
              "+rules = [ { allow = 'deny' }, { match = '^/2', allow = 'deny' } ]\n");
    const auto without = remove_value(kText, "vhost.\"a.example.com\"");
    EXPECT_EQ(without->find("a.example.com"), std::string::npos);
    EXPECT_EQ(without->find("administrators"), std::string::npos);
    EXPECT_NE(without->find("b.example.com"), std::string::npos);
    EXPECT_EQ(remove_value(kText, "session.idle_timeout").error().code, ErrorCode::not_found);
    EXPECT_EQ(remove_value(kText, "vhost.\"b.example.com\".rules[2]").error().code, ErrorCode::not_found);
}

TEST(TomlEdit, MovesElementsWithTheirComments) {
    const auto moved = move_value(kText, "vhost.\"a.example.com\".rules[1]", 2);
    ASSERT_TRUE(moved.has_value()) << moved.error().detail;
    EXPECT_NE(moved->find("    { match = '^/[,]y', allow = \"it's\" },\n"
                          "    { match = '^/x', allow = 'accept' }   # open, to all\n]\n"),
              std::string::npos)
        << *moved;
    const auto first = move_value(kText, "vhost.\"a.example.com\".rules[2]", 0);
    EXPECT_NE(first->find("rules = [\n    { match = '^/[,]y', allow = \"it's\" },\n    # administrators\n"),
              std::string::npos)
        << *first;
    EXPECT_EQ(move_value("a = [ 1, 2 # two\n]\n", "a[1]", 0).value(), "a = [ 2, # two\n 1\n]\n");
    EXPECT_EQ(move_value(kText, "vhost.\"a.example.com\".rules[0]", 3).error().code, ErrorCode::not_found);
}

TEST(TomlEdit, MovesKeysAmongTheirSiblings) {
    EXPECT_NE(move_value(kText, "macros.second", 0)->find("[macros]\n# about the second\nsecond = '$b'\nfirst = '$a'"),
              std::string::npos);
    EXPECT_NE(move_value(kText, "macros.first", 2)->find("third = '$c'\nfirst = '$a'     # one\n"), std::string::npos);
    EXPECT_EQ(move_value("[macros]\na = 1\nb = 2", "macros.a", 1).value(), "[macros]\nb = 2\na = 1\n");
    EXPECT_EQ(move_value(kText, "macros.first", 0).value(), kText);
    EXPECT_EQ(move_value(kText, "macros.first", 3).error().code, ErrorCode::not_found);
}

TEST(TomlEdit, InsertsElements) {
    EXPECT_EQ(change(insert_value(kText, "vhost.\"a.example.com\".rules[1]", "{ match = 'm', allow = 'deny' }")),
              "+    { match = 'm', allow = 'deny' },\n");
    EXPECT_EQ(change(set_value(kText, "vhost.\"b.example.com\".rules[2]", "{ match = 'm', allow = 'deny' }")),
              "-rules = [ { match = '^/1', allow = 'deny' }, { match = '^/2', allow = 'deny' } ]\n"
              "+rules = [ { match = '^/1', allow = 'deny' }, { match = '^/2', allow = 'deny' }, "
              "{ match = 'm', allow = 'deny' } ]\n");
    EXPECT_EQ(insert_value("a = []\n", "a[0]", "x").value(), "a = [ 'x' ]\n");
    EXPECT_EQ(set_value("[portal]\n", "portal.trusted_domains[0]", "x").value(),
              "[portal]\ntrusted_domains = [ 'x' ]\n");
}

TEST(TomlEdit, SaysWhatItCannotDo) {
    const std::string headers = "[[vhost.a.rules]]\nmatch = 'x'\n[[vhost.a.rules]]\nmatch = 'y'\n";
    EXPECT_EQ(set_value(headers, "vhost.a.rules[1].match", "z").value(),
              "[[vhost.a.rules]]\nmatch = 'x'\n[[vhost.a.rules]]\nmatch = 'z'\n");
    EXPECT_NE(insert_value(headers, "vhost.a.rules[0]", "1").error().detail.find("[[…]]"), std::string::npos);
    for (const auto* key : {"", "a..b", "a[", "a[x]", "\"a", "a b"}) {
        EXPECT_EQ(set_value(kText, key, "1").error().code, ErrorCode::invalid) << key;
    }
    EXPECT_EQ(set_value(kText, "portal", "1").error().code, ErrorCode::invalid);
    EXPECT_EQ(set_value(kText, "portal.url.x", "1").error().code, ErrorCode::invalid);
    EXPECT_EQ(set_value("a = \n", "a", "1").error().code, ErrorCode::invalid);
}

TEST(TomlEdit, FindsEverythingOfTheShippedConfigurations) {
    const std::filesystem::path root(SSO_SOURCE_DIR);
    for (const auto* name : {"conf/sso.toml.example", "conf/demo/sso.toml.in"}) {
        std::ifstream file(root / name);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        const auto entries = lay_out(text);
        ASSERT_GT(entries.size(), 10U) << name;
        for (const LayoutEntry& entry : entries) {
            const auto path = parse_key_path(to_string(entry.path));
            ASSERT_TRUE(path.has_value()) << to_string(entry.path);
            EXPECT_EQ(*path, entry.path);
            if (entry.kind == LayoutEntry::Kind::header) continue;
            const auto same = set_value(text, to_string(entry.path), text.substr(entry.value, entry.end - entry.value));
            EXPECT_EQ(same.value_or("refused"), text) << to_string(entry.path);
        }
    }
}

TEST(TomlAsJson, KeepsTheWrittenOrder) {
    EXPECT_EQ(toml_as_json("b = 1\na = [true, 'x', { d = 2, c = 1.5 }]\n[z]\n[y]\nx = 1979-05-27\n").value(),
              R"({"b":1,"a":[true,"x",{"d":2,"c":1.5}],"z":{},"y":{"x":"1979-05-27"}})");
    EXPECT_EQ(toml_as_json("a = \n").error().code, ErrorCode::invalid);
}

TEST(UnifiedDifference, IsWhatDiffShows) {
    EXPECT_EQ(unified_difference("a\n", "a\n", "x", "y"), "");
    EXPECT_EQ(unified_difference("", "a\n", "x", "y"), "--- x\n+++ y\n@@ -0,0 +1 @@\n+a\n");
    EXPECT_EQ(unified_difference("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n", "x", "y"),
              "--- x\n+++ y\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
    std::string from;
    std::string to;
    for (int i = 0; i < 40; ++i) {
        from += std::to_string(i) + "\n";
        if (i != 5) to += std::to_string(i) + "\n";
        if (i == 30) to += "new\n";
    }
    EXPECT_EQ(
        unified_difference(from, to, "x", "y"),
        "--- x\n+++ y\n@@ -3,7 +3,6 @@\n 2\n 3\n 4\n-5\n 6\n 7\n 8\n@@ -29,6 +28,7 @@\n 28\n 29\n 30\n+new\n 31\n 32\n "
        "33\n");
}

TEST(UnifiedDifference, IsBoundedAndTrueForTextsThatShareNothing) {
    std::string from;
    std::string to;
    for (int i = 0; i < 20'000; ++i) {
        from += "a" + std::to_string(i) + "\n";
        to += "b" + std::to_string(i) + "\n";
    }
    const std::string shown = unified_difference(from, to, "x", "y");
    EXPECT_EQ(std::count(shown.begin(), shown.end(), '\n'), 40'000 + 3);
}
