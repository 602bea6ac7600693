"""Where the instructions go that a contestant adds: its profile beside that of plain httpd, function by function."""

import re
import subprocess
from collections import Counter
from pathlib import Path

_LINE = re.compile(r"\s*([\d,]+) \([ \d.]+%\)\s+[^:\s]+:(.*?)(?: \[[^\]]*\])?$")


def _read(profile: Path, inclusive: bool) -> Counter:
    """Instructions by function; with `inclusive`, what it calls counted in."""
    text = subprocess.run(["/usr/bin/callgrind_annotate", "--threshold=100", "--show=Ir",
                           f"--inclusive={'yes' if inclusive else 'no'}", profile],
                          capture_output=True, text=True, check=True).stdout
    found: Counter = Counter()
    for line in text.splitlines():
        if match := _LINE.match(line):
            name, cost = match[2], int(match[1].replace(",", ""))
            # a function stands once for each file that was inlined into it
            found[name] = max(found[name], cost) if inclusive else found[name] + cost
    return found


def instructions_inside(profile: Path, library: str) -> int:
    """Instructions from each call of another library's into this one until it returns, with what it calls itself."""
    names: dict[str, str] = {}

    def name(text: str) -> str:  # written out where it stands first, a number from then on
        number, _, written = text.partition(" ")
        return names.setdefault(number, written)
    caller = callee = ""
    total = 0
    with open(profile, encoding="utf-8") as lines:
        for line in lines:
            key, _, value = line.rstrip("\n").partition("=")
            if key == "ob":
                caller = name(value)
            elif key == "cob":
                callee = name(value)
            elif key == "calls":
                cost = int(next(lines).split()[1])
                if callee.endswith(f"/{library}") and not caller.endswith(f"/{library}"):
                    total += cost
                callee = ""  # the caller's own, unless it is written otherwise
    return total


def explain(plain: Path, own: Path, requests: int, lines: int) -> str:
    """The functions in which one request costs most more than with plain httpd: their own instructions, then with those of
    what they call, for functions that plain httpd does not have."""
    parts = []
    for inclusive, title in ((False, "instructions of the function itself, beyond plain httpd's"),
                             (True, "with what it calls, where plain httpd does not have it")):
        before, after = _read(plain, inclusive), _read(own, inclusive)
        more = {name: (cost - before[name]) / requests for name, cost in after.items()
                if not inclusive or name not in before}
        largest = sorted(more.items(), key=lambda one: -one[1])[:lines]
        parts.append(f"  {title}:\n" + "\n".join(f"  {cost:9,.0f}  {name[:140]}" for name, cost in largest))
    return "\n".join(parts)
