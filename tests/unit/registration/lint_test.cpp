#include "registration/lint.hpp"

#include <gtest/gtest.h>

namespace sso::registration {
namespace {

const std::string kKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBgsnE08O/EQsTDIflUxD/h/fPv0eNjXkgJxHzgtb/xq register-key";
const std::string kOptions =
    "restrict,from=\"10.0.0.0/8,192.0.2.0/24\",expiry-time=\"20300101\",command=\"/usr/bin/sso-register\" ";

bool says(const Findings& findings, Gravity gravity, std::string_view part) {
    for (const Finding& finding : findings) {
        if (finding.gravity == gravity && finding.text.find(part) != std::string::npos) return true;
    }
    return false;
}

TEST(LintKeyLines, AGoodLineIsLetBe) {
    EXPECT_TRUE(lint_key_lines("# comment\n" + kOptions + kKey + "\n", "keys").empty());
}

TEST(LintKeyLines, WhatOpensMoreThanRegistrationIsFound) {
    const auto lint = [](const std::string& text) { return lint_key_lines(text, "keys"); };
    EXPECT_TRUE(says(lint(kKey), Gravity::error, "lacks command="));
    EXPECT_TRUE(says(lint(kKey), Gravity::error, "lacks restrict"));
    EXPECT_TRUE(says(lint("restrict,pty,command=\"/usr/bin/sso-register\" " + kKey), Gravity::error, "pty takes back"));
    EXPECT_TRUE(says(lint("restrict,command=\"/bin/sh\" " + kKey), Gravity::error, "not sso-register"));
    EXPECT_TRUE(says(lint("restrict, command=\"/usr/bin/sso-register\" " + kKey), Gravity::error, "is not a key line"));
    EXPECT_TRUE(says(lint(kOptions + kKey + "\n" + kKey), Gravity::error, "keys:2: the same key"));
    EXPECT_TRUE(
        says(lint("restrict,command=\"/usr/bin/sso-register\" " + kKey), Gravity::warning, "lacks expiry-time"));
    EXPECT_TRUE(says(lint("# none\n"), Gravity::error, "holds no key"));
}

TEST(LintSshd, WhatSshdWouldAllowIsFound) {
    config::RegistrationSettings settings;
    const std::string good =
        "permittty no\ndisableforwarding yes\npermituserrc no\npermituserenvironment no\nauthenticationmethods "
        "publickey\n"
        "exposeauthinfo yes\nmaxsessions 1\nbanner none\nauthorizedkeysfile /etc/ssh/registration/%u\nacceptenv LANG\n"
        "acceptenv LC_*\nclientaliveinterval 15\n";
    EXPECT_TRUE(lint_sshd(good, settings).empty());
    EXPECT_TRUE(says(lint_sshd(good + "acceptenv SSH_*\n", settings), Gravity::error, "AcceptEnv SSH_*"));
    std::string other = good;
    other.replace(other.find("disableforwarding yes"), 21, "disableforwarding no");
    EXPECT_TRUE(says(lint_sshd(other, settings), Gravity::error, "disableforwarding is no"));
    settings.authorized_keys = "/etc/keys";
    EXPECT_TRUE(says(lint_sshd(good, settings), Gravity::error, "and not from registration.authorized_keys"));
    EXPECT_TRUE(says(lint_sshd("", settings), Gravity::error, "printed nothing"));
}

TEST(LintSettings, OpenTrustIsSpelledOut) {
    EXPECT_TRUE(says(lint_settings(config::Settings()), Gravity::warning, "under anybody's logon"));
}

}  // namespace
}  // namespace sso::registration
