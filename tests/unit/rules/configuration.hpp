// Configurations for the tests of core/rules: the seed's, and whatever a test writes below the least that there must
// be.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "core/rules/snapshot.hpp"

namespace sso::test {

/// What every configuration must say; macros, groups and virtual hosts follow it.
inline const std::string kLeast = R"([portal]
url = "https://auth.domain.com/"
[cookie]
domain = ".domain.com"
[authentication.ldap]
uri = ["ldap://ldap1.domain.com"]
base = "dc=domain,dc=com"
[exported_variables]
uid = "uid"
cn = "cn"
ou = "ou"
mail = "mail"
departmentUID = "departmentUID"
employeeNumber = "employeeNumber"
login = "uid"
)";

/// The rules and headers of the seed's www1 and www2 (seeds/websso-overview-fr.html).
inline const std::string kSeed = kLeast + R"(
[groups]
group1 = '{ $departmentUID eq "unit1" or $login eq "user1" }'
group2 = '(|(uid=xavier.guimard){$ou eq "unit1"})'
[vhost."www1.domain.com"]
rules = [ { match = '^/protected/.*$', allow = '$groups =~ /\bgroup1\b/' } ]
default = 'accept'
[vhost."www1.domain.com".headers]
Auth-User = '$uid'
Unit = '$ou'
[vhost."www2.domain.com"]
rules = [
  { match = '^/site/.*$', allow = '$uid eq "admin" or $groups =~ /\bgroup2\b/' },
  { match = '^/(js|css)', allow = 'accept' },
]
default = 'deny'
[vhost."www2.domain.com".headers]
Authorization = '"Basic ".encode_base64($employeeNumber.":dummy")'
Remote-IP = '$ip'
)";

/// A configuration that must be good, without a warning.
inline std::shared_ptr<const rules::Snapshot> good(const std::string& toml) {
    const auto outcome = rules::check({"sso.toml", "1", toml});
    for (const auto& diagnostic : outcome.diagnostics) ADD_FAILURE() << to_string(diagnostic);
    if (outcome.snapshot == nullptr) throw std::runtime_error("the configuration is refused");
    return outcome.snapshot;
}

inline Attributes attributes(std::initializer_list<std::pair<const char*, const char*>> values) {
    Attributes made;
    for (const auto& [name, value] : values) made.set(name, value);
    return made;
}

inline constexpr SysSeconds kNow{std::chrono::seconds{1'700'000'000}};

}  // namespace sso::test
