"""People who keep asking, and what a server's processes hold meanwhile."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sandbox.process import wait_for
from tests.support.clients import Connection, Request


class Crowd:
    """So many threads, each of which does its part again and again until they are stopped. What was wrong is kept."""

    MOST_FLAWS = 50  # that are worth keeping
    LONGEST_ANSWER = 60.0  # seconds: longer than a connection waits for each of the few pieces of an answer

    def __init__(self, parts: Sequence[Callable[[], None]]):
        self.flaws: list[str] = []
        self.slowest = 0.0
        self._counts: Counter = Counter()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=part, daemon=True) for part in parts]

    @property
    def count(self) -> int:
        return sum(self._counts.values())

    def _note(self, what, flaw: str | None, seconds: float) -> None:
        with self._lock:
            self._counts[what] += 1
            self.slowest = max(self.slowest, seconds)
            if flaw and len(self.flaws) < self.MOST_FLAWS:
                self.flaws.append(flaw)

    def assert_flawless(self) -> None:
        assert not self.flaws, f"{len(self.flaws)} or more of {self.count} wrong ({dict(self._counts)}):\n" + "\n".join(
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
        assert hanging == 0, f"{hanging} of {len(self._threads)} still wait for an answer ({dict(self._counts)})"


class Load(Crowd):
    """Each thread has a connection that it keeps, and asks for `cases` one after another: as many requests are under way at
    once, no more. What `judge` says is wrong with an answer is kept, and so is a connection that broke without one.

        with Load(port, cases, judge=lambda case, answer, seconds: case.flaw(answer)) as load:
            …
        load.assert_flawless()
    """

    def __init__(self, port: int, cases, judge, *, threads: int = 4):
        self.port = port
        self.judge = judge
        shares = [cases[number:] + cases[:number] for number in range(0, len(cases), max(1, len(cases) // threads))]
        super().__init__([partial(self._ask_on, share) for share in shares[:threads]])

    @property
    def statuses(self) -> Counter[int]:
        """How many answers of each; 0 where there was none."""
        return self._counts

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
                        self._note(0, f"no answer to {request_of(case).target}: {error!r}", time.monotonic() - began)
                        continue
                    seconds = time.monotonic() - began
                    self._note(answer.status, self.judge(case, answer, seconds), seconds)

    def wait_for_requests(self, count: int, seconds: float = 60.0) -> None:
        """Waits until so many more have been answered."""
        wanted = self.count + count
        deadline = time.monotonic() + seconds
        while self.count < wanted:
            assert time.monotonic() < deadline, f"{count} requests within {seconds} s: {self.statuses}\n" + "\n".join(self.flaws)
            time.sleep(0.02)


class Walks(Crowd):
    """Each walk, a function of several requests that fails on what is wrong, by a thread of its own."""

    def __init__(self, walks: Mapping[str, Callable[[], None]]):
        super().__init__([partial(self._walk_on, name, walk) for name, walk in walks.items()])

    @property
    def walked(self) -> dict[str, int]:
        return dict(self._counts)

    def _walk_on(self, name: str, walk: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            began, flaw = time.monotonic(), None
            try:
                walk()
            except Exception as error:  # whatever a walk fails on is to be told
                flaw = f"{name}: {error!r}"
            self._note(name, flaw, time.monotonic() - began)


def turns(count: int, seconds: float) -> Iterator[None]:
    """So many turns, each of which takes `seconds` or longer."""
    for _ in range(count):
        began = time.monotonic()
        yield
        wait_for(lambda: time.monotonic() - began >= seconds, seconds + 1, "the end of a turn")


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
