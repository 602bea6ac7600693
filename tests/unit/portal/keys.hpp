// Site keys for tests, read from files as the portal reads its own.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "core/config/site_key.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sso::portal {

/// The key that a file with these lines holds.
inline config::SiteKey key_of(const std::string& lines) {
    const test::TemporaryFolder folder;
    auto key = config::SiteKey::read(folder.write("key", lines));
    EXPECT_TRUE(key.has_value()) << (key ? "" : key.error().detail);
    return std::move(key).value();
}

inline const std::string kFirstKey = std::string(64, 'a') + "\n";
inline const std::string kSecondKey = std::string(64, 'b') + "\n";

}  // namespace sso::portal
