#include "core/rules/host_table.hpp"

#include <gtest/gtest.h>

#include "tests/support/allocations.hpp"

using sso::rules::HostTable;

namespace {

/// A table whose indices are the positions in `names`.
HostTable table_of(std::initializer_list<std::string_view> names) {
    HostTable table;
    std::size_t index = 0;
    for (const auto name : names) table.add(name, index++);
    return table;
}

/// What is found for `name`, as the text that was put in.
std::string found(std::initializer_list<std::string_view> names, std::string_view name) {
    const auto index = table_of(names).find(name);
    return index ? std::string(names.begin()[*index]) : "nothing";
}

}  // namespace

TEST(HostTable, FindsANameThatIsWrittenOutBeforeAnyWildcard) {
    EXPECT_EQ(found({"*", "*.example.com", "app*.example.com", "app1.example.com"}, "app1.example.com"),
              "app1.example.com");
    EXPECT_EQ(found({"app1.example.com"}, "app2.example.com"), "nothing");
    EXPECT_EQ(found({}, "app1.example.com"), "nothing");
    EXPECT_EQ(found({"*.example.com"}, ""), "nothing");
}

TEST(HostTable, TriesWildcardsThatBeginWithTextThenPercentThenStarThenTheBareOnes) {
    const std::initializer_list<std::string_view> all = {"*", "%", "*.example.com", "%.example.com",
                                                         "app*.example.com"};
    EXPECT_EQ(found(all, "app1.example.com"), "app*.example.com");
    EXPECT_EQ(found(all, "web1.example.com"), "%.example.com");
    EXPECT_EQ(found(all, "a.b.example.com"), "*.example.com");
    EXPECT_EQ(found(all, "localhost"), "%");
    EXPECT_EQ(found(all, "example.com"), "*");
}

TEST(HostTable, TriesLongerWildcardsFirstWhereverTheyStand) {
    EXPECT_EQ(found({"*.com", "*.example.com", "*.b.example.com"}, "a.b.example.com"), "*.b.example.com");
    EXPECT_EQ(found({"*.com", "*.example.com", "*.b.example.com"}, "a.c.example.com"), "*.example.com");
    EXPECT_EQ(found({"*.example.com", "*-b.example.com"}, "a-b.example.com"), "*-b.example.com");
    EXPECT_EQ(found({"*.long.example.com", "*e.com", "*.com"}, "x.example.com"), "*e.com");
    EXPECT_EQ(found({"*.com", "*ecom"}, "x.ecom"), "*ecom");
    EXPECT_EQ(found({"web*.com", "w*.com"}, "web.com"), "web*.com");
}

TEST(HostTable, TriesEquallyLongWildcardsInByteOrder) {
    EXPECT_EQ(found({"ab*.com", "a*b.com"}, "abb.com"), "a*b.com");
    EXPECT_EQ(found({"*.bcom", "*-bcom"}, "x-bcom"), "*-bcom");
    EXPECT_EQ(found({"*a.com", "*.acom"}, "x.acom"), "*.acom");
}

TEST(HostTable, TakesAPercentForNoDotAndAStarForAnything) {
    EXPECT_EQ(found({"%.example.com"}, "a.b.example.com"), "nothing");
    EXPECT_EQ(found({"app%.example.com"}, "app.1.example.com"), "nothing");
    EXPECT_EQ(found({"app%.example.com"}, "app.example.com"), "app%.example.com");
    EXPECT_EQ(found({"*.%.com"}, "a.b.c.com"), "*.%.com");
    EXPECT_EQ(found({"*a%b"}, "a.axb"), "*a%b");
    EXPECT_EQ(found({"%a%b"}, "a.axb"), "nothing");
    EXPECT_EQ(found({"%"}, "example.com"), "nothing");
}

TEST(HostTable, MatchesWholeNamesAlone) {
    EXPECT_EQ(found({"*.example.com"}, "a.example.com.evil.test"), "nothing");
    EXPECT_EQ(found({"*.example.com"}, "aexample.com"), "nothing");
    EXPECT_EQ(found({"app*"}, "myapp"), "nothing");
    EXPECT_EQ(found({"app*"}, "apple"), "app*");  // LemonLDAP::NG loses a star at the end
}

TEST(HostTable, FindsAWildcardByItsOwnText) {
    EXPECT_EQ(found({"a*.com", "*.com", "%.com"}, "*.com"), "*.com");
    EXPECT_EQ(found({"a*.com", "*.com", "%.com"}, "a*.com"), "a*.com");
}

TEST(HostTable, OfTenThousandNamesIsSearchedWithoutAnAllocation) {
    HostTable table;
    for (std::size_t i = 0; i < 5'000; ++i) {
        table.add("app" + std::to_string(i) + ".example.com", i);
        table.add("*.zone" + std::to_string(i) + ".example.com", 5'000 + i);
    }
    std::optional<std::size_t> exact;
    std::optional<std::size_t> matched;
    std::optional<std::size_t> none;
    EXPECT_EQ(sso::test::allocations_during([&] {
                  exact = table.find("app4711.example.com");
                  matched = table.find("a.b.c.zone815.example.com");
                  none = table.find("a.b.c.example.com");
              }),
              0U);
    EXPECT_EQ(exact, 4'711U);
    EXPECT_EQ(matched, 5'815U);
    EXPECT_FALSE(none.has_value());
}
