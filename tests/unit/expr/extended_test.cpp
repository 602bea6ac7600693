// LemonLDAP::NG's extended functions, one test for each row of expressions.md §5.
#include <cstdlib>
#include <ctime>

#include "tests/unit/expr/evaluation.hpp"

namespace sso::expr {
namespace {

constexpr const char* kWorkHours = "'00000000ffc000ffc000ffc000ffc000ffc0000000'";

TEST(InGroup, ComparesNamesWithoutCase) {
    expect_rows({{"inGroup('Admin')", "1"},
                 {"inGroup('adm')", "0"},
                 {"inGroup('')", "0"},
                 {"inGroup()", "0"},
                 {"inGroup", "inGroup"},
                 {"inGroup(lc('ADMIN'))", "1"}});
}

TEST(ListMatch, ComparesWholeValues) {
    expect_rows({{"listMatch($hGroups, 'admin')", "1"},
                 {"listMatch($hGroups, 'Admin')", "0"},
                 {"listMatch($hGroups, 'Admin', 1)", "1"},
                 {"listMatch($list, 'y')", "1"},
                 {"listMatch([split /,/, 'a,b'], 'b')", "1"},
                 {"listMatch($roles, 'Manager')", "1"},
                 {"listMatch($roles, 'manager')", "0"},
                 {"listMatch('a;b', 'b')", "0"},
                 {"listMatch($nobody, '')", "0"}});
}

TEST(GroupMatch, CountsMatchingValues) {
    expect_rows({{"groupMatch($hGroups, 'description', 'Service')", "2"},
                 {"groupMatch($hGroups, 'description', '^Service 1$')", "1"},
                 {"groupMatch($hGroups, 'nosuch', 'x')", "0"},
                 {"groupMatch($hGroups, 'name', '')", "0"},
                 {"groupMatch($nobody, 'a', 'b')", "0"},
                 {"groupMatch($hGroups, 'name', '(')", "invalid!"}});
}

TEST(EncodeBase64, BreaksLinesAsMimeDoes) {
    expect_rows({{"encode_base64('a:b', '')", "YTpi"},
                 {"encode_base64('a')", "YQ==\n"},
                 {"encode_base64('')", ""},
                 {"encode_base64('abc', 'X')", "YWJjX"},
                 {"length encode_base64('a' x 58)", "82"}});
}

TEST(Basic, IsInLatin1) {
    expect_rows({{"basic($uid, 'p:w')", "Basic ZHdobzpwOnc="}, {"basic('é', 'à')", "Basic 6Trg"}});
}

TEST(Latin1, IsConvertedBothWays) {
    expect_rows({{"encode_base64(unicode2iso($utf), '')", "6Wxhbg=="},
                 {"unicode2iso('日5€')", "?5?"},
                 {"encode_base64(unicode2isoSafe($utf), '')", "6Wxhbg=="},
                 {"unicode2isoSafe('€')", "invalid!"},
                 {"iso2unicode(unicode2iso($utf))", "élan"},
                 {"iso2unicodeSafe(\"\\xe9\")", "é"}});
}

TEST(Date, IsLocalOrGmt) {
    ::setenv("TZ", "Europe/Paris", 1);
    ::tzset();
    expect_rows({{"date()", "20231114231320"},
                 {"date(1)", "20231114221320"},
                 {"$date", "20231114221320"},
                 {"&date", "20231114221320"},
                 {"localtime", "Tue Nov 14 23:13:20 2023"}});
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    expect_rows({{"date()", "20231114221320"}});
}

TEST(DateToTime, KnowsZones) {
    expect_rows({{"dateToTime('20230101000000')", "1672531200"},
                 {"dateToTime('20230101000000Z')", "1672531200"},
                 {"dateToTime('20230101010000+0100')", "1672531200"},
                 {"dateToTime('20221231190000-0500')", "1672531200"},
                 {"dateToTime('')", "undef"},
                 {"dateToTime('20231301000000')", "undef"},
                 {"dateToTime('nonsense')", "undef"}});
}

TEST(CheckDate, IsInclusiveAndClosedOnNonsense) {
    expect_rows({{"checkDate('20231114221320', '20231114221320')", "1"},
                 {"checkDate('20231114221321', '')", "0"},
                 {"checkDate('', '20231114221319')", "0"},
                 {"checkDate('', '20240101000000')", "1"},
                 {"checkDate('20230101000000', '')", "1"},
                 {"checkDate('', '')", "0"},
                 {"checkDate('', '', 'maybe')", "maybe"},
                 {"checkDate('20231114231320+0100', '20240101000000Z')", "1"},
                 {"checkDate('nonsense', '20240101000000')", "0"}});
}

TEST(CheckLogonHours, ReadsTheBitOfTheHour) {
    const std::string hours = kWorkHours;  // Tuesday 22 h is bit 70
    expect_rows({{"checkLogonHours('f' x 42)", "1"},
                 {"checkLogonHours('0' x 42)", "0"},
                 {"checkLogonHours('')", "0"},
                 {"checkLogonHours('', '', '', 'x')", "x"},
                 {"checkLogonHours('00 0000000000000002 000000000000000000000000')", "1"},
                 {"checkLogonHours('000000000000000002000000000000000000000000')", "1"},
                 {"checkLogonHours('000000000000000002000000000000000000000000', '', '+1')", "0"},
                 {"checkLogonHours('000000000000000004000000000000000000000000', '', '-1')", "1"},
                 {"checkLogonHours(\"\\xff\" x 21, 'octetstring')", "1"},
                 {"checkLogonHours('ff')", "undef"},
                 {"checkLogonHours('zz')", "invalid!"}});
    EXPECT_EQ(value_of("checkLogonHours(" + hours + ")"), "0");
}

TEST(IsInNet6, ComparesPrefixes) {
    expect_rows({{"isInNet6('fe80::1', 'fe80::/10')", "1"},
                 {"isInNet6('fec0::1', 'fe80::/10')", "0"},
                 {"isInNet6('2001:DB8:0:0:0:0:0:1', '2001:db8::/64')", "1"},
                 {"isInNet6('2001:db8::8f', '2001:db8::/121')", "0"},
                 {"isInNet6('::1', '::/0')", "1"},
                 {"isInNet6('2001:db8::1', '2001:db8::1')", "1"},
                 {"isInNet6('192.0.2.1', '192.0.2.0/24')", "1"},
                 {"isInNet6('192.0.2.1', 'fe80::/0')", "0"},
                 {"isInNet6('::1', '::/129')", "0"},
                 {"isInNet6('x', '::/0')", "0"}});
}

TEST(VarIsInUri, BuildsThePatternEachTime) {
    expect_rows({{"varIsInUri($ENV{REQUEST_URI}, '/check-auth/', $uid)", "1"},
                 {"varIsInUri($ENV{REQUEST_URI}, '/check-auth/', 'dw', 1)", ""},
                 {"varIsInUri($ENV{REQUEST_URI}, '/check-auth/', $uid, 1)", "1"},
                 {"varIsInUri('/a/b', '/a/', 'b') . varIsInUri('/a/c', '/a/', 'c')", "11"}});
}

TEST(Has2f, CountsRegisteredDevices) {
    expect_rows({{"has2f()", "1"}, {"has2f('totp')", "1"}, {"has2f('U2F')", "0"}, {"has2f", "has2f"}});
    for (const char* broken :
         {"", "[]", "{", "[{]", "{\"type\":\"TOTP\"}", "[{\"type\":\"TOTP\"}", "[{\"type\":\"TOTP\"}]x"}) {
        FixedEnvironment environment;
        environment.attributes.set("_2fDevices", broken);
        EXPECT_EQ(value_of("has2f()", Purpose::macro, environment), "0") << broken;
    }
}

TEST(Token, SealsTheTimeAndItsArguments) {
    expect_rows({{"encrypt('x')", "<x>"}, {"token()", "<1700000000>"}, {"token('a', 'b')", "<1700000000:a:b>"}});
}

}  // namespace
}  // namespace sso::expr
