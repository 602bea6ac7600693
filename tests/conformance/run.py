"""Asks `ssoctl expr eval --jsonl -` for every case of the suite and compares the answers with Perl's and LLNG's.

usage: run.py EVALUATOR… : the command, to which `--jsonl -` is added

A case may differ only if deviations.json names it, with the reason; one that is named there and does not differ is an
error as well. Every case of the tier "bad" must be answered within 50 ms, and the
evaluator has 512 MB of address space for all of them.
"""
import base64
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
# a build with sanitizers is many times slower than what administrators run: CMakeLists.txt says so
SLOWDOWN = float(os.environ.get("SSO_SLOWDOWN", "1"))
LONGEST_SECONDS = 0.050 * SLOWDOWN
# of the whole evaluator; sanitizers reserve terabytes, of which they use little
LARGEST_BYTES = 512 << 20 if SLOWDOWN == 1 else resource.RLIM_INFINITY
TRIES = 4  # a busy machine may take its time; the evaluator itself may not
FLAGS = ("undef", "runtime_error", "unsafe_header")


def bound_memory():
    resource.setrlimit(resource.RLIMIT_AS, (LARGEST_BYTES, LARGEST_BYTES))


class Evaluator:
    """One process that answers line by line."""

    def __init__(self, command):
        self.process = subprocess.Popen([*command, "--jsonl", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        preexec_fn=bound_memory)

    def ask(self, line):
        """The answer, and how long it took."""
        start = time.monotonic()
        self.process.stdin.write(line)
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        taken = time.monotonic() - start
        if not answer:
            raise SystemExit("the evaluator died at: %s" % line[:300])
        return json.loads(answer), taken

    def close(self):
        self.process.stdin.close()
        return self.process.wait(10)


def value(answer):
    """The value as bytes."""
    if "value_b64" in answer:
        return base64.b64decode(answer["value_b64"])
    return answer.get("value", "").encode()


def difference(case, answer):
    """What is wrong with the answer, or None."""
    expect = case["expect"]
    if answer.get("id") != case["id"]:
        return "the answer is another case's: %r" % answer.get("id")
    if answer.get("error") == "invalid-case":
        return "not answered: " + answer["message"]
    if case["tier"] == "bad":
        return difference_of_bad(expect, answer)
    if case.get("lenient"):
        return None
    if "error" in expect or "error" in answer:
        if answer.get("error") == expect.get("error"):
            return None
        return "refused as %s, not %s" % (answer.get("error"), expect.get("error"))
    for member in ("bool", "protection", "logout", "redirect", "matched", "uri", "level") + FLAGS:
        wanted = expect.get(member, False if member in FLAGS else None)
        got = answer.get(member, False if member in FLAGS else None)
        if wanted is not None and wanted != got:
            return "%s is %r, not %r" % (member, got, wanted)
    if case.get("varies"):
        return None
    got, wanted = value(answer), value(expect)
    if "unordered" in case:
        separator = case["unordered"].encode()
        got, wanted = sorted(got.split(separator)), sorted(wanted.split(separator))
    return None if got == wanted else "value is %r, not %r" % (got[:200], wanted[:200])


def difference_of_bad(expect, answer):
    wanted = expect["error"]
    if wanted == "header-injection":
        marked = "error" in answer or answer.get("unsafe_header") or not set(value(answer)) & {0, 10, 13}
        return None if marked else "control bytes without a mark"
    if wanted in ("bounded", "too-large"):
        granted = answer.get("runtime_error") and (answer["bool"] or value(answer))
        return "granted although the evaluation failed" if granted else None
    if answer.get("error") == wanted:
        return None
    return "refused as %s, not %s" % (answer.get("error"), wanted)


def main(command):
    deviations = json.loads((HERE / "deviations.json").read_text())
    reasons = {id: reason for reason, ids in deviations.items() for id in ids}
    evaluator = Evaluator(command)
    totals, problems, slowest = {}, [], 0.0
    for line in (HERE / "expressions.jsonl").read_bytes().splitlines(keepends=True):
        case = json.loads(line)
        answer, taken = evaluator.ask(line)
        for _ in range(TRIES):
            if case["tier"] != "bad" or taken < LONGEST_SECONDS:
                break
            taken = min(taken, evaluator.ask(line)[1])
        if case["tier"] == "bad":
            slowest = max(slowest, taken)
            if taken >= LONGEST_SECONDS:
                problems.append("%s: answered in %.0f ms" % (case["id"], taken * 1000))
        wrong = difference(case, answer)
        same, total = totals.get(case["tier"], (0, 0))
        totals[case["tier"]] = (same + (wrong is None), total + 1)
        if wrong is not None and case["id"] not in reasons:
            problems.append("%s (%s) %s: %s" % (case["id"], case["kind"], case.get("expr", "…")[:120], wrong))
        if wrong is None and case["id"] in reasons:
            problems.append("%s: named in deviations.json, and does not differ" % case["id"])
    if evaluator.close() != 0:
        problems.append("the evaluator's exit status is not 0")
    for problem in problems:
        print(problem)
    for tier, (same, total) in sorted(totals.items()):
        print("%s: %d of %d as Perl and LLNG answer" % (tier, same, total))
    print("%d deviations, each with its reason; slowest case of the tier bad: %.1f ms" % (len(reasons), slowest * 1000))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
