// Each file of tests/data/bad_rules ends in the messages that checking it must give, one a line after "#= ": all of
// them, in this order, and no other. These are the mistakes that a reader of TOML alone cannot see.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/rules/snapshot.hpp"

using namespace sso;

namespace {

std::vector<std::filesystem::path> cases() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(SSO_SOURCE_DIR) + "/tests/data/bad_rules")) {
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

class BadRules : public testing::TestWithParam<std::filesystem::path> {};

}  // namespace

TEST_P(BadRules, AreToldWhereTheyAreWrongAndWhatWouldBeRight) {
    std::ifstream stream(GetParam(), std::ios::binary);
    std::string text;
    std::string expected;
    for (std::string line; std::getline(stream, line);) {
        text += line + '\n';
        if (line.starts_with("#= ")) expected += line.substr(3) + '\n';
    }
    ASSERT_FALSE(expected.empty()) << "a case without its messages";
    const auto outcome = rules::check({"sso.toml", "1", text});
    std::string found;
    for (const auto& diagnostic : outcome.diagnostics) found += to_string(diagnostic) + '\n';
    EXPECT_EQ(found, expected);
    EXPECT_EQ(outcome.snapshot != nullptr, !has_errors(outcome.diagnostics));
}

INSTANTIATE_TEST_SUITE_P(Data, BadRules, testing::ValuesIn(cases()),
                         [](const auto& parameter) { return parameter.param.stem().string(); });
