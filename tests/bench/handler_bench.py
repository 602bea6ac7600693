#!/usr/bin/python3
"""What mod_sso costs: httpd's CPU time for one authorised request, beside the same request without mod_sso.

    tests/bench/handler_bench.py [--requests N] [--rounds N] [--rules N]

One private httpd (event MPM) serves the same small file from three virtual hosts: plain, protected by the seed's rules,
and protected by N rules of which the last applies. Rounds alternate between them, so that a change in the machine's load
meets all; medians are printed. Built binaries are those of SSO_BUILD_DIR, else build/release."""

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from sandbox.protected_site import ProtectedSite  # noqa: E402

CLOCK = os.sysconf("SC_CLK_TCK")
SEED = """rules = [
    { match = '^/protected/.*$', allow = '$groups =~ /\\bgroup1\\b/' },
    { match = '^/site/.*$', allow = '$groups =~ /\\bgroup2\\b/' },
]
"""


def rules(count: int) -> str:
    lines = [f"    {{ match = '^/application{n}/.*$', allow = '$groups =~ /\\bgroup{n}\\b/' }},\n" for n in range(count - 1)]
    return "rules = [\n" + "".join(lines) + "    { match = '^/page', allow = '$groups =~ /\\bgroup1\\b/' },\n]\n"


def cpu_seconds(pid: int) -> float:
    """User and system time of httpd's parent, its children, and those that have ended."""
    def fields(process: int) -> list[int]:
        text = Path(f"/proc/{process}/stat").read_text()
        return [int(value) for value in text.rpartition(")")[2].split()[11:15]]
    total = sum(fields(pid))
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            try:
                total += sum(fields(int(child)))
            except FileNotFoundError:
                pass  # it has ended, and its parent's numbers have it
    return total / CLOCK


def load(site: ProtectedSite, host: str, cookie: str, requests: int) -> float:
    """Microseconds of httpd's CPU time for one request."""
    before = cpu_seconds(site.httpd.pid)
    done = subprocess.run(
        ["/usr/bin/ab", "-q", "-k", "-n", str(requests), "-c", "8", "-H", f"Host: {host}", "-H", f"Cookie: {cookie}",
         "-H", "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
         "-H", "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
         "-H", "Accept-Language: fr,en;q=0.8", f"http://127.0.0.1:{site.httpd.port}/page.html"],
        capture_output=True, text=True, check=True, timeout=120)
    spent = cpu_seconds(site.httpd.pid) - before
    if "Non-2xx" in done.stdout or "Failed requests:        0" not in done.stdout:
        raise RuntimeError(done.stdout)
    return spent / requests * 1e6


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--requests", type=int, default=20_000, help="in each round")
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--rules", type=int, default=1000)
    given = options.parse_args()
    build = Path(os.environ.get("SSO_BUILD_DIR", ROOT / "build" / "release"))
    with ProtectedSite(build) as site:
        site.httpd.page("/page.html", "x" * 1024)
        site.settings(f'[vhost."seed.test"]\nurl = "http://seed.sso.test/"\n{SEED}'
                      f'[vhost."many.test"]\nurl = "http://many.sso.test/"\n{rules(given.rules)}')
        site.start(site.host("plain.test") + site.host("seed.test", "SSOEngine On") + site.host("many.test", "SSOEngine On"),
                   "KeepAlive On\nMaxKeepAliveRequests 0\n"
                   # the same children all the way: one that httpd ends takes its connections along
                   "StartServers 2\nServerLimit 2\nThreadsPerChild 16\nMaxRequestWorkers 32\n"
                   "MinSpareThreads 1\nMaxSpareThreads 32")
        cookie = site.login("alice", groups="group1", ou="unit1", mail="alice@example.com", cn="Alice")
        hosts = {"plain httpd": "plain.test", "the seed's rules": "seed.test", f"{given.rules} rules": "many.test"}
        for host in hosts.values():
            load(site, host, cookie, given.requests // 4)  # warm
        figures: dict[str, list[float]] = {name: [] for name in hosts}
        for _ in range(given.rounds):
            for name, host in hosts.items():
                figures[name].append(load(site, host, cookie, given.requests))
        plain = statistics.median(figures["plain httpd"])
        print(f"CPU time of httpd for one request of 1 kB, medians of {given.rounds} rounds of {given.requests}:")
        for name, values in figures.items():
            median = statistics.median(values)
            print(f"  {name:20} {median:7.1f} µs  {median / plain:5.2f} times plain   "
                  f"({min(values):.1f} to {max(values):.1f})")


if __name__ == "__main__":
    main()
