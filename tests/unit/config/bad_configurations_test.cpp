// Each file of tests/data/bad_configurations ends in the messages it must give, one a line after "#= ": all of them, in
// this order, and no other.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/config/settings.hpp"

using namespace sso;

namespace {

std::vector<std::filesystem::path> cases() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(SSO_SOURCE_DIR) + "/tests/data/bad_configurations")) {
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

class BadConfiguration : public testing::TestWithParam<std::filesystem::path> {};

}  // namespace

TEST_P(BadConfiguration, IsToldWhereItIsWrongAndWhatWouldBeRight) {
    std::ifstream stream(GetParam(), std::ios::binary);
    std::string text;
    std::string expected;
    for (std::string line; std::getline(stream, line);) {
        text += line + '\n';
        if (line.starts_with("#= ")) expected += line.substr(3) + '\n';
    }
    ASSERT_FALSE(expected.empty()) << "a case without its messages";
    const auto outcome = config::parse_settings(text, "sso.toml");
    std::string found;
    for (const auto& diagnostic : outcome.diagnostics) found += to_string(diagnostic) + '\n';
    EXPECT_EQ(found, expected);
    EXPECT_EQ(outcome.settings.has_value(), !has_errors(outcome.diagnostics));
    EXPECT_EQ(found.find("hunter2"), std::string::npos) << "a secret stands in a message";
}

INSTANTIATE_TEST_SUITE_P(Data, BadConfiguration, testing::ValuesIn(cases()),
                         [](const auto& parameter) { return parameter.param.stem().string(); });
