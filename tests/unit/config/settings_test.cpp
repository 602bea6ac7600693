#include "core/config/settings.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "core/config/settings_listing.hpp"

using namespace sso;
using namespace std::chrono_literals;
using config::parse_settings;
using config::Settings;

namespace {

std::string file(const std::string& path) {
    std::ifstream stream(std::string(SSO_SOURCE_DIR) + '/' + path, std::ios::binary);
    EXPECT_TRUE(stream) << path;
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
}

Settings read(const std::string& toml) {
    auto outcome = parse_settings(toml, "sso.toml");
    for (const auto& diagnostic : outcome.diagnostics) ADD_FAILURE() << to_string(diagnostic);
    return outcome.settings.value_or(Settings{});
}

template <class Row>
std::vector<std::string> names(const std::vector<Row>& rows) {
    std::vector<std::string> list;
    for (const auto& row : rows) list.push_back(row.name);
    return list;
}

const std::string kLeast = R"([portal]
url = "https://auth.example.com/"
[cookie]
domain = "example.com"
[authentication.ldap]
uri = ["ldap://ldap1.example.com"]
base = "dc=example,dc=com"
[exported_variables]
uid = "uid"
)";

}  // namespace

TEST(Settings, ReadTheInstalledExample) {
    const Settings settings = read(file("conf/sso.toml"));
    EXPECT_EQ(settings.portal.url.text(), "https://auth.example.com/");
    EXPECT_TRUE(settings.portal.trusted_domains.empty());
    EXPECT_EQ(settings.cookie.name, "__Secure-sso");
    EXPECT_EQ(settings.cookie.domain, ".example.com");
    EXPECT_TRUE(settings.cookie.secure);
    EXPECT_EQ(settings.cookie.same_site, config::SameSite::lax);
    EXPECT_FALSE(settings.cookie.max_age.has_value());
    EXPECT_EQ(settings.security.key_file, "/etc/mod_sso/key");
    EXPECT_EQ(settings.session.store, "lmdb:/var/lib/mod_sso/sessions");
    EXPECT_EQ(settings.session.lifetime, 20h);
    EXPECT_EQ(settings.session.idle_timeout, 1h);
    EXPECT_EQ(settings.session.what_to_trace.text, "$uid");
    EXPECT_EQ(settings.authentication.backends, std::vector<std::string>{"ldap"});
    EXPECT_EQ(settings.authentication.ldap.uri,
              (std::vector<std::string>{"ldap://ldap1.example.com", "ldap://ldap2.example.com"}));
    EXPECT_EQ(settings.authentication.ldap.bind_dn, "cn=sso,dc=example,dc=com");
    ASSERT_EQ(settings.exported_variables.size(), 7U);
    EXPECT_EQ(settings.exported_variables[6].name, "login");
    EXPECT_EQ(settings.exported_variables[6].attribute, "uid");
    EXPECT_EQ(names(settings.groups), (std::vector<std::string>{"group1", "group2"}));
    EXPECT_EQ(settings.groups[1].expression.text, R"((|(uid=xavier.guimard){$ou eq "unit1"}))");
    ASSERT_EQ(settings.virtual_hosts.size(), 1U);
    const auto& host = settings.virtual_hosts[0];
    EXPECT_EQ(host.name, "www1.example.com");
    EXPECT_EQ(host.title, "www1.example.com");
    ASSERT_EQ(host.rules.size(), 1U);
    EXPECT_EQ(host.rules[0].match.text, "^/protected/.*$");
    EXPECT_EQ(host.rules[0].allow.text, R"($groups =~ /\bgroup1\b/)");
    EXPECT_EQ(host.default_rule.text, "accept");
    ASSERT_TRUE(host.headers.has_value());
    EXPECT_EQ(names(*host.headers), (std::vector<std::string>{"Auth-User", "Unit"}));
}

TEST(Settings, HaveDefaultsThatFollowThePortal) {
    const Settings https = read(kLeast);
    EXPECT_EQ(https.cookie.name, "__Secure-sso");
    EXPECT_EQ(https.session.store, "lmdb:/var/lib/mod_sso/sessions");
    std::string text = kLeast;
    text.replace(text.find("https"), 5, "http");
    const Settings http = read(text);
    EXPECT_EQ(http.cookie.name, "sso");
    EXPECT_FALSE(http.cookie.secure);
}

TEST(Settings, KeepTheWrittenOrderOfWhatCounts) {
    const Settings settings = read(kLeast + R"(
[macros]
z = '1'
a = '2'
m = '3'
[groups]
zebra = '1'
ape = '1'
[vhost."z.example.com".headers]
Zulu = '1'
Alpha = '1'
[vhost."a.example.com"]
headers = { Yankee = '1', Bravo = '1' }
)");
    EXPECT_EQ(names(settings.macros), (std::vector<std::string>{"z", "a", "m"}));
    EXPECT_EQ(names(settings.groups), (std::vector<std::string>{"zebra", "ape"}));
    ASSERT_EQ(settings.virtual_hosts.size(), 2U);
    EXPECT_EQ(settings.virtual_hosts[0].name, "z.example.com");
    EXPECT_EQ(names(*settings.virtual_hosts[0].headers), (std::vector<std::string>{"Zulu", "Alpha"}));
    EXPECT_EQ(names(*settings.virtual_hosts[1].headers), (std::vector<std::string>{"Yankee", "Bravo"}));
}

TEST(Settings, FindAVirtualHostInLowerCaseAndItsAddress) {
    const Settings settings = read(kLeast + R"(
[vhost."WWW1.Example.com"]
[vhost."www2.example.com"]
url = "https://www2.example.com:8443/"
)");
    ASSERT_NE(settings.find_virtual_host("www1.example.com"), nullptr);
    EXPECT_EQ(settings.find_virtual_host("www3.example.com"), nullptr);
    EXPECT_EQ(settings.url_of(*settings.find_virtual_host("www1.example.com")).text(), "https://www1.example.com/");
    EXPECT_EQ(settings.url_of(*settings.find_virtual_host("www2.example.com")).origin(),
              "https://www2.example.com:8443");
}

TEST(Settings, GiveAHostThePortalsPort) {
    const Settings settings = read(R"([portal]
url = "http://auth.sso.localhost:8080/"
[cookie]
domain = ".sso.localhost"
[authentication.ldap]
uri = ["ldap://127.0.0.1:3890"]
base = "dc=example,dc=com"
[exported_variables]
uid = "uid"
[vhost."app1.sso.localhost"]
)");
    EXPECT_EQ(settings.url_of(settings.virtual_hosts.at(0)).origin(), "http://app1.sso.localhost:8080");
}

TEST(Located, ShowsAByteOfAnExpressionWhereTheFileHasIt) {
    const Settings settings =
        read(kLeast + "[macros]\na = '$\xc3\xa9 eq'\nb = \"\\t$uid\"\nc = \"$uid\"\nd = '''\n$uid'''\n");
    const auto place = [&](std::size_t macro, std::size_t offset) {
        const config::Location at = settings.macros.at(macro).expression.at(offset);
        return std::pair(at.line, at.column);
    };
    EXPECT_EQ(place(0, 0), std::pair(std::size_t{11}, std::size_t{6}));
    EXPECT_EQ(place(0, 3), std::pair(std::size_t{11}, std::size_t{8})) << "columns count characters, not bytes";
    EXPECT_EQ(place(1, 3), std::pair(std::size_t{12}, std::size_t{5})) << "an escape moves what follows: the quote";
    EXPECT_EQ(place(2, 1), std::pair(std::size_t{13}, std::size_t{7}));
    EXPECT_EQ(place(3, 1), std::pair(std::size_t{14}, std::size_t{5}));
}

TEST(Settings, AreBounded) {
    const auto outcome = parse_settings(std::string(config::kTextLimit + 1, '\n'), "sso.toml");
    ASSERT_EQ(outcome.diagnostics.size(), 1U);
    EXPECT_FALSE(outcome.settings.has_value());
    std::string dots = kLeast + "a";
    for (int i = 0; i < 1'000'000; ++i) dots += ".a";
    EXPECT_FALSE(parse_settings(dots + " = 1\n", "sso.toml").settings.has_value());
    std::string mistakes;
    for (int i = 0; i < 10'000; ++i) mistakes += "key" + std::to_string(i) + " = 1\n";
    EXPECT_LE(parse_settings(mistakes, "sso.toml").diagnostics.size(), 501U);
}

TEST(Settings, MayHoldDotsInTextsAndComments) {
    const std::string dots(100, '.');
    (void)read(kLeast + "[macros] # " + dots + "\na = '" + dots + "'\nb = \"\\\"" + dots + "\"\nc = '''\n'" + dots +
               "\n'''\n");
}

TEST(ListedSettings, ShowAStoreWithoutItsPassword) {
    const auto shown = [](const std::string& store) {
        Settings settings;
        settings.session.store = store;
        std::string found;
        for (const auto& setting : config::list_settings(settings)) {
            if (setting.section == "session" && setting.name == "store") found = setting.value;
        }
        return found;
    };
    for (const auto& [store, listed] : {std::pair{"redis://u:hunter2@h:1/2", "redis://***@h:1/2"},
                                        {"redis://u:hun@ter2@h", "redis://***@h"},
                                        {"redis://h:1/2", "redis://h:1/2"},
                                        {"lmdb:/var/lib/x@y", "lmdb:/var/lib/x@y"}}) {
        EXPECT_NE(shown(store).find(listed), std::string::npos) << shown(store);
        EXPECT_EQ(shown(store).find("hun"), std::string::npos) << shown(store);
    }
}

TEST(SettingsReference, IsThePageInDocs) {
    EXPECT_EQ(file("docs/settings.md"), config::settings_reference())
        << "write it anew: cmake --build build/dev --target settings_reference";
}
