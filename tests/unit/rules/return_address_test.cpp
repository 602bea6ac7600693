#include "core/rules/return_address.hpp"

#include <gtest/gtest.h>

#include "core/base/encoding.hpp"
#include "tests/support/attack_lists.hpp"
#include "tests/unit/rules/configuration.hpp"

using namespace sso;
using rules::ReturnUrl;

namespace {

/// The places that tests/data/return_addresses.txt speaks of.
config::Settings settings() {
    auto outcome = config::parse_settings(R"([portal]
url = "http://auth.example.com/"
trusted_domains = ["trusted.example.net"]
[cookie]
domain = ".example.com"
[authentication.ldap]
uri = ["ldap://ldap1.example.com"]
base = "dc=example,dc=com"
[exported_variables]
uid = "uid"
[vhost."www1.example.com"]
title = "One"
[vhost."www2.example.com"]
url = "https://www2.example.com:8443/"
)",
                                          "sso.toml");
    for (const auto& diagnostic : outcome.diagnostics) ADD_FAILURE() << to_string(diagnostic);
    return std::move(*outcome.settings);
}

std::string unpadded(std::string text) {
    while (text.ends_with('=')) text.pop_back();
    return text;
}

}  // namespace

TEST(ReturnUrl, OfTheAttackListIsFollowedOrRefusedAsEachLineSays) {
    const config::Settings ours = settings();
    int lines = 0;
    for (const auto& line : test::attack_lines("return_addresses.txt")) {
        ASSERT_EQ(line.columns.size(), 3U) << line.where;
        ++lines;
        const std::string& value = line.columns[2];
        std::vector<std::string> forms{value};
        if (line.columns[1] == "url") {
            forms.push_back(base64_encode(value));
            forms.push_back(unpadded(base64_encode(value)));
            forms.push_back(base64url_encode(value));
        }
        for (const std::string& form : forms) {
            const auto url = ReturnUrl::parse(form, ours);
            EXPECT_EQ(url.has_value(), line.columns[0] == "follow") << line.where << ": " << form;
            if (url) {
                EXPECT_NE(url->text().find("example"), std::string::npos);
            }
        }
    }
    EXPECT_GE(lines, 80);
}

TEST(ReturnUrl, IsReadFromBase64InEitherAlphabetPaddedOrNot) {
    const config::Settings ours = settings();
    const std::string plain = "http://www1.example.com/?q=???~~~?~?~";
    const std::string standard = base64_encode(plain);
    ASSERT_NE(standard.find_first_of("+/"), std::string::npos);
    for (const std::string& form : {plain, standard, unpadded(standard), base64url_encode(plain)}) {
        const auto url = ReturnUrl::parse(form, ours);
        ASSERT_TRUE(url.has_value()) << form;
        EXPECT_EQ(url->text(), ReturnUrl::parse(plain, ours)->text());
    }
}

TEST(ReturnUrl, BearsTheTitleOfItsPlace) {
    const config::Settings ours = settings();
    EXPECT_EQ(ReturnUrl::parse("http://www1.example.com/x", ours)->title(), "One");
    EXPECT_EQ(ReturnUrl::parse("https://www2.example.com:8443/", ours)->title(), "www2.example.com");
    EXPECT_EQ(ReturnUrl::parse("https://trusted.example.net/", ours)->title(), "trusted.example.net");
}

TEST(ReturnUrl, SaysWhetherItIsNoAddressOrLeadsElsewhere) {
    const config::Settings ours = settings();
    EXPECT_EQ(ReturnUrl::parse("javascript:alert(1)", ours).error().code, ErrorCode::invalid);
    EXPECT_EQ(ReturnUrl::parse("http://evil.example/", ours).error().code, ErrorCode::refused);
    EXPECT_EQ(ReturnUrl::parse(std::string(1'000'000, 'A'), ours).error().code, ErrorCode::invalid);
    EXPECT_EQ(ReturnUrl::parse("", ours).error().code, ErrorCode::invalid);
}

TEST(LoginUrl, CarriesTheWantedAddressAsLemonLdapDoes) {
    const config::Settings ours = settings();
    const auto wanted = http::Url::parse("http://www1.example.com/foo?a=b");
    const std::string login = rules::login_url(ours, *wanted);
    EXPECT_EQ(login, "http://auth.example.com/?url=aHR0cDovL3d3dzEuZXhhbXBsZS5jb20vZm9vP2E9Yg%3D%3D");
}

TEST(LoginUrl, EscapesWhatBase64HasAndAQueryHasNot) {
    const auto wanted = http::Url::parse("http://www1.example.com/?a~bc?d");
    ASSERT_TRUE(wanted);
    EXPECT_EQ(rules::login_url(settings(), *wanted),
              "http://auth.example.com/?url=aHR0cDovL3d3dzEuZXhhbXBsZS5jb20vP2F%2BYmM%2FZA%3D%3D");
}

TEST(ReturnUrl, MayNameAnAliasOrWhatAWildcardStandsForWithinTheCookiesReach) {
    const auto snapshot = test::good(test::kLeast + R"(
[vhost."www1.domain.com"]
url = "https://www1.domain.com:8443/"
aliases = ["www.domain.com"]
[vhost."*.apps.domain.com"]
url = "https://any.apps.domain.com:9443/"
[vhost."*"]
)");
    const auto verdict = [&](std::string_view address) {
        const auto url = rules::ReturnUrl::parse(address, snapshot->settings);
        return url ? std::string("followed") : std::string(name(url.error().code));
    };
    EXPECT_EQ(verdict("https://www.domain.com:8443/x"), "followed");
    EXPECT_EQ(verdict("https://a.b.apps.domain.com:9443/x"), "followed");
    EXPECT_EQ(verdict("https://other.domain.com/x"), "followed") << "by the bare wildcard";
    for (const auto* elsewhere :
         {"https://www.domain.com:1/", "http://www.domain.com:8443/", "https://a.apps.domain.com:1/",
          "https://evil.test/", "https://domain.com.evil.test/", "https://a.apps.domain.com.evil.test:9443/",
          "http://other.domain.com/", "https://*.evil.test/"}) {
        EXPECT_NE(verdict(elsewhere), "followed") << elsewhere;
    }
}

TEST(UpgradeUrl, IsThePortalsPageForAStrongerLogin) {
    const auto snapshot = test::good(test::kSeed);
    EXPECT_EQ(rules::upgrade_url(snapshot->settings, *http::Url::parse("https://www1.domain.com/a?b=c"), 3),
              "https://auth.domain.com/upgrade?url=aHR0cHM6Ly93d3cxLmRvbWFpbi5jb20vYT9iPWM%3D&level=3");
}
