// The language as expressions.md describes it: one test for each of its tables, one row for each of theirs.
#include "tests/unit/expr/evaluation.hpp"

namespace sso::expr {
namespace {

TEST(Substitutions, AreThoseOfLlng) {
    expect_rows({
        {"$date", "20231114221320"},
        {R"("d $date")", "d &date"},
        {"$vhost", "test1.example.com"},
        {"$ip", "192.0.2.10"},
        {"'$ip'", "$r->{env}->{REMOTE_ADDR}"},
        {"$uid", "dwho"},
        {"$nobody", "undef"},
        {"$ENV{REMOTE_ADDR}", "192.0.2.10"},
        {"$ENV{'REMOTE_ADDR'}", "192.0.2.10"},
        {"$ENV{PATH}", "undef"},
        {"$env->{REMOTE_ADDR}", "192.0.2.10"},
        {"skip", "999_SKIP"},
        {"inGroup('ADMIN')", "1"},
        {"has2f('TOTP')", "1"},
    });
}

TEST(Substitutions, GiveVariablesInAllTheirForms) {
    expect_rows({
        {R"("$uid@x.org")", "dwho.org"},
        {R"("$uid\@x.org")", "dwho@x.org"},
        {"$hGroups->{admin}{name}", "admin"},
        {"$hGroups{admin}{name}", "admin"},
        {"join ',', keys %{$hGroups}", "admin,timelords"},
        {"join ',', @{$list}", "x,y,z"},
        {"$list->[0]", "x"},
        {"scalar(@{$list})", "3"},
        {"$number-1", "41"},
        {"'a' =~ /(.)/ && $1", "a"},
        {"join ',', map { $_ } 1..2", "1,2"},
    });
}

TEST(Substitutions, LeaveOutWhatOnlySurprises) {
    // forms that LLNG's rewriting of the text misses or breaks mean what they look like (§8)
    expect_rows({
        {"${uid}", "dwho"},
        {"\"${uid}-x\"", "dwho-x"},
        {"join ',', @$list", "x,y,z"},
        {"join ',', sprintf('%s', scalar(keys %$hGroups))", "2"},
        {"\"skip\"", "skip"},
        {"$number-abc", "42"},
        {"$s", "undef"},
        {"$r", "undef"},
    });
}

TEST(Values, AreAttributesAsSessionsHoldThem) {
    expect_rows({
        {"$roles", "reader; Manager"},
        {"$groups", "timelords; admin; users"},
        {"$groups =~ /\\badmin\\b/", "1"},
        {"$hGroups->{timelords}{name}", "timelords"},
        {"join '|', @{$hGroups->{timelords}{description}}", "Service 1|Service 2"},
        {"$number + 0", "42"},
        {"$real * 2", "5"},
    });
}

TEST(Values, AreTrueAndFalseAsInPerl) {
    for (const char* source : {"undef", "''", "'0'", "0", "0.0"})
        EXPECT_EQ(value_of("!(" + std::string(source) + ")"), "1") << source;
    for (const char* source : {"'0.0'", "'00'", "' '", "'false'", "'deny'", "1"}) {
        EXPECT_EQ(value_of("!!(" + std::string(source) + ")"), "1") << source;
    }
}

TEST(Values, AreBytes) {
    expect_rows({{"length $utf", "5"}, {"uc $utf", "éLAN"}, {"$utf =~ /^\\w+$/ ? 1 : 0", "0"}, {"length('日')", "3"}});
}

TEST(Values, AreNumbersAsInPerl) {
    expect_rows({
        {"'3 apples' + 2", "5"},
        {"'1e2' + 0", "100"},
        {"'0x1f' + 0", "0"},
        {"'abc' == 0", "1"},
        {"undef == 0", "1"},
        {"1/3", "0.333333333333333"},
        {"1e20", "1e+20"},
        {"0.1 + 0.2", "0.3"},
        {"-7 % 3", "2"},
        {"7 % -3", "-2"},
        {"1 == 1", "1"},
        {"1 == 2", ""},
        {"(1 == 2) | 4", "4"},
        {"(1 == 2) + 1", "1"},
        {"substr((1 == 2), 0) | ''", ""},
        {"9223372036854775807 + 1", "9223372036854775808"},
        {"18446744073709551615 + 1", "1.84467440737096e+19"},
        {"0x1A", "26"},
        {"1_000", "1000"},
        {"010", "8"},
        {"'inf' + 1", "Inf"},
    });
}

TEST(Operators, OfLogic) {
    expect_rows({
        {"$uid and $mail", "dwho@badwolf.org"},
        {"$empty or $uid", "dwho"},
        {"not $uid", ""},
        {"$uid xor $empty", "1"},
        {"$empty || 'x'", "x"},
        {"$uid && 'x'", "x"},
        {"!$empty", "1"},
        {"undef // 'x'", "x"},
        {"$uid ? 'a' : 'b'", "a"},
        {"$a eq 'x' or $uid eq 'dwho' and 0", "0"},
    });
}

TEST(Operators, ThatCompare) {
    expect_rows({
        {"$uid eq 'dwho'", "1"},
        {"$uid ne 'dwho'", ""},
        {"'a' lt 'b'", "1"},
        {"'a' gt 'b'", ""},
        {"'a' le 'a'", "1"},
        {"'a' ge 'b'", ""},
        {"'a' cmp 'b'", "-1"},
        {"10 == '10.0'", "1"},
        {"1 != 2", "1"},
        {"9 < 10", "1"},
        {"9 > 10", ""},
        {"9 <= 9", "1"},
        {"9 >= 10", ""},
        {"10 <=> 9", "1"},
        {"1 < 2 < 3", "1"},
        {"3 > 2 > 2", ""},
    });
}

TEST(Operators, OfPatterns) {
    expect_rows({
        {"$uid =~ /DWHO/i", "1"},
        {"$uid !~ /x/", "1"},
        {"$uid =~ m{^dw}", "1"},
        {"$uid =~ qr/d(.)h/", "1"},
        {"$uid =~ /(d)(w)/ ? \"$2$1$&\" : ''", "wddw"},
        {"$mail =~ s/@.*//r", "dwho"},
        {"$mail =~ s/o/0/gr", "dwh0@badw0lf.0rg"},
        {"$mail =~ tr/a-z//cdr", "dwhobadwolforg"},
        {"$mail =~ tr/o//", "3"},
        {"\"a\\nb\" =~ /^b/m", "1"},
        {"\"a\\nb\" =~ /a.b/s", "1"},
        {"$uid =~ / d w h o /x", "1"},
        {"join '|', $mail =~ /(\\w)o/g", "h|w"},
        {"$mail =~ /\\Q$uid\\E@/", "1"},
    });
    EXPECT_EQ(value_of("join '|', $mail =~ /o/g"), "o|o|o");
}

TEST(Operators, OfTexts) {
    expect_rows({
        {"$uid . 'x'", "dwhox"},
        {"'ab' x 2", "abab"},
        {R"("$uid\n\t\x41\e")", "dwho\n\tA\x1B"},
        {R"("\U$uid\E-\L$cn\E-\u$uid-\lABC")", "DWHO-doctor who-Dwho-aBC"},
        {R"("\Qa.b\E.")", "a\\.b."},
        {"'a\\'b\\n'", "a'b\\n"},
        {"q(a(b)c) . qq{<$uid>}", "a(b)c<dwho>"},
        {"join ',', qw(a b c)", "a,b,c"},
        {R"("@{[ uc $uid ]}")", "DWHO"},
        {R"("$hGroups->{admin}->{name}!")", "admin!"},
    });
}

TEST(Operators, OfArithmetic) {
    expect_rows({{"1 + 2", "3"},
                 {"7 - 10", "-3"},
                 {"3 * 4", "12"},
                 {"7 / 2", "3.5"},
                 {"7 % 3", "1"},
                 {"2 ** 10", "1024"},
                 {"-2 ** 2", "-4"},
                 {"-$uid", "-dwho"},
                 {"1 << 4", "16"},
                 {"6 | 3", "7"},
                 {"'a' | 'b'", "c"},
                 {"'12' & '6'", "0"}});
}

TEST(Operators, OfLists) {
    expect_rows({
        {"(1,2,3)[1]", "2"},
        {"(1,2,3)[-1]", "3"},
        {"[4,5]->[1]", "5"},
        {"{a => 1}->{a}", "1"},
        {"join ',', (4,5,6)[0,2]", "4,6"},
        {"join ',', 'aa'..'ad'", "aa,ab,ac,ad"},
        {"join ',', 1..3", "1,2,3"},
        {"scalar(() = $mail =~ /o/g)", "3"},
        {"join ',', @{$list}[0,1]", "x,y"},
        {"$#{$list}", "2"},
    });
}

TEST(Operators, BindAsInPerl) {
    expect_rows({
        {"lc $uid eq 'x'", ""},
        {"lc $uid . 'X'", "dwhox"},
        {"!$uid eq 'dwho'", ""},
        {"not $uid eq 'x'", "1"},
        {"1 + 2 . 3", "33"},
        {"2 ** 3 ** 2", "512"},
        {"10 - 2 - 3", "5"},
        {"-2 ** 2", "-4"},
        {"$uid =~ /d/ && 'x'", "x"},
        {"1 ? 2 : 3 ? 4 : 5", "2"},
        {"join ',', map { lc } grep { /A/ } 'A', 'b'", "a"},
        {"not(1) || 'x'", "x"},
    });
}

TEST(Builtins, ThatRealRulesUse) {
    expect_rows({
        {"lc 'AB'", "ab"},
        {"uc 'ab'", "AB"},
        {"lcfirst 'AB'", "aB"},
        {"ucfirst 'ab'", "Ab"},
        {"length 'abc'", "3"},
        {"substr($mail, 0, 4)", "dwho"},
        {"substr($uid, -2)", "ho"},
        {"substr($uid, -1e30)", "dwho"},
        {"defined(substr($uid, -1e30, 5)) ? 'some' : 'none'", "none"},
        {"substr($uid, -1e30, 1e30)", "dwh"},
        {"substr($uid, 1, -1e30) . substr($uid, 0, 1e30)", "dwho"},
        {"index($mail, '@')", "4"},
        {"rindex('abab', 'b')", "3"},
        {"sprintf('%05.1f|%-4s|%x', 3.14159, 'a', 255)", "003.1|a   |ff"},
        {"join('-', 1, 2)", "1-2"},
        {"(split /; /, $groups)[1]", "admin"},
        {"join ',', map { uc } 'a', 'b'", "A,B"},
        {"join ',', grep { $_ > 1 } 1..3", "2,3"},
        {"join ',', reverse 1..3", "3,2,1"},
        {"scalar keys %{$hGroups}", "2"},
        {"join ',', map { $_->{name} } values %{$hGroups}", "admin,timelords"},
        {"exists $hGroups->{admin}", "1"},
        {"defined $nobody", ""},
        {"scalar(@{$list})", "3"},
        {"abs -3", "3"},
        {"int -3.7", "-3"},
        {"hex 'ff'", "255"},
        {"oct '755'", "493"},
        {"chr 65", "A"},
        {"ord 'A'", "65"},
        {"quotemeta 'a.b'", "a\\.b"},
        {"scalar gmtime(0)", "Thu Jan  1 00:00:00 1970"},
        {"(gmtime(0))[5]", "70"},
        {"ref $hGroups", "HASH"},
        {"wantarray", ""},
    });
}

TEST(Context, OfAHeaderIsLlngs) {
    expect_rows({{"split(/; /, $groups)", "3"},
                 {"(1,2,3)", "3"},
                 {"reverse $uid", "dwho"},
                 {"reverse('a', 'b')", "ba"},
                 {"$nobody", ""},
                 {"0", ""},
                 {"$zero", "0"}},
                Purpose::header);
}

TEST(TypicalExpressions, GiveWhatTheyAreWrittenFor) {
    expect_rows({
        {"1", "1"},
        {R"($groups =~ /\badmin\b/)", "1"},
        {R"($groups =~ /(?:^|; )admin(?:;|$)/)", "1"},
        {R"($uid =~ /^(?:a|dwho)$/)", "1"},
        {R"($mail =~ /\@badwolf\.org$/)", "1"},
        {R"(inGroup("a") or ($uid eq "dwho" and $authenticationLevel >= 3))", ""},
        {R"($ENV{REMOTE_ADDR} =~ /^10\./)", ""},
        {R"($env->{REMOTE_ADDR} =~ /^192\.0\.2\./)", "1"},
        {R"($ipAddr =~ /^192\./)", ""},
        {R"($_auth eq "SSL")", ""},
        {"$authenticationLevel > 2", ""},
        {"$uid", "dwho"},
        {"checkDate($ssoStartDate, $ssoEndDate)", "0"},
        {R"("$givenName $sn")", "Doctor Who"},
        {R"("Basic ".encode_base64("$uid:dummy",''))", "Basic ZHdobzpkdW1teQ=="},
        {"$hGroups->{timelords}{description}[0]", "Service 1"},
        {"$_auth eq 'SAML' ? lc($_user.'@'.$_idpConfKey) : lc($_user)", "dwho@idp"},
        {"join(',', grep { /^a/ } split(/; /, $groups))", "admin"},
        {"$date lt \"20300101000000\"", "1"},
        {R"(($mail =~ /(.*)\@/)[0])", "dwho"},
        {R"($dn =~ /ou=(\w+)/ ? $1 : '')", "people"},
        {R"(listMatch($roles, "manager"))", "0"},
    });
}

TEST(Refusals, NameTheClassOfTheMistake) {
    const std::vector<Row> rows{
        {"$login = \"user1\"", "assignment"},
        {"$a eq 'x' or $b = 'y'", "assignment"},
        {"$uid .= 'x'", "assignment"},
        {"$uid++", "assignment"},
        {"$uid =~ s/d/D/", "assignment"},
        {"my $x = 1", "assignment"},
        {"push @{$list}, 1", "assignment"},
        {"sort 1, 2", "forbidden-operation"},
        {"rand", "forbidden-operation"},
        {"time", "forbidden-operation"},
        {"system('id')", "forbidden-operation"},
        {"`id`", "forbidden-operation"},
        {"eval $uid", "forbidden-operation"},
        {"-e '/etc/passwd'", "forbidden-operation"},
        {"<*.c>", "forbidden-operation"},
        {"$uid =~ /(?{ 1 })/", "forbidden-operation"},
        {"$uid =~ s/x/1/er", "forbidden-operation"},
        {"$::x", "forbidden-operation"},
        {"$0", "forbidden-operation"},
        {"sub { 1 }->()", "forbidden-operation"},
        {"in_group('a')", "unknown-function"},
        {"POSIX::strftime('%Y')", "unknown-function"},
        {"$uid eq", "syntax"},
        {"$uid eq 'x", "syntax"},
        {"$uid; 1", "syntax"},
        {"if ($uid) { 1 }", "syntax"},
        {"$uid =~ /(/", "syntax"},
        {"lc($uid, 1)", "syntax"},
        {"substr($uid)", "syntax"},
        {"$uid eq \"dwho\" # doctor", "syntax"},
        {"{ $uid eq 'x' }", "legacy-group-syntax"},
        {"$uid eq \"\xE2\x80\xAE\"", "control-characters"},
        {"$uid\x1B", "control-characters"},
        {"\"\xC0\xAF\"", "invalid-encoding"},
    };
    for (const Row& row : rows) EXPECT_EQ(refusal_of(row.source), row.value) << row.source;
    EXPECT_EQ(refusal_of("(|(uid=a){$b eq \"c\"})", Purpose::group), "legacy-group-syntax");
}

TEST(Refusals, HoldForEveryWordThatLlngsJailTraps) {
    for (const std::string word : {"sort", "time", "rand", "print", "sleep", "exit", "pack", "unpack", "open", "system",
                                   "eval", "require", "use", "accept", "srand", "exec", "fork", "local", "sub"}) {
        for (const auto& source : {word, word + " 1", word + "(1)", "$uid eq " + word + "('a')"}) {
            EXPECT_EQ(refusal_of(source), "forbidden-operation") << source;
        }
    }
    for (const char* source : {"qx(id)", "-d '/'", "do 'file'", "$ENV", "open(my $f, '<', 'x')"}) {
        const bool refused = !refusal_of(source).empty();
        EXPECT_EQ(refused, std::string_view(source) != "$ENV") << source;
    }
}

TEST(Refusals, NameTheFunctionThatIsUnknown) {
    // LLNG's customFunctions are code in Perl
    for (const char* name : {"myFunction", "My::Package::function", "decode_base64"}) {
        const std::string told = value_of(std::string(name) + "($uid)");
        EXPECT_EQ(told.find("unknown-function: there is no function '" + std::string(name) + "'"), 0U) << told;
    }
}

TEST(Refusals, SayWhatWouldBeRight) {
    EXPECT_NE(value_of("$login = \"user1\"").find("write 'eq' for text or '==' for numbers"), std::string::npos);
    EXPECT_NE(value_of("inGroups('a')").find("did you mean 'inGroup'?"), std::string::npos);
    EXPECT_NE(value_of("time > 5").find("checkDate"), std::string::npos);
    EXPECT_NE(value_of("join ',', sort @{$list}").find("as they are stored"), std::string::npos);
    EXPECT_NE(value_of("$uid et $mail").find("did you mean 'eq'?"), std::string::npos);
}

TEST(Refusals, ExplainTheWordThatTheyRefuse) {
    const std::vector<Row> rows{
        {"$uid eq \"x\" ? accept : deny", "whole rules"},
        {"accept if 1", "write 1 or 0"},
        {"sqrt(4)", "abs int"},
        {"CORE::sin(1)", "insides"},
        {"pack('N', 1)", "sprintf"},
        {"warn 'x'", "write it alone"},
        {"sleep 1", "does not wait"},
        {"exit", "no jumps"},
        {"open(1)", "no system, file or process"},
    };
    for (const Row& row : rows) {
        const std::string told = value_of(row.source);
        EXPECT_EQ(told.find("forbidden-operation: "), 0U) << row.source << ": " << told;
        EXPECT_NE(told.find(row.value), told.npos) << row.source << ": " << told;
    }
}

TEST(Refusals, KnowTheOperatorsOfOtherLanguages) {
    const std::vector<Row> rows{
        {"$uid === 'x'", "syntax: there is no operator '==='; write 'eq'"},
        {"$uid !== 'x'", "syntax: there is no operator '!=='; write 'ne'"},
        {"$uid <> 'x'", "syntax: there is no operator '<>'; write 'ne'"},
        {"$uid ~~ 'x'", "syntax: there is no operator '~~'; write =~"},
        {"$uid is 'x'", "syntax: there is no operator 'is'; write 'eq'"},
        {"$uid equals 'x'", "syntax: there is no operator 'equals'; write 'eq'"},
        {"$uid in ('x', 'y')", "syntax: there is no operator 'in'; listMatch"},
        {"$uid not in ('x')", "syntax: there is no operator 'not'; write 'ne'"},
        {"contains($groups, 'x')", "unknown-function: there is no function 'contains'; listMatch"},
        {"$ENV{REMOTE_ADDR", "syntax: the '{' of a subscript is not closed"},
        {"lc($uid, 1)", "syntax: 'lc' takes 1 argument, not 2"},
    };
    for (const Row& row : rows) EXPECT_EQ(value_of(row.source).find(row.value), 0U) << value_of(row.source);
}

TEST(Refusals, OfAnOpenSubscriptSayNothingElse) {
    const auto program = Program::compile("$ENV{REMOTE_ADDR", {});
    ASSERT_FALSE(program.has_value());
    EXPECT_EQ(program.error().size(), 1U);
}

TEST(Refusals, PointAtThePlace) {
    const auto offset = [](std::string_view source) {
        const auto program = Program::compile(source, {});
        return program ? std::size_t{999} : program.error().front().offset;
    };
    EXPECT_EQ(offset("$uid = 'x'"), 5U);
    EXPECT_EQ(offset("$a eq 'b' or foo(1)"), 13U);
    EXPECT_EQ(offset("$uid =~ /ab(/"), 12U);
    EXPECT_EQ(offset("$uid eq"), 7U);
}

TEST(Warnings, TellOfUnknownVariablesWithTheNearest) {
    const std::vector<std::string> known{"uid", "mail", "groups"};
    CompileOptions options;
    options.known_attributes = &known;
    std::vector<Problem> warnings;
    ASSERT_TRUE(Program::compile("$groupes =~ /a/ or $uid", options, &warnings).has_value());
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_EQ(warnings[0].code, "unknown-variable");
    EXPECT_NE(warnings[0].message.find("$groups?"), std::string::npos);
}

TEST(Warnings, TellOfConstantConditions) {
    for (const char* source : {"$uid eq 'a' || 'b'", "$uid eq ('a' or 'b')", "1 == 1", "$uid and 0"}) {
        std::vector<Problem> warnings;
        ASSERT_TRUE(Program::compile(source, {}, &warnings).has_value()) << source;
        ASSERT_FALSE(warnings.empty()) << source;
        EXPECT_EQ(warnings.back().code, "constant-condition") << source;
    }
    std::vector<Problem> warnings;
    ASSERT_TRUE(Program::compile("1", {}, &warnings).has_value());
    EXPECT_TRUE(warnings.empty());
}

/// The warnings of a rule, as "code at offset: message", one a line.
std::string warnings_of(std::string_view source, Purpose purpose = Purpose::rule) {
    CompileOptions options;
    options.purpose = purpose;
    std::vector<Problem> warnings;
    if (!Program::compile(source, options, &warnings)) return "refused";
    std::string told;
    for (const auto& warning : warnings) {
        told += warning.code + " at " + std::to_string(warning.offset) + ": " + warning.message + "\n";
    }
    return told;
}

TEST(Warnings, TellOfTextsThatAreTakenForAnAnswer) {
    for (const char* source : {"'false'", "'allow'", "'\"deny\"'", "'no'", "\"deny\"", "false", "deny", "allow",
                               "('no')", R"($uid eq "x" ? "accept" : "deny")", R"($uid eq "x" ? 1 : deny)",
                               R"($uid eq "x" ? "a" : $uid eq "y" ? "b" : ("c"))"}) {
        const std::string told = warnings_of(source);
        EXPECT_NE(told.find("constant-condition at 0: the condition holds for everybody: a text is true"), told.npos)
            << source << ": " << told;
        EXPECT_EQ(told.find("write 'f"), told.npos) << source << ": " << told;
    }
    EXPECT_EQ(warnings_of("''"), "constant-condition at 0: the condition holds for nobody\n");
    EXPECT_EQ(warnings_of("2"), "constant-condition at 0: the condition holds for everybody\n");
    EXPECT_EQ(warnings_of("$uid eq 'x' ? 0 : 0"), "constant-condition at 0: the condition holds for nobody\n");
}

TEST(Warnings, LeaveWhatIsMeantAlone) {
    for (const char* source :
         {"1", "0", R"($uid eq "x" ? 1 : 0)", R"($uid eq "x" ? "accept" : 0)", "$uid ? $cn : 'x'",
          "$uid eq 'x' ? skip : 1", "$uid eq 'x' and 'allow'", "$uid == \"12\"", "$uid == '0 but true'",
          "$uid == ' 12 '", "$uid == '1e3'", "$uid == '-.5'", "$uid == $cn", "$number <=> 'inf'",
          "$date lt \"20300101000000\"", "$authenticationLevel >= 3"}) {
        EXPECT_EQ(warnings_of(source), "") << source;
    }
}

TEST(Warnings, TellOfTextsThatAreComparedAsNumbers) {
    EXPECT_EQ(warnings_of("$uid == \"dwho\""),
              "text-as-number at 8: '==' compares numbers, and \"dwho\" is none; for text write 'eq'\n");
    EXPECT_EQ(warnings_of("$authenticationLevel >= 'high'"),
              "text-as-number at 24: '>=' compares numbers, and \"high\" is none; for text write 'ge'\n");
    EXPECT_EQ(warnings_of("'x' . 'y' != $uid"),
              "text-as-number at 0: '!=' compares numbers, and \"xy\" is none; for text write 'ne'\n");
    EXPECT_EQ(warnings_of("$a < '' < $b"),
              "text-as-number at 5: '<' compares numbers, and \"\" is none; for text write 'lt'\n");
    EXPECT_EQ(warnings_of("$uid <=> '0x1f'", Purpose::macro),
              "text-as-number at 9: '<=>' compares numbers, and \"0x1f\" is none; for text write 'cmp'\n");
}

TEST(Warnings, OfAWordOfferTheAttribute) {
    EXPECT_EQ(warnings_of("$cn eq uid"),
              "bareword at 7: the word uid is taken as text; write $uid for the attribute, or 'uid' for the text\n");
}

TEST(Trace, HoldsEveryOperandWithItsValue) {
    const auto program = Program::compile(R"($uid eq "admin" or $groups =~ /\badmin\b/)", {});
    ASSERT_TRUE(program.has_value());
    std::vector<TraceStep> steps;
    ASSERT_TRUE(program->evaluate(sample_subject(), &steps).has_value());
    std::string text;
    for (const auto& step : steps) text += step.source + " is " + step.value + "\n";
    EXPECT_NE(text.find("$uid is dwho\n"), std::string::npos) << text;
    EXPECT_NE(text.find("$uid eq \"admin\" is \n"), std::string::npos) << text;
    EXPECT_NE(text.find("$groups is timelords; admin; users\n"), std::string::npos) << text;
    EXPECT_NE(text.find("/\\badmin\\b/ is 1\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace sso::expr
