#include "core/config/site_key.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temporary_folder.hpp"

using namespace sso;
using config::SiteKey;

namespace {
const std::string kOne(64, '1');
const std::string kTwo = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
}  // namespace

TEST(SiteKey, DerivesOneKeyAPurpose) {
    const test::TemporaryFolder folder;
    const auto key = SiteKey::read(folder.write("key", kOne + "\n"));
    ASSERT_TRUE(key.has_value());
    EXPECT_EQ(key->derive("form").size(), 32U);
    EXPECT_TRUE(key->derive("form") == key->derive("form"));
    EXPECT_FALSE(key->derive("form") == key->derive("basic"));
    EXPECT_FALSE(key->derive_previous("form").has_value());
}

TEST(SiteKey, KnowsThePreviousKeyWhileARotationLasts) {
    const test::TemporaryFolder folder;
    const auto before = SiteKey::read(folder.write("old", kOne));
    const auto during = SiteKey::read(folder.write("new", kTwo + "\n" + kOne + "\n"));
    ASSERT_TRUE(during.has_value());
    EXPECT_FALSE(during->derive("form") == before->derive("form"));
    ASSERT_TRUE(during->derive_previous("form").has_value());
    EXPECT_TRUE(*during->derive_previous("form") == before->derive("form"));
}

TEST(SiteKey, GeneratesAFileThatItReads) {
    const test::TemporaryFolder folder;
    const Secret first = SiteKey::generate();
    EXPECT_EQ(first.size(), 65U);
    EXPECT_FALSE(first == SiteKey::generate());
    EXPECT_TRUE(SiteKey::read(folder.write("key", first.reveal())).has_value());
}

TEST(SiteKey, RefusesWhatIsNoKeyWithoutShowingIt) {
    const test::TemporaryFolder folder;
    for (const std::string& text :
         {std::string(), std::string("\n\n"), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'g'),
          kOne + "\n" + kTwo + "\n" + kOne, kOne + " " + kTwo, std::string(10'000, 'a'), "key=" + kOne}) {
        const auto key = SiteKey::read(folder.write("key", text));
        ASSERT_FALSE(key.has_value()) << text;
        EXPECT_NE(key.error().detail.find(folder.path("key")), std::string::npos);
        EXPECT_EQ(key.error().detail.find(kOne), std::string::npos);
        EXPECT_EQ(key.error().detail.find(std::string(20, 'a')), std::string::npos);
    }
    EXPECT_EQ(SiteKey::read(folder.path("none")).error().code, ErrorCode::not_found);
}

TEST(SiteKey, RefusesAFileThatEverybodyMayRead) {
    const test::TemporaryFolder folder;
    const std::string path = folder.write("key", kOne);
    ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
    EXPECT_EQ(SiteKey::read(path).error().code, ErrorCode::refused);
}
