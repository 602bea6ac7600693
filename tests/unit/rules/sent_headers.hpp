// What a policy sends, gathered by tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/rules/policy.hpp"

namespace sso::test {

/// Name and value of each header, in the order in which they came. One that fails fails the test.
struct SentHeaders final : rules::HeaderSink {
    void keep(const rules::ReadyHeader& header) override { all.emplace_back(header.name, header.value); }
    void make(const std::string& name, std::string_view value) override { all.emplace_back(name, value); }
    void fail(const std::string& name, const Error& error) override { ADD_FAILURE() << name << ": " << error.detail; }
    std::vector<std::pair<std::string, std::string>> all;
};

}  // namespace sso::test
