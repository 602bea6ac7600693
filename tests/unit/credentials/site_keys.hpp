// Site keys for tests, read from files as programs read their own.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "core/config/site_key.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sso::credentials {

/// The site key of a file with these lines, each one letter 64 times: "a", or "ba" after a rotation.
inline config::SiteKey site_key(const std::string& letters) {
    const test::TemporaryFolder folder;
    std::string lines;
    for (const char letter : letters) lines += std::string(64, letter) + "\n";
    auto key = config::SiteKey::read(folder.write("key", lines));
    EXPECT_TRUE(key.has_value()) << (key ? "" : key.error().detail);
    return std::move(key).value();
}

}  // namespace sso::credentials
