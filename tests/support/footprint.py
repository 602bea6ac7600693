"""What a child of httpd holds in memory, and configurations large enough to show it."""

import os
import re
from pathlib import Path

from sandbox.httpd import Httpd
from sandbox.process import wait_for

PATTERNS = ("^/app{h}/{r}/", "^/admin{r}/{h}/.*$", "^/edit/{h}/[0-9]+/{r}$", "\\.ext{h}x{r}$",
            "/(?:report{h}|order{r})/", "(?i)^/Area{h}x{r}/")
CONDITIONS = ("accept", "$groups =~ /\\bgroup{h}x{r}\\b/", "$uid eq \"user{h}\" or $ou eq \"unit{r}\"")


def large_settings(hosts: int, default: str) -> str:
    """Virtual hosts app0.test, … of ten rules each: no two patterns are equal, and few expressions."""
    text = []
    for h in range(hosts):
        text.append(f'[vhost."app{h}.test"]\nurl = "http://app{h}.sso.test/"\ndefault = "{default}"\nrules = [\n')
        for r in range(10):
            match, allow = (all_of[r % len(all_of)].format(h=h, r=r) for all_of in (PATTERNS, CONDITIONS))
            text.append(f"  {{ match = '{match}', allow = '{allow}' }},\n")
        text.append("]\n")
    return "".join(text)


def serving(httpd: Httpd) -> list[int]:
    """The child processes that take requests: those that hold httpd's port. mod_cgid's daemon and the watcher do not."""
    port = f":{httpd.port:04X}"
    listening = {f"socket:[{line[9]}]" for line in map(str.split, Path("/proc/net/tcp").read_text().splitlines()[1:])
                 if line[1].endswith(port) and line[3] == "0A"}

    def holds_port(pid: int) -> bool:
        return any(os.readlink(file) in listening for file in Path(f"/proc/{pid}/fd").iterdir())
    return [pid for pid in httpd.children() if holds_port(pid)]


def pss_of_children(httpd: Httpd) -> list[int]:
    """KiB of each process that serves: its own pages, and its share of those that it has with others."""
    rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in serving(httpd)]
    return [int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)[1]) for rollup in rollups]


def settled_memory(httpd: Httpd) -> float:
    """KiB of a child, the mean of all once it no longer falls: memory is given back within a second."""
    lowest = [float("inf"), 0]

    def still() -> bool:
        pss = pss_of_children(httpd)
        mean = sum(pss) / len(pss)
        lowest[:] = (mean, 0) if mean < lowest[0] - 16 else (lowest[0], lowest[1] + 1)
        return lowest[1] > 20
    wait_for(still, 60, "memory did not settle")
    return sum(pss_of_children(httpd)) / len(pss_of_children(httpd))
