#include "core/rules/spellings.hpp"

#include <gtest/gtest.h>

#include "tests/support/allocations.hpp"

namespace sso::rules {
namespace {

using Spellings = std::vector<std::string>;

constexpr Reader kPlain{};
constexpr Reader kServlet{.drops_parameters = true};
constexpr Reader kDecoding{.decodes_again = true};

Spellings of(std::string_view path, const Reader& reader) {
    return further_spellings(path, reader).value_or(Spellings{"refused"});
}

TEST(Spellings, AreNoneForAnOrdinaryPathAndNothingIsAllocated) {
    Spellings found{"x"};
    const auto count = test::allocations_during([&] {
        found = *further_spellings("/a/b.html", {true, true, "/a/b.html"});
    });
    EXPECT_EQ(count, 0U);
    EXPECT_TRUE(found.empty());
}

TEST(Spellings, MergeSlashesThatHttpdWasToldToKeep) {
    EXPECT_EQ(of("//protected//page", kPlain), Spellings{"/protected/page"});
    EXPECT_EQ(of("/x/../protected/.", kPlain), Spellings{"/protected/"});
    EXPECT_EQ(of("/../protected", kPlain), Spellings{"refused"});
}

TEST(Spellings, CutPathParametersWhereAServletContainerMayReadOn) {
    EXPECT_EQ(of("/protected;x/page", kServlet), Spellings{"/protected/page"});
    EXPECT_EQ(of("/;/protected/page;y", kServlet), Spellings{"/protected/page"});
    EXPECT_EQ(of("/x/y;..;/page", kServlet), Spellings{"/x/y/page"});
    EXPECT_TRUE(of("/protected;x/page", kPlain).empty());
}

TEST(Spellings, DecodeWhatMayStillBeEncoded) {
    EXPECT_EQ(of("/x/..%2Fprotected%2fpage", kDecoding), Spellings{"/protected/page"});
    EXPECT_EQ(of("/%70rotected", kDecoding), Spellings{"/protected"});
    EXPECT_EQ(of("/protected\\page", kDecoding), Spellings{"/protected/page"});
    EXPECT_TRUE(of("/100%", kDecoding).empty());
    EXPECT_TRUE(of("/a%2Fb", kPlain).empty());
}

TEST(Spellings, HoldTheRawPathWithItsSlashesKept) {
    const Reader reader{.decodes_again = true, .raw = "/a%2Fb/%63"};
    EXPECT_EQ(of("/a/b/c", reader), Spellings{"/a%2Fb/c"});
}

TEST(Spellings, RefuseWhatNoRuleMayBeAskedAbout) {
    EXPECT_EQ(of("/a%0Ab", kDecoding), Spellings{"refused"});
    EXPECT_EQ(of("/a/..%2F..%2Fb", kDecoding), Spellings{"refused"});
    EXPECT_EQ(of("/a%00", kDecoding), Spellings{"refused"});
}

TEST(Verdicts, AreOrderedByHowFewTheyLetIn) {
    const Verdict order[] = {Verdict::deny,  Verdict::fail,        Verdict::authenticate,
                             Verdict::allow, Verdict::unprotected, Verdict::skip};
    for (std::size_t i = 0; i + 1 < std::size(order); ++i) {
        EXPECT_TRUE(is_stricter(order[i], order[i + 1]));
        EXPECT_FALSE(is_stricter(order[i + 1], order[i]));
        EXPECT_FALSE(is_stricter(order[i], order[i]));
    }
}

}  // namespace
}  // namespace sso::rules
