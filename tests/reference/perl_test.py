"""Random well-formed expressions: the evaluator answers as perl does.

usage: perl_test.py COUNT SEED EVALUATOR… 
"""
import base64
import json
import pathlib
import random
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
SESSION = {
    "uid": "dwho", "mail": "dwho@badwolf.org", "groups": "timelords; admin; users", "cn": "Doctor Who", "utf": "élan",
    "n": "10", "f": "2.5", "neg": "-5", "empty": "", "zero": "0", "csv": "a,b,,c", "nl": "line1\nline2", "pat": "d.h",
    "arr": ["x", "y", "z"], "h": {"a": {"name": "A", "l": ["p", "q"]}, "b": {"name": "B"}},
}
ENV = {"REMOTE_ADDR": "192.0.2.10", "HTTP_HOST": "test1.example.com"}
ATOMS = [
    '$uid', '$mail', '$n', '$f', '$neg', '$empty', '$zero', '$undefd', '$utf', '1', '2', '0', '10', '-3', '2.5',
    '1e3', '"a"', "'b'", '"$uid-x"', '"10"', '""', "'3abc'", '"$n$f"', '$arr->[0]', '$arr->[-1]', '$h->{a}{name}',
    '$h->{a}{l}[1]', '$h->{zz}{name}', '$ENV{REMOTE_ADDR}', '$env->{HTTP_HOST}', '"\\U$uid"', '"\\u$uid \\L$cn"',
    '"@{$arr}"', '$groups', '$ip', '$vhost', '"\\x41\\t"', 'q(x)', 'qq{<$uid>}',
]
CALLS = [
    'lc %s', 'uc(%s)', 'length %s', 'defined %s', 'abs %s', 'int(%s)', 'ucfirst %s', 'lcfirst(%s)', '- %s', '!%s',
    'not %s', '(%s)', 'scalar(%s)', 'substr((%s), 1, 2)', 'substr((%s), -2)', 'index((%s), "o")', 'rindex((%s), "o")',
    'join(",", %s)', 'join("-", split(//, (%s)))', 'join("|", split(/[;,] ?/, (%s)))', 'scalar reverse((%s))',
    'sprintf("%%s|%%s", %s)', 'sprintf("%%05.1f", (%s))', '(split /;/, (%s))[0]', 'do { %s }', 'quotemeta %s',
    '(%s)[0]', '[%s]->[0]', '{a => (%s)}->{a}', 'join(":", map { $_ . "m" } %s)', 'join(":", grep { $_ } %s)',
    '"@{[ %s ]}"', 'lc(%s) . "z"', 'join(",", (%s) x 2)', 'hex %s', 'ord %s', 'chr(65 + length((%s)))',
    'join(",", reverse(%s))',
]
BINARY = ["+", "-", "*", "/", "%", ".", "==", "!=", "<", ">", "<=", ">=", "<=>", "eq", "ne", "lt", "gt", "le", "ge",
          "cmp", "&&", "||", "//", "and", "or", "xor", ",", "|", "&"]
PATTERNS = ["/o/", "/^d/", r"/(\w)(\w)/", r"/\d+/", "/w$/i", "/x*/", "/[a-m]+/", "m{a|b}", "/$pat/", '"o"', "/l.n/s",
            r"/\bdwho\b/", r"/\badmin\b/", r"/\bs\b/", "s/o/0/r", "s/(.)/<$1>/gr", "s/x*/-/gr", "tr/a-z/b-za/r", "tr/a-z//", "/(?<x>.)o/"]
# quoted: perl reads a bare $1 only when the whole expression is done, after later patterns have changed it
AFTER = ['"$1"', '"$2"', '"$&"', '"$+{x}"', "'no'"]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def expression(self, depth):
        choose = self.random.choice
        kind = self.random.random()
        if depth <= 0 or kind < 0.12:
            return choose(ATOMS)
        if kind < 0.45:
            call = choose(CALLS)
            return call.replace("%%", "\0").replace("%s", self.expression(depth - 1)).replace("\0", "%")
        if kind < 0.55:
            return "%s ? %s : %s" % (self.expression(depth - 1), self.expression(depth - 1), self.expression(depth - 1))
        if kind < 0.70:
            pattern = choose(PATTERNS)
            subject = choose([atom for atom in ATOMS if atom[0] in "$"])
            return "%s =~ %s" % (subject, pattern)
        if kind < 0.76:
            return "(%s =~ %s ? %s : %s)" % (choose(["$uid", "$mail", "$groups"]), choose(["/(d)(w)?/", "/(?<x>o)/"]),
                                             choose(AFTER), self.expression(depth - 1))
        if kind < 0.80:
            return "%s x %d" % (self.expression(depth - 1), self.random.randrange(4))
        return "%s %s %s" % (self.expression(depth - 1), choose(BINARY), self.expression(depth - 1))


def answers(command, lines):
    done = subprocess.run(command, input=lines, stdout=subprocess.PIPE, check=True, timeout=600)
    return {answer["id"]: answer for answer in map(json.loads, done.stdout.splitlines())}


def outcome(answer):
    """What counts: refused, failed, or the value."""
    if "error" in answer:
        return "refused"
    if answer.get("failed") or answer.get("runtime_error"):
        return "failed"
    value = base64.b64decode(answer["value_b64"]) if "value_b64" in answer else answer["value"].encode()
    return value, bool(answer["bool"]), bool(answer.get("undef"))


def main(count, seed, evaluator):
    generator = Generator(seed)
    cases = [{"id": i, "kind": generator.random.choice(["macro", "macro", "header"]),
              "expr": generator.expression(generator.random.choice([1, 2, 3, 4])), "session": SESSION, "env": ENV}
             for i in range(count)]
    # a header that is the text 0 is an empty one: LLNG says so before perl sees it
    cases = [case for case in cases if case["expr"] != "0"]
    lines = b"".join(json.dumps(case).encode() + b"\n" for case in cases)
    perl = answers(["perl", str(HERE / "perl_oracle.pl")], lines)
    ours = answers([*evaluator, "--jsonl", "-"], lines)
    compared, differing = 0, []
    for case in cases:
        wanted, got = outcome(perl[case["id"]]), outcome(ours[case["id"]])
        compared += wanted != "refused"
        # what perl refuses (`lc(1, 2)` in an unlucky mixture) may be accepted: nobody can have it in a configuration
        if wanted not in ("refused", got):
            differing.append("%s %s\n    perl: %r\n    ours: %r %s" % (
                case["kind"], case["expr"], wanted, got, ours[case["id"]].get("message", "")))
    print("seed %d: %d expressions, %d compared, %d differ" % (seed, len(cases), compared, len(differing)))
    for text in differing[:50]:
        print(text)
    return 1 if differing or compared < count / 2 else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
