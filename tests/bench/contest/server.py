"""An httpd that is measured: always the same few processes, one virtual host, and callgrind under it if asked for."""

import os
import re
import shutil
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

from sandbox.httpd import Httpd
from sandbox.process import subfolder, wait_for, write
from tests.bench.contest.scenarios import HOST, PAGE, Scenario
from tests.support.clients import UPGRADE

FIXED_PROCESSES = {
    "prefork": "StartServers {n}\nMinSpareServers {n}\nMaxSpareServers {n}\nServerLimit {n}\nMaxRequestWorkers {n}",
    "event": "StartServers 1\nServerLimit 1\nThreadsPerChild {n}\nMaxRequestWorkers {n}\nMinSpareThreads 1\n"
             "MaxSpareThreads {n}",
}
MARKS = """\
<VirtualHost *>
    ServerName marks.test
    <Location "/from">
        SetHandler count-from-here
    </Location>
    <Location "/to">
        SetHandler count-to-here
    </Location>
</VirtualHost>
"""
REQUEST = """\
GET {path} HTTP/1.1\r
Host: {host}\r
User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r
Accept-Language: fr,en;q=0.8\r
Cookie: {cookie}\r
{more}\r
"""


class MeasuredHttpd(Httpd):
    """`callgrind` is the list of its options, or None to run without."""

    name = "bench-httpd"

    def __init__(self, build: Path, scenario: Scenario, *, mpm: str, workers: int, callgrind: list[str] | None = None):
        self.scenario = scenario
        self.workers = workers
        self.callgrind = callgrind
        self.counts: Path | None = None
        self.beside = ExitStack()  # servers that it needs, which go when it stops
        super().__init__(mpm=mpm, modules=scenario.modules)
        self.build = build
        self.counts = subfolder(self.folder, "counts")
        self.requests = self.folder / "requests"
        for path in scenario.paths:
            self.page(path, PAGE)

    def add_module(self, name: str, library: Path) -> str:
        """A copy of `library` that the service user can read. @return the line that loads it"""
        copy = self.folder / "modules" / library.name
        shutil.copy(library, copy)
        copy.chmod(0o755)
        return f'LoadModule {name}_module "{copy}"\n'

    def serve(self, server_level: str, inside: str, backend: int | None, further: str = "") -> None:
        """Writes the configuration and starts. `further` stands behind the virtual host."""
        upgrade = " upgrade=websocket" if self.scenario.websocket else ""
        lines = [self.add_module("counting_marks", self.build / "tests/bench/mod_counting_marks.so"),
                 FIXED_PROCESSES[self.mpm].format(n=self.workers),
                 "KeepAlive On\nMaxKeepAliveRequests 0\nKeepAliveTimeout 120\nTimeout 120",
                 "Protocols h2c http/1.1" if self.scenario.http2 else "",
                 server_level, MARKS,
                 f"<VirtualHost *>\nServerName {HOST}",
                 f"ProxyPass / http://127.0.0.1:{backend}/{upgrade}" if backend else "", inside, "</VirtualHost>", further]
        self.configure("\n".join(lines))
        self.start(seconds=120)

    def stop(self, seconds: float = 10.0) -> None:
        super().stop(seconds)
        self.beside.close()

    def write_requests(self, cookies: list[str]) -> None:
        """What `ask` asks: paths and cookies in turn."""
        paths = self.scenario.paths
        more = "".join(f"{name}: {value}\r\n" for name, value in UPGRADE) if self.scenario.websocket else ""
        with open(write(self.requests, ""), "w", encoding="ascii") as file:
            for number in range(max(len(paths), len(cookies))):
                file.write(REQUEST.format(path=paths[number % len(paths)], host=HOST, more=more,
                                          cookie=cookies[number % len(cookies)]))
        self.cookie = cookies[0]

    def _argv(self, *options: str) -> list[str]:
        plain = super()._argv(*options)
        if self.callgrind is None or self.counts is None:
            return plain
        return ["/usr/bin/valgrind", "--tool=callgrind", "--quiet", "--vgdb=no", "--instr-atstart=no",
                f"--callgrind-out-file={self.counts}/out.%p", *self.callgrind, *plain]

    def ask(self, count: int, connections: int = 1) -> float:
        """Sends `count` requests; each is answered 200, or 101. @return the seconds that it took"""
        if self.scenario.http2:
            return self._ask_http2(count)
        if self.scenario.lonely:
            return self._ask_on_connections(count)
        done = subprocess.run([self.build / "tests/bench/request_loop", str(self.port), str(self.requests), str(count),
                               str(connections)], capture_output=True, text=True, timeout=3600)
        if done.returncode != 0:
            raise RuntimeError(f"{done.stderr}\n{self.log_tail()}")
        return float(done.stdout)

    def _ask_http2(self, count: int) -> float:
        began = time.monotonic()
        done = subprocess.run(
            ["/usr/bin/h2load", "-n", str(count), "-c", "1", "-m", "1", "-H", f":authority: {HOST}", "-H",
             f"cookie: {self.cookie}", f"http://127.0.0.1:{self.port}{self.scenario.paths[0]}"],
            capture_output=True, text=True, timeout=3600)
        spent = time.monotonic() - began
        if done.returncode != 0 or f"status codes: {count} 2xx" not in done.stdout:
            raise RuntimeError(done.stdout + done.stderr + self.log_tail())
        return spent

    def _ask_on_connections(self, count: int) -> float:
        """One after the other; each connection is closed when the answer is there, or the websocket open."""
        requests = [text + "\r\n\r\n" for text in self.requests.read_bytes().decode().split("\r\n\r\n")[:-1]]
        status, rest = (b"101", b"") if self.scenario.websocket else (b"200", PAGE.encode())
        began = time.monotonic()
        for number in range(count):
            with self.connect(timeout=60) as connection:
                connection.sendall(requests[number % len(requests)].encode())
                answer = b""
                while not (b"\r\n\r\n" in answer and answer.endswith(rest)) and (piece := connection.recv(16384)):
                    answer += piece
                if not answer.startswith(b"HTTP/1.1 " + status + b" "):
                    raise RuntimeError(f"{answer!r}\n{self.log_tail()}")
        return time.monotonic() - began

    # what it cost

    def count(self, requests: int) -> dict[str, int]:
        """Callgrind's totals over `requests` requests and the marks around them."""
        self._mark("/from")
        self.ask(requests)
        before = set(self.counts.iterdir())
        self._mark("/to")
        written: list[Path] = []

        def there():
            written[:] = [path for path in set(self.counts.iterdir()) - before if "\ntotals:" in path.read_text()]
            return bool(written)
        wait_for(there, 30, "callgrind wrote nothing")
        text = written[0].read_text()
        self.last_profile = written[0]
        events = re.search(r"^events: (.*)$", text, re.MULTILINE)[1].split()
        totals = re.search(r"^totals: (.*)$", text, re.MULTILINE)[1].split()
        return dict(zip(events, map(int, totals)))

    def _mark(self, path: str) -> None:
        answer = self.get("marks.test", path, timeout=120)
        if answer.text != "marked\n":
            raise RuntimeError(f"{path}: {answer.status} {answer.text}")

    def cpu_seconds(self) -> float:
        """User and system time of the parent and all its children, to the microsecond."""
        # the kernel's clock of another process (clock_getcpuclockid)
        return sum(time.clock_gettime((~pid << 3) | 2) for pid in (self.pid, *self.children()))

    def pss_kilobytes(self) -> int:
        """Memory of all its processes; pages that several share count once in sum."""
        total = 0
        for pid in (self.pid, *self.children()):
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)[1])
        return total

    def serving_children(self) -> int:
        return self.workers if self.mpm == "prefork" else 1


def machine() -> dict[str, str]:
    cpu = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    version = subprocess.run(["/usr/sbin/apache2", "-v"], capture_output=True, text=True, check=True).stdout
    return {"cpu": cpu[1] if cpu else "unknown", "cores": str(os.cpu_count()), "kernel": os.uname().release,
            "httpd": version.partition("Apache/")[2].split()[0]}
