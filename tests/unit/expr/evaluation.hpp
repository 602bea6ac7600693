// Shorthand for tests that evaluate one expression.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/expr/program.hpp"
#include "tests/unit/expr/fixed_environment.hpp"

namespace sso::expr {

/// A subject with a bit of everything.
inline FixedEnvironment sample_subject() {
    FixedEnvironment environment;
    auto& set = environment.attributes;
    set.set("uid", "dwho");
    set.set("_user", "dwho");
    set.set("cn", "Doctor Who");
    set.set("givenName", "Doctor");
    set.set("sn", "Who");
    set.set("mail", "dwho@badwolf.org");
    set.set("dn", "uid=dwho,ou=people,dc=badwolf");
    set.set("groups", "timelords; admin; users");
    set.set("roles", "reader; Manager");
    set.set("empty", "");
    set.set("zero", "0");
    set.set("utf", "élan");
    set.set("number", std::int64_t{42});
    set.set("real", 2.5);
    set.set("authenticationLevel", std::int64_t{2});
    set.set("_auth", "SAML");
    set.set("_idpConfKey", "idp");
    set.set("_2fDevices", R"([{"type":"TOTP","name":"phone","epoch":1600000000}])");
    set.set("list", AttributeValue::List{"x", "y", "z"});
    Attributes admin;
    admin.set("name", "admin");
    Attributes timelords;
    timelords.set("name", "timelords");
    timelords.set("description", AttributeValue::List{"Service 1", "Service 2"});
    Attributes groups;
    groups.set("admin", std::move(admin));
    groups.set("timelords", std::move(timelords));
    set.set("hGroups", std::move(groups));
    environment.variables["REMOTE_ADDR"] = "192.0.2.10";
    environment.variables["HTTP_HOST"] = "test1.example.com";
    environment.variables["REQUEST_URI"] = "/check-auth/dwho";
    return environment;
}

/// The value as text, "undef", "limit!" or "invalid!" when the evaluation failed, or "code: message" of a refusal.
inline std::string value_of(std::string_view source, Purpose purpose = Purpose::macro,
                            const FixedEnvironment& environment = sample_subject()) {
    CompileOptions options;
    options.purpose = purpose;
    const auto program = Program::compile(source, options);
    if (!program) return program.error().back().code + ": " + program.error().back().message;
    const auto outcome = program->evaluate(environment);
    if (!outcome) return outcome.error().code == ErrorCode::limit ? "limit!" : "invalid!";
    return outcome->undefined ? "undef" : outcome->text;
}

/// The class of the refusal, or "" when the expression is accepted.
inline std::string refusal_of(std::string_view source, Purpose purpose = Purpose::rule) {
    CompileOptions options;
    options.purpose = purpose;
    const auto program = Program::compile(source, options);
    return program ? "" : program.error().back().code;
}

struct Row {
    const char* source;
    const char* value;
};

inline void expect_rows(const std::vector<Row>& rows, Purpose purpose = Purpose::macro) {
    for (const Row& row : rows) EXPECT_EQ(value_of(row.source, purpose), row.value) << row.source;
}

}  // namespace sso::expr
