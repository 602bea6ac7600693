#include "tests/reference/expression_writer.hpp"

namespace sso::reference {

std::string ExpressionWriter::expression() {
    const int depth = 1 + static_cast<int>(below(4));
    return below(2) == 0 ? condition(depth) : value(depth);
}

std::string ExpressionWriter::filled(std::string_view form, std::string (ExpressionWriter::*part)(int), int depth) {
    std::string result;
    for (const char c : form) {
        if (c == '?') {
            result += (this->*part)(depth - 1);
        } else {
            result += c;
        }
    }
    return result;
}

std::string ExpressionWriter::atom() {
    if (blocks_ > 0 && below(3) == 0) return "$_";
    return one_of({"$uid",
                   "$mail",
                   "$groups",
                   "$cn",
                   "$n",
                   "$f",
                   "$neg",
                   "$empty",
                   "$zero",
                   "$nobody",
                   "$utf",
                   "$csv",
                   "1",
                   "2",
                   "0",
                   "10",
                   "-3",
                   "2.5",
                   "'dwho'",
                   "\"dwho\"",
                   "'a'",
                   "''",
                   "'3abc'",
                   "'10'",
                   "'0.0'",
                   "'-x'",
                   "'+y'",
                   "undef",
                   "\"$uid-x\"",
                   "\"<$n$f>\"",
                   "\"\\U$uid\\E-\\u$cn\"",
                   "\"@{$list}\"",
                   "\"$h->{a}{name}\"",
                   "$list->[0]",
                   "$list->[-1]",
                   "$list->[9]",
                   "$h->{a}{name}",
                   "$h->{a}{l}[1]",
                   "$h->{zz}{name}",
                   "$ENV{REMOTE_ADDR}",
                   "$env->{HTTP_HOST}",
                   "$ip",
                   "$vhost",
                   "$ENV{NONE}",
                   "q(x)",
                   "qq{<$uid>}"});
}

std::string ExpressionWriter::match() {
    const std::string subject =
        blocks_ > 0 && below(3) == 0
            ? "$_"
            : one_of({"$uid", "$mail", "$groups", "$csv", "$cn", "$nobody", "$utf", "$n", "\"$uid $cn\""});
    return subject + one_of({" =~ ", " =~ ", " =~ ", " !~ "}) +
           one_of({"/\\badmin\\b/", "/\\busers\\b/", "/\\bno\\b/", "/\\bdwho\\b/", "/\\bdw\\b/",
                   "/(?:^|; )team a(?:;|$)/", "/^(?:dwho|rtyler)$/", "/o/", "/^d/", "/\\d+/", "/W$/i",
                   "/\\@badwolf\\.org$/", "m{a|b}", "/$pat/", "\"o\"", "/^$/", "/(\\w)(\\w)/", "qr/WHO/i",
                   "/\\bADMIN\\b/i"});
}

std::string ExpressionWriter::condition(int depth) {
    if (depth <= 0 || below(4) == 0) {
        switch (below(6)) {
            case 0:
                return match();
            case 1:
                return one_of({"$uid", "$n", "$cn", "$nobody", "$list", "$empty"}) + one_of({" eq ", " ne "}) +
                       one_of({"'dwho'", "\"admin\"", "'10'", "''", "'Doctor Who'"});
            case 2:
                return one_of({"'dwho'", "'10'"}) + one_of({" eq ", " ne "}) + one_of({"$uid", "$n"});
            case 3:
                return one_of({"$n", "$f", "$neg", "$nobody", "$uid"}) +
                       one_of({" == ", " != ", " < ", " > ", " <= ", " >= "}) + one_of({"10", "2", "0", "-5", "2.5"});
            case 4:
                return one_of({"inGroup('ADMIN')", "inGroup('none')", "listMatch($groups, 'users')",
                               "listMatch($list, 'y')", "listMatch($h, 'A', 1)", "listMatch($groups, 'user')"});
            default:
                return atom();
        }
    }
    switch (below(8)) {
        case 0:
            return filled("(? or ?)", &ExpressionWriter::condition, depth);
        case 1:
            return filled("(? and ?)", &ExpressionWriter::condition, depth);
        case 2:
            return filled("? or ? or ?", &ExpressionWriter::condition, depth);
        case 3:
            return filled("(? || ? && ?)", &ExpressionWriter::condition, depth);
        case 4:
            return filled("not(?)", &ExpressionWriter::condition, depth);
        case 5:
            return filled("!(?)", &ExpressionWriter::condition, depth);
        case 6:
            return filled("(? xor ?)", &ExpressionWriter::condition, depth);
        default:
            return filled(one_of({"(?) eq (?)", "(?) lt (?)", "(?) == (?)", "(?) > (?)", "(?) ge (?)", "(?) != (?)"}),
                          &ExpressionWriter::value, depth);
    }
}

std::string ExpressionWriter::value(int depth) {
    if (depth <= 0 || below(8) == 0) return atom();
    switch (below(10)) {
        case 0:
            return filled(one_of({"lc(?)", "uc(?)", "ucfirst(?)", "lcfirst(?)", "length(?)", "defined(?)", "abs(?)",
                                  "int(?)", "- (?)", "ord(?)", "quotemeta(?)", "ref(?)", "scalar(?)", "do { ? }",
                                  "encode_base64(?, '')", "(?)[0]", "[?]->[0]", "{a => (?)}->{a}"}),
                          &ExpressionWriter::value, depth);
        case 1:
            return filled(one_of({"(?) + (?)", "(?) - (?)", "(?) * (?)", "(?) / (?)", "(?) % (?)", "(?) <=> (?)",
                                  "(?) cmp (?)", "(?) | (?)", "(?) & (?)", "(?) ^ (?)"}),
                          &ExpressionWriter::value, depth);
        case 2:
            return filled(one_of({"(?) . (?)", "(?) . (?) . '-'", "substr(?, 1, 2)", "substr(?, -1)",
                                  "substr(?, 0, -1)", "index(?, 'o')", "rindex(?, 'o')", "(?) x 2", "(?) x -1"}),
                          &ExpressionWriter::value, depth);
        case 3:
            return filled(one_of({"((?) && (?))", "((?) || (?))", "((?) // (?))", "((?) or (?))"}),
                          &ExpressionWriter::value, depth);
        case 4:
            return "(" + condition(depth - 1) + " ? " + value(depth - 1) + " : " + value(depth - 1) + ")";
        case 5:
            return "(" + condition(depth - 1) + ")";
        case 6:
            return one_of({"$uid", "$mail", "$csv", "$nobody", "$utf"}) + " =~ " +
                   one_of({"s/o/0/r", "s/(.)/<$1>/gr", "s/x*/-/gr", "s/^(\\w)(\\w)/$2$1/r", "tr/a-z/b-za/r", "tr/a-z//",
                           "tr/a-c//dr", "tr/a-z/x/sr"});
        case 7:
            return "(" + one_of({"$uid", "$mail", "$groups"}) + " =~ " +
                   one_of({"/(d)(w)?/", "/^(\\w+)\\@/", "/; (.)/"}) + " ? " +
                   one_of({"\"$1\"", "\"$2\"", "\"$&\"", "$1"}) + " : " + value(depth - 1) + ")";
        case 8:
            return one_of({"sprintf('%s|%s', ", "sprintf('%05.1f', ", "sprintf('%d%%', ", "sprintf('%x', "}) +
                   value(depth - 1) + ")";
        default:
            return filled(one_of({"join(',', ?)", "join('', ?)", "scalar(@{[?]})", "scalar reverse(?)", "(?)[0]"}),
                          &ExpressionWriter::items, depth);
    }
}

std::string ExpressionWriter::items(int depth) {
    if (depth <= 0) {
        return one_of({"@{$list}", "keys %{$h}", "('a', $n, '')", "1..3", "'a'..'d'", "split(/; /, $groups)",
                       "split(/,/, $csv)", "keys %{$nobody}", "@{$nobody}", "qw(x y)", "($mail =~ /(\\w+)/g)"});
    }
    switch (below(8)) {
        case 0: {
            const std::string list = items(depth - 1);
            ++blocks_;
            const std::string body = value(depth - 1);
            --blocks_;
            return "map { " + std::string(body.front() == '{' ? "+" : "") + "(" + body + ") } " + list;
        }
        case 1: {
            const std::string list = items(depth - 1);
            ++blocks_;
            const std::string body = condition(depth - 1);
            --blocks_;
            return "grep { (" + body + ") } " + list;
        }
        case 2:
            return "reverse(" + items(depth - 1) + ")";
        case 3:
            return "split(" + one_of({"/[;,] ?/", "//", "/(o)/", "'o'", "/$pat/"}) + ", " + value(depth - 1) + ")";
        case 4:
            return "(" + items(depth - 1) + ")[" + one_of({"0", "-1", "0, 1", "1..2", "5"}) + "]";
        case 5:
            return "(" + items(depth - 1) + ") x " + one_of({"2", "0"});
        case 6:
            return "(" + value(depth - 1) + ", " + items(depth - 1) + ")";
        default:
            return one_of({"values %{$h->{a}}", "@{$h->{a}{l}}", "@{$list}[0, 2]", "@{$h->{a}}{'name', 'none'}"});
    }
}

}  // namespace sso::reference
