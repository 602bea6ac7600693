"""People who keep asking, and what a server's processes hold meanwhile."""

import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sandbox.httpd import Response
from tests.support.clients import Connection, Request


class Load:
    """So many threads, each with a connection that it keeps, ask for `cases` one after another until they are stopped: as
    many requests are under way at once, no more. What `judge` says is wrong with an answer is kept, and so is a connection
    that broke without one.

        with Load(port, cases, judge=lambda case, answer, seconds: case.flaw(answer)) as load:
            …
        load.assert_flawless()
    """

    MOST_FLAWS = 50  # that are worth keeping
    LONGEST_ANSWER = 60.0  # seconds: longer than a connection waits for each of the few pieces of an answer

    def __init__(self, port: int, cases, judge, *, threads: int = 4):
        self.port = port
        self.judge = judge
        self.flaws: list[str] = []
        self.statuses: Counter[int] = Counter()
        self.slowest = 0.0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        shares = [cases[number:] + cases[:number] for number in range(0, len(cases), max(1, len(cases) // threads))]
        self._threads = [threading.Thread(target=self._ask_on, args=(share,), daemon=True) for share in shares[:threads]]

    @property
    def count(self) -> int:
        return sum(self.statuses.values())

    def _ask_on(self, cases) -> None:
        with Connection(self.port) as connection:
            while True:
                for case in cases:
                    if self._stopping.is_set():
                        return
                    began = time.monotonic()
                    try:
                        answer = connection.ask(request_of(case))
                    except (OSError, ValueError) as error:
                        connection.close()
                        self._note(None, f"no answer to {request_of(case).target}: {error!r}", time.monotonic() - began)
                        continue
                    seconds = time.monotonic() - began
                    self._note(answer, self.judge(case, answer, seconds), seconds)

    def _note(self, answer: Response | None, flaw: str | None, seconds: float) -> None:
        with self._lock:
            self.statuses[answer.status if answer else 0] += 1
            self.slowest = max(self.slowest, seconds)
            if flaw and len(self.flaws) < self.MOST_FLAWS:
                self.flaws.append(flaw)

    def wait_for_requests(self, count: int, seconds: float = 60.0) -> None:
        """Waits until so many more have been answered."""
        wanted = self.count + count
        deadline = time.monotonic() + seconds
        while self.count < wanted:
            assert time.monotonic() < deadline, f"{count} requests within {seconds} s: {self.statuses}\n" + "\n".join(self.flaws)
            time.sleep(0.02)

    def assert_flawless(self) -> None:
        assert not self.flaws, f"{len(self.flaws)} or more of {self.count} wrong ({dict(self.statuses)}):\n" + "\n".join(
            self.flaws[:20])

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        for thread in self._threads:
            thread.join(self.LONGEST_ANSWER)
        hanging = sum(thread.is_alive() for thread in self._threads)
        assert hanging == 0, f"{hanging} of {len(self._threads)} still wait for an answer ({dict(self.statuses)})"


def request_of(case) -> Request:
    return case if isinstance(case, Request) else case.request


@dataclass(frozen=True)
class Footprint:
    """What a process holds: open descriptors, and anonymous memory in kB, which is its own and no file's."""
    descriptors: int
    memory: int

    @staticmethod
    def of(pid: int) -> "Footprint":
        footprint = Footprint.of_any(pid)
        assert footprint is not None, f"process {pid} has ended"
        return footprint

    @staticmethod
    def of_any(pid: int) -> "Footprint | None":
        """None for a process that has just ended, as httpd's spare children do."""
        try:
            status = Path(f"/proc/{pid}/status").read_text()
            descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        except OSError:
            return None
        memory = [int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon:")]
        return Footprint(descriptors, memory[0]) if memory else None
