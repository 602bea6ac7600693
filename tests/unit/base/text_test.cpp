#include "core/base/text.hpp"

#include <gtest/gtest.h>

namespace sso {
namespace {

TEST(Text, TrimTakesBlanksAndTabsAlone) {
    EXPECT_EQ(trim(" \t a b\t "), "a b");
    EXPECT_EQ(trim("\na\n"), "\na\n");
    EXPECT_EQ(trim("  "), "");
}

TEST(Text, CaseIsFoldedForAsciiAlone) {
    EXPECT_EQ(to_lower("AbC\xC3\x89"), "abc\xC3\x89");
    EXPECT_TRUE(equal_ignoring_case("Auth-User", "aUTH-uSER"));
    EXPECT_FALSE(equal_ignoring_case("Auth-User", "Auth_User"));
    EXPECT_FALSE(equal_ignoring_case("\xC3\x89", "\xC3\xA9"));
}

TEST(Text, SplitKeepsEmptyParts) {
    EXPECT_EQ(split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
    EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
}

TEST(Text, NearestOffersWhatOneMayHaveMeant) {
    const std::vector<std::string_view> names{"idle_timeout", "lifetime", "store"};
    EXPECT_EQ(nearest("idle_timout", names), "idle_timeout");
    EXPECT_EQ(nearest("stroe", names), std::nullopt) << "two edits are too far for five letters";
    EXPECT_EQ(nearest("stor", names), "store");
    EXPECT_EQ(nearest("completely_else", names), std::nullopt);
}

TEST(Text, PrintableLeavesNothingThatMovesACursorOrForgesALine) {
    EXPECT_EQ(printable("a\nb\r\x1b[31m\x7f"), "a\\x0ab\\x0d\\x1b[31m\\x7f");
    EXPECT_EQ(printable("\xC2\x9b"
                        "31m"),
              "\\xc2\\x9b31m")
        << "U+009B is a control sequence introducer";
    EXPECT_EQ(printable("h\xC3\xA9 \\ \xFF"), "h\xC3\xA9 \\\\ \\xff");
    EXPECT_EQ(printable("abcdef", 3), "abc…");
}

TEST(Text, Utf8IsJudgedStrictly) {
    EXPECT_TRUE(is_utf8("h\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"));
    for (const auto* bad :
         {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80", "\xC3", "\xF0\x80\x80\xAF"}) {
        EXPECT_FALSE(is_utf8(bad)) << printable(bad);
    }
}

}  // namespace
}  // namespace sso
