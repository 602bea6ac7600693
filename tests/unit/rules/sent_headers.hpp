// What a policy sends, gathered by tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/rules/header_list.hpp"

namespace sso::test {

/// One that fails fails the test.
struct SentHeaders final : rules::HeaderList {
    using HeaderList::HeaderList;
    void fail(const std::string& name, const Error& error) override { ADD_FAILURE() << name << ": " << error.detail; }
    /// Name and value of each, in the order in which they came.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> all() const {
        std::vector<std::pair<std::string, std::string>> pairs;
        for (const auto& [name, value] : taken()) pairs.emplace_back(name, value);
        return pairs;
    }
};

}  // namespace sso::test
