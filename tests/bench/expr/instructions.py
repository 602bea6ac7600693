"""Instructions of one evaluation of each case of expr_bench, counted by callgrind, beside the same in C++.

usage: instructions.py EXPR_BENCH

Fails when one of the two typical rules costs more than 600 instructions.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

TYPICAL = ("group", "user_or_group")
MOST_INSTRUCTIONS = 600
COUNTED = 100  # how often expr_bench runs each


def counts(bench):
    """{case: {"program": instructions, "by_hand": instructions}} in the order of the bench."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out"
        command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}", bench,
                   "--callgrind"]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise SystemExit(done.stderr)
        found = {}
        for file in sorted(pathlib.Path(folder).iterdir(), key=lambda path: int(path.suffix[1:] or 0)
                           if path.suffix[1:].isdigit() else 0):
            dump = file.read_text()
            name = re.search(r"^desc: Trigger: Client Request: (\w+) (\w+)$", dump, re.M)
            total = re.search(r"^(?:summary|totals): (\d+)", dump, re.M)
            if name and total:
                found.setdefault(name[2], {})[name[1]] = int(total[1]) / COUNTED
        return found


def main(bench):
    found = counts(bench)
    if not set(TYPICAL) <= set(found):
        raise SystemExit("callgrind counted nothing")
    print("%-18s %9s %9s %6s" % ("instructions", "program", "by hand", "ratio"))
    for name, sides in found.items():
        print("%-18s %9.0f %9.0f %6.2f" % (name, sides["program"], sides["by_hand"],
                                           sides["program"] / sides["by_hand"]))
    dear = [name for name in TYPICAL if found[name]["program"] > MOST_INSTRUCTIONS]
    for name in dear:
        print("%s: more than %d instructions" % (name, MOST_INSTRUCTIONS))
    return 1 if dear else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
