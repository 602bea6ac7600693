#include "registration/audit.hpp"

#include <gtest/gtest.h>

namespace sso::registration {
namespace {

TEST(AuditLine, IsOneLineOfAsciiUnderFourThousandBytesWhateverCameIn) {
    AuditLine line;
    line.request = std::string(200'000, '\n');
    line.detail = std::string(10'000, '\xFF');
    line.host = "a b\\";
    const std::string text = line.text();
    EXPECT_LT(text.size(), 4096U);
    for (const char c : text) ASSERT_TRUE(c >= 0x20 && c <= 0x7E);
    EXPECT_NE(text.find(" host=a\\x20b\\\\ "), text.npos) << text;
    EXPECT_NE(text.find(" logon=- "), text.npos);
}

}  // namespace
}  // namespace sso::registration
