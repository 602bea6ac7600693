#include "manager/ssoctl/expr_command.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace sso::ssoctl {
namespace {

struct Answer {
    int exit = 0;
    std::string out;
    std::string err;
};

Answer run(const std::vector<std::string_view>& words, const std::string& input = "") {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    Answer answer;
    answer.exit = run_expr_command(words, in, out, err);
    answer.out = out.str();
    answer.err = err.str();
    return answer;
}

TEST(ExprCommand, PrintsTheValue) {
    const auto answer =
        run({"eval", "--session", "-", "--env", "REMOTE_ADDR=192.0.2.1", R"("$uid@{[ $ip ]}")"}, R"({"uid": "dwho"})");
    EXPECT_EQ(answer.exit, 0) << answer.err;
    EXPECT_EQ(answer.out, "dwho192.0.2.1\n");
}

TEST(ExprCommand, TakesTheClockFromItsOption) {
    EXPECT_EQ(run({"eval", "--kind", "macro", "--now", "0", "date(1)"}).out, "19700101000000\n");
    EXPECT_EQ(run({"eval", "--kind=macro", "--now=86400", "date(1)"}).out, "19700102000000\n");
}

TEST(ExprCommand, PointsAtAMistake) {
    const auto answer = run({"eval", "$login = \"user1\""});
    EXPECT_EQ(answer.exit, 2);
    EXPECT_NE(answer.err.find("character 8"), std::string::npos) << answer.err;
    EXPECT_NE(answer.err.find("'eq'"), std::string::npos) << answer.err;
    EXPECT_NE(answer.err.find("\n         ^\n"), std::string::npos) << answer.err;
    EXPECT_TRUE(answer.out.empty());
}

TEST(ExprCommand, CountsCharactersAndLinesAsTheyAreRead) {
    const auto accents = run({"eval", "$cn eq \"éàü\" and $uid = \"x\""});
    EXPECT_NE(accents.err.find("error at character 23: "), std::string::npos) << accents.err;
    EXPECT_NE(accents.err.find("\n" + std::string(24, ' ') + "^\n"), std::string::npos) << accents.err;
    const auto lines = run({"eval", "$uid eq 'a'\n or $uid = 'b'"});
    EXPECT_NE(lines.err.find("error at line 2, character 10: "), std::string::npos) << lines.err;
    EXPECT_NE(lines.err.find("\n   or $uid = 'b'\n" + std::string(11, ' ') + "^\n"), std::string::npos) << lines.err;
}

TEST(ExprCommand, ShowsThePatternAsItWasWritten) {
    const auto answer = run({"eval", R"($groups =~ /\badmin\b/ and $uid = "\e")"
                                     "\x1b"});
    EXPECT_NE(answer.err.find(R"(  $groups =~ /\badmin\b/ and $uid = "\e"\x1b)"), std::string::npos) << answer.err;
}

TEST(ExprCommand, WarnsOfAVariableThatTheSessionLacks) {
    const auto answer = run({"eval", "--kind", "macro", "--session", "-", "\"$uid-$usr\""}, R"({"uid": "dwho"})");
    EXPECT_EQ(answer.out, "dwho-\n");
    EXPECT_NE(answer.err.find("nothing sets $usr"), std::string::npos) << answer.err;
    EXPECT_TRUE(run({"eval", "--kind", "macro", "\"$uid-$usr\""}).err.empty());
}

TEST(ExprCommand, ReadsAGroupInAllItsForms) {
    const std::string dwho = R"({"uid": "dwho"})";
    const auto group = [&](std::string_view definition) {
        return run({"eval", "--kind", "group", "--session", "-", definition}, dwho);
    };
    EXPECT_EQ(group("$uid eq 'dwho'").out, "1\n");
    EXPECT_EQ(group("{ $uid eq 'dwho' }").out, "1\n");
    EXPECT_EQ(group("(|(uid=a)(ou=b))").out, "LDAP decides: (|(uid=a)(ou=b))\n");
    EXPECT_EQ(group("(|(uid=a){$uid eq 'x'})").out, "LDAP decides: (uid=a)\n");
    EXPECT_EQ(group("(|(uid=a){$uid eq 'dwho'})").out, "1\n");
    EXPECT_EQ(group("(&(uid=a){$uid eq 'x'})").out, "\n");
    for (const char* good : {"{ $uid eq 'dwho' }", "(|(uid=a)(ou=b))", "(&(uid=a){$uid eq 'x'})"}) {
        EXPECT_EQ(group(good).exit, 0) << good;
        EXPECT_EQ(group(good).err, "") << good;
    }
}

TEST(ExprCommand, TellsOfAGroupsMistakesInTheirPlace) {
    const auto filter = run({"eval", "--kind", "group", "(|(uid=a)(ou)"});
    EXPECT_EQ(filter.exit, 2);
    const auto open = run({"eval", "--kind", "group", "(|(uid=a)(ou))"});
    EXPECT_EQ(open.exit, 2);
    EXPECT_NE(open.err.find("error at character 13: a comparison such as '=' is missing"), std::string::npos)
        << open.err;
    const auto part = run({"eval", "--kind", "group", "(|(uid=a){ $uid = 'x' })"});
    EXPECT_EQ(part.exit, 2);
    EXPECT_NE(part.err.find("error at character 17: '=' would change"), std::string::npos) << part.err;
    const auto failing = run({"eval", "--kind", "group", "(|(uid=a){ 1/$zero })"});
    EXPECT_EQ(failing.exit, 1);
    EXPECT_NE(failing.err.find("division by zero"), std::string::npos) << failing.err;
}

TEST(ExprCommand, GivesAGroupAsJson) {
    EXPECT_EQ(run({"eval", "--json", "--kind", "group", "(|(uid=a){0})"}).out, "{\n  \"filter\": \"(uid=a)\"\n}\n");
    EXPECT_EQ(run({"eval", "--json", "--kind", "group", "(|(uid=a){1})"}).out,
              "{\n  \"value\": \"1\",\n  \"bool\": true\n}\n");
    const auto whole = run({"eval", "--json", "--kind", "group", "{ $uid eq 'x' }"});
    EXPECT_NE(whole.out.find("\"offset\": 2"), std::string::npos) << whole.out;
}

TEST(ExprCommand, SaysThatAnEvaluationFailed) {
    const auto answer = run({"eval", "'a' x 99999999 eq $uid"});
    EXPECT_EQ(answer.exit, 1);
    EXPECT_NE(answer.err.find("beyond its bound"), std::string::npos) << answer.err;
}

TEST(ExprCommand, ShowsEachPartsValueAsJson) {
    const auto answer = run({"eval", "--json", "--session", "-", "$uid eq 'dwho'"}, R"({"uid": "dwho"})");
    EXPECT_EQ(answer.exit, 0);
    EXPECT_NE(answer.out.find("\"bool\": true"), std::string::npos) << answer.out;
    EXPECT_NE(answer.out.find("\"source\": \"$uid\""), std::string::npos) << answer.out;
}

TEST(ExprCommand, KnowsARulesKeywords) {
    EXPECT_EQ(run({"eval", "logout_sso http://intranet/"}).out, "logout_sso http://intranet/\n");
    EXPECT_EQ(run({"eval", "--kind", "macro", "deny"}).out, "deny\n");
}

TEST(ExprCommand, PrintsNoControlCharacter) {
    EXPECT_EQ(run({"eval", "--kind", "macro", R"("a\e[31mb")"}).out, "a\\x1b[31mb\n");
}

TEST(ExprCommand, RefusesWrongUsage) {
    EXPECT_EQ(run({"eval"}).exit, 2);
    EXPECT_EQ(run({}).exit, 2);
    EXPECT_EQ(run({"eval", "--kind", "url", "1"}).exit, 2);
    EXPECT_EQ(run({"eval", "--now", "x", "1"}).exit, 2);
    EXPECT_EQ(run({"eval", "1", "2"}).exit, 2);
    EXPECT_EQ(run({"eval", "--nosuch", "1"}).exit, 2);
    EXPECT_EQ(run({"eval", "--session", "/nonexistent/x.json", "1"}).exit, 3);
    EXPECT_EQ(run({"eval", "--session", "-", "1"}, "[1]").exit, 2);
    EXPECT_EQ(run({"eval", "--help"}).exit, 0);
    EXPECT_EQ(run({"eval", "--", "-1"}).out, "-1\n");
}

TEST(ExprBatch, AnswersEachLineWithTheSuitesMembers) {
    const auto answer = run({"eval", "--jsonl", "-"},
                            R"json({"id":"a","kind":"rule","expr":"$uid","session":{"uid":"x"}}
{"id":"b","kind":"header","expr_b64":"IlxyXG4i"}
{"id":"c","kind":"macro","expr":"$v","session":{"v":{"$b64":"/w=="}}}
{"id":"d","kind":"rule","expr":"nosuch(1)"}
{"id":"e","kind":"url","expr":"/a/%2e%2e/b?c","rules":{"(?#AuthnLevel=2)^/b":"accept","default":"deny"}}
{"id":"f","kind":"macro","expr":"1/0"}
{"id":"g","kind":"rule","expr":"logout_app_sso http://intranet/"}
{"id":"h","kind":"macro","expr":"length $v","session":{"v":{"$rep":[["ab",3],["c",1]]}}}
)json");
    EXPECT_EQ(answer.exit, 0) << answer.err;
    EXPECT_EQ(answer.out,
              R"json({"id":"a","value":"x","bool":true}
{"id":"b","value":"\r\n","bool":true,"unsafe_header":true}
{"id":"c","value_b64":"/w==","bool":true}
{"id":"d","error":"unknown-function","message":"there is no function 'nosuch'","offset":0}
{"id":"e","uri":"/b?c","matched":"(?#AuthnLevel=2)^/b","value":"0","bool":false,"level":"2"}
{"id":"f","value":"","bool":false,"undef":true,"runtime_error":true,"message":"division by zero"}
{"id":"g","value":"1","bool":true,"redirect":"http://auth.example.com/?url=aHR0cDovL2ludHJhbmV0Lw%3D%3D&logout=1"}
{"id":"h","value":"7","bool":true}
)json");
}

TEST(ExprBatch, GoesOnBehindALineThatIsNoCase) {
    const auto answer =
        run({"eval", "--jsonl", "-"}, "{\nnonsense\n{\"id\":1,\"expr\":\"1\"}\n{\"id\":2,\"expr\":5}\n");
    EXPECT_EQ(answer.exit, 2);
    EXPECT_NE(answer.out.find("{\"id\":1,\"value\":\"1\",\"bool\":true}"), std::string::npos) << answer.out;
    EXPECT_NE(answer.out.find("{\"id\":2,\"error\":\"invalid-case\""), std::string::npos) << answer.out;
}

}  // namespace
}  // namespace sso::ssoctl
