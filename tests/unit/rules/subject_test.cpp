#include "core/rules/subject.hpp"

#include <gtest/gtest.h>

#include "tests/unit/rules/configuration.hpp"

using namespace sso;
using test::attributes;
using test::kNow;

namespace {

/// A directory that knows the answer to one filter and keeps what it was asked.
struct Asked {
    std::vector<std::string> filters;
    Result<bool> answer = false;

    rules::DirectoryTest test() {
        return [this](std::string_view filter) {
            filters.emplace_back(filter);
            return answer;
        };
    }
};

std::shared_ptr<const rules::Snapshot> with_group(const std::string& definition) {
    return test::good(test::kLeast + "[groups]\ng = '''" + definition + "'''\n");
}

std::string text(const Attributes& subject, std::string_view name) {
    const AttributeValue* value = subject.find(name);
    return value == nullptr || value->text() == nullptr ? "(none)" : *value->text();
}

bool holds(const std::string& definition, const Attributes& person, Asked& directory) {
    const auto report = with_group(definition)->subjects.build(person, kNow, directory.test());
    EXPECT_TRUE(report.has_value()) << definition;
    for (const auto& remark : report->remarks) ADD_FAILURE() << definition << ": " << remark;
    return text(report->attributes, "groups") == "g";
}

bool holds(const std::string& definition, const Attributes& person) {
    Asked directory;
    const bool member = holds(definition, person, directory);
    EXPECT_TRUE(directory.filters.empty()) << definition << " asked the directory";
    return member;
}

/// The filter that is left of a definition for this person.
std::string filter(const std::string& definition, const Attributes& person) {
    Asked directory;
    (void)holds(definition, person, directory);
    return directory.filters.size() == 1 ? directory.filters[0] : "(not asked)";
}

const Attributes kXavier = attributes({{"uid", "xavier.guimard"}, {"ou", "unit2"}});
const Attributes kUnit1 = attributes({{"uid", "user9"}, {"ou", "unit1"}});
const Attributes kStranger = attributes({{"uid", "user9"}, {"ou", "unit2"}});

}  // namespace

TEST(Group, OfTheSeedAsAnExpressionInBraces) {
    const std::string definition = R"({$uid eq "xavier.guimard" or $ou eq "unit1"})";
    EXPECT_TRUE(holds(definition, kXavier));
    EXPECT_TRUE(holds(definition, kUnit1));
    EXPECT_FALSE(holds(definition, kStranger));
    EXPECT_TRUE(holds(R"({ $departmentUID eq "unit1" or $login eq "user1" })", attributes({{"login", "user1"}})));
}

TEST(Group, OfTheSeedAsAnLdapFilterIsAskedOfTheDirectory) {
    Asked directory;
    directory.answer = true;
    EXPECT_TRUE(holds("(|(uid=xavier.guimard)(ou=unit1))", kStranger, directory));
    EXPECT_EQ(directory.filters, std::vector<std::string>{"(|(uid=xavier.guimard)(ou=unit1))"});
    directory.answer = false;
    EXPECT_FALSE(holds("(|(uid=xavier.guimard)(ou=unit1))", kXavier, directory));
}

TEST(Group, OfTheSeedAsAMixtureAsksTheDirectoryForWhatIsLeft) {
    const std::string definition = R"((|(uid=xavier.guimard){$ou eq "unit1"}))";
    EXPECT_TRUE(holds(definition, kUnit1));
    EXPECT_EQ(filter(definition, kStranger), "(uid=xavier.guimard)");
}

TEST(Group, InTheNewStyleIsAnExpressionEvenInParentheses) {
    EXPECT_TRUE(holds(R"($ou eq "unit1")", kUnit1));
    EXPECT_TRUE(holds(R"(($ou eq "unit1"))", kUnit1));
    EXPECT_TRUE(holds(R"(($ou eq "unit1") or ($uid eq "nobody"))", kUnit1));
    EXPECT_TRUE(holds("(1==$employeeNumber+1)", attributes({{"employeeNumber", "0"}})));
    EXPECT_FALSE(holds(R"((not ($ou eq "unit1")))", kUnit1));
}

TEST(Group, FoldsWhatItsExpressionsDecide) {
    const struct {
        const char* definition;
        const char* left;  // "true", "false" or the filter
    } cases[] = {
        {"(&(a=1){1})", "(a=1)"},
        {"(&(a=1){0})", "false"},
        {"(|(a=1){1})", "true"},
        {"(|(a=1){0})", "(a=1)"},
        {"(|{0}{0})", "false"},
        {"(&{1}{1})", "true"},
        {"(&{1}{0})", "false"},
        {"(!{1})", "false"},
        {"(!{0})", "true"},
        {"(!(a=1))", "(!(a=1))"},
        {"(&)", "true"},
        {"(|)", "false"},
        {"(!(|{0}(a=1)))", "(!(a=1))"},
        {"(!(&{0}(a=1)))", "true"},
        {"(|(!{1})(b=2)(c=3))", "(|(b=2)(c=3))"},
        {"(& (|(a=1){0}) {1} (!(b=2)) )", "(&(a=1)(!(b=2)))"},
        {"(&(cn=*Jean*)(age>=18)(x<=1)(y~=z)(m:=1)(o:dn:2.5.13.2:=x)(p=*))",
         "(&(cn=*Jean*)(age>=18)(x<=1)(y~=z)(m:=1)(o:dn:2.5.13.2:=x)(p=*))"},
        {"(2.5.4.3=x)", "(2.5.4.3=x)"},
        {R"((|(cn=a\28b\29){0}))", R"((cn=a\28b\29))"},
        {R"((|{ "}" eq $uid }(a=1)))", "(a=1)"},
        {R"((|{ $uid =~ /^u{2}$/ }{ $uid =~ /r9/ }))", "true"},
    };
    for (const auto& one : cases) {
        Asked directory;
        const bool member = holds(one.definition, kStranger, directory);
        const std::string left = !directory.filters.empty() ? directory.filters[0] : member ? "true" : "false";
        EXPECT_EQ(left, one.left) << one.definition;
    }
}

TEST(Group, MayNotBeAFilterLongerThanTheDirectoryIsAsked) {
    const auto checked = [](std::size_t people) {
        std::string definition = "(|";
        for (std::size_t i = 0; i < people; ++i) definition += "(uid=somebody)";
        return rules::check({"sso.toml", "1", test::kLeast + "[groups]\ng = '" + definition + ")'\n"});
    };
    EXPECT_NE(checked(1170).snapshot, nullptr);
    const auto refused = checked(1171);
    EXPECT_EQ(refused.snapshot, nullptr);
    ASSERT_EQ(refused.diagnostics.size(), 1U);
    EXPECT_EQ(to_string(refused.diagnostics[0]),
              "sso.toml:17:6: groups.g: the filter is too long; make several groups of it");
}

TEST(Group, SeesMacrosAndEarlierGroups) {
    const auto snapshot = test::good(test::kLeast + R"(
[macros]
mail_domain = '(split /@/, $mail)[1]'
[groups]
staff = '$mail_domain eq "domain.com"'
heads = 'inGroup("staff") and $groups =~ /\bstaff\b/ and $cn eq "head"'
others = '$groups =~ /heads/'
)");
    const auto report = snapshot->subjects.build(attributes({{"mail", "a@domain.com"}, {"cn", "head"}}), kNow, nullptr);
    ASSERT_TRUE(report.has_value());
    EXPECT_TRUE(report->remarks.empty());
    EXPECT_EQ(text(report->attributes, "mail_domain"), "domain.com");
    EXPECT_EQ(text(report->attributes, "groups"), "staff; heads; others");
    const Attributes* by_name = report->attributes.find("hGroups")->members();
    ASSERT_NE(by_name, nullptr);
    ASSERT_NE(by_name->find("heads"), nullptr);
    EXPECT_EQ(text(*by_name->find("heads")->members(), "name"), "heads");
}

TEST(Macro, SeesThoseBeforeItAndIsAbsentWhenUndefined) {
    const auto snapshot = test::good(test::kLeast + R"(
[macros]
z_first = 'uc($uid)'
a_second = '$z_first."!"'
nothing = '$mail'
uid = 'lc($uid)'
)");
    const auto report = snapshot->subjects.build(attributes({{"uid", "DWho"}}), kNow, nullptr);
    ASSERT_TRUE(report.has_value());
    EXPECT_EQ(text(report->attributes, "a_second"), "DWHO!");
    EXPECT_EQ(text(report->attributes, "uid"), "dwho");
    EXPECT_EQ(report->attributes.find("nothing"), nullptr);
}

TEST(Subject, TakesNoMembershipFromOutside) {
    const auto snapshot = with_group("0");
    const auto report = snapshot->subjects.build(attributes({{"groups", "admin"}, {"hGroups", "x"}}), kNow, nullptr);
    ASSERT_TRUE(report.has_value());
    EXPECT_EQ(text(report->attributes, "groups"), "");
    EXPECT_TRUE(report->attributes.find("hGroups")->members()->empty());
}

TEST(Subject, WhoseMacroOrGroupFailsDoesNotHoldItAndIsRemarkedUpon) {
    const auto snapshot = test::good(test::kLeast + R"(
[macros]
cn = '$cn x 100000'
[groups]
long = 'length($ou x 100000) > 1'
not_long = '(!{length($ou x 100000) > 1})'
all = '1'
)");
    const auto report = snapshot->subjects.build(attributes({{"cn", "abcdefgh"}, {"ou", "abcdefgh"}}), kNow, nullptr);
    ASSERT_TRUE(report.has_value());
    EXPECT_EQ(report->attributes.find("cn"), nullptr);
    EXPECT_EQ(text(report->attributes, "groups"), "all");
    ASSERT_EQ(report->remarks.size(), 3U);
    EXPECT_TRUE(report->remarks[0].starts_with("macros.cn: "));
    EXPECT_TRUE(report->remarks[1].starts_with("groups.long: "));
    EXPECT_TRUE(report->remarks[2].starts_with("groups.not_long: "));
}

TEST(Subject, IsNotMadeWhenTheDirectoryFails) {
    Asked directory;
    directory.answer = fail(ErrorCode::unavailable, "no server answered");
    const auto report = with_group("(ou=unit1)")->subjects.build(kUnit1, kNow, directory.test());
    ASSERT_FALSE(report.has_value());
    EXPECT_EQ(report.error().code, ErrorCode::unavailable);
}

TEST(Subject, WithoutADirectoryHoldsNoGroupThatNeedsIt) {
    const auto report = with_group("(ou=unit1)")->subjects.build(kUnit1, kNow, nullptr);
    ASSERT_TRUE(report.has_value());
    EXPECT_EQ(text(report->attributes, "groups"), "");
    EXPECT_EQ(report->remarks.size(), 1U);
}
