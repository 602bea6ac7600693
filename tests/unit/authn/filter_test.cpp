#include "core/authn/filter.hpp"

#include <gtest/gtest.h>

namespace sso::authn {
namespace {

TEST(Filter, AcceptsWhatRfc4515ShowsAsExamples) {  // §4
    for (const auto* filter : {"(cn=Babs Jensen)",
                               "(!(cn=Tim Howes))",
                               "(&(objectClass=Person)(|(sn=Jensen)(cn=Babs J*)))",
                               "(o=univ*of*mich*)",
                               "(seeAlso=)",
                               "(cn:caseExactMatch:=Fred Flintstone)",
                               "(cn:=Betty Rubble)",
                               "(sn:dn:2.4.6.8.10:=Barney Rubble)",
                               "(o:dn:=Ace Industry)",
                               "(:1.2.3:=Wilma Flintstone)",
                               "(:DN:2.4.6.8.10:=Dino)",
                               "(o=Parens R Us \\28for all your parenthetical needs\\29)",
                               "(cn=*\\2A*)",
                               "(filename=C:\\5cMyFile)",
                               "(bin=\\00\\00\\00\\04)",
                               "(sn=Lu\\c4\\8di\\c4\\87)",
                               "(1.3.6.1.4.1.1466.0=\\04\\02\\48\\69)",
                               "(cn;lang-fr=H\xC3\xA9l\xC3\xA8ne)",
                               "(age>=18)",
                               "(age<=18)",
                               "(cn~=jon)",
                               "(uid=*)"}) {
        const auto valid = check_filter(filter);
        EXPECT_TRUE(valid) << filter << ": " << valid.error().detail;
    }
}

TEST(Filter, RefusesWhatIsNotOneWholeFilter) {
    for (const auto* filter : {"",
                               "uid=a",
                               "(",
                               "()",
                               "(uid)",
                               "(uid=a",
                               "(uid=a))",
                               "(uid=a)(uid=b)",
                               " (uid=a)",
                               "(uid=a) ",
                               "( uid=a)",
                               "(&)",
                               "(|)",
                               "(!)",
                               "(!(a=b)(c=d))",
                               "(&(a=b) (c=d))",
                               "(a=(b)",
                               "(a=\\)",
                               "(a=\\2)",
                               "(a=\\2g)",
                               "(a>=*)",
                               "(=a)",
                               "(:=a)",
                               "(:dn:=a)",
                               "(a:b=c)",
                               "($a eq \"x\")",
                               "(|(uid=x){$ou eq \"unit1\"})",
                               "(a=\xFF)"}) {
        EXPECT_FALSE(check_filter(filter)) << filter;
    }
    EXPECT_FALSE(check_filter(std::string_view("(a=\0)", 5)));
}

TEST(Filter, ErrorsNameThePlaceAndWhatWouldBeRight) {
    EXPECT_EQ(check_filter("(&(a=b)x)").error().detail, "LDAP filter, byte 7: found \"x)\", expected ')'");
    EXPECT_EQ(check_filter("(a=b").error().detail, "LDAP filter, byte 4: found the end, expected ')'");
}

TEST(Filter, IsBoundedInLengthAndDepth) {
    std::string deep = "(a=b)";
    for (std::size_t level = 1; level < kFilterDepth; ++level) deep = "(!" + deep + ")";
    EXPECT_TRUE(check_filter(deep));
    EXPECT_EQ(check_filter("(!" + deep + ")").error().code, ErrorCode::limit);
    EXPECT_EQ(check_filter("(a=" + std::string(kFilterBytes, 'x') + ")").error().code, ErrorCode::limit);
}

TEST(Filter, EscapedValuesAreOneValueWhateverTheyHold) {
    EXPECT_EQ(escape_filter("a.b-c_d@e"), "a.b-c_d@e");
    EXPECT_EQ(escape_filter("*)(uid=*"), "\\2a\\29\\28uid=\\2a");
    EXPECT_EQ(escape_filter(std::string_view("\\\0\n\x7f", 4)), "\\5c\\00\\0a\\7f");
    EXPECT_EQ(escape_filter("\xC3\xA9"), "\\c3\\a9");
    for (int byte = 0; byte < 256; ++byte) {
        const std::string value(1, static_cast<char>(byte));
        EXPECT_TRUE(check_filter("(a=" + escape_filter(value) + ")")) << byte;
        EXPECT_FALSE(check_filter("(a>=" + escape_filter(value) + ")(b=c)")) << byte;
    }
}

TEST(DistinguishedName, EscapesWhatEndsOrBreaksAValue) {
    EXPECT_EQ(escape_dn("O'Neil, Zo\xC3\xA9 \\ Ops"), "O'Neil\\2c Zo\xC3\xA9 \\5c Ops");
    EXPECT_EQ(escape_dn(" a b "), "\\20a b\\20");
    EXPECT_EQ(escape_dn("#a#"), "\\23a#");
    EXPECT_EQ(escape_dn("a+b;c<d>e\"f=g"), "a\\2bb\\3bc\\3cd\\3ee\\22f\\3dg");
    EXPECT_EQ(escape_dn(std::string_view("a\0b", 3)), "a\\00b");
    EXPECT_EQ(escape_dn(" "), "\\20");
}

}  // namespace
}  // namespace sso::authn
