"""The two ways of measuring: instructions by callgrind, free of noise; and rounds that alternate between the contestants,
so that a change in the machine's load meets all of them."""

import dataclasses
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sandbox.httpd import Httpd
from tests.bench.contest.contestants import Contestant
from tests.bench.contest.profile import instructions_inside
from tests.bench.contest.scenarios import PAGE, Scenario
from tests.bench.contest.server import MeasuredHttpd
from tests.support.backends import HttpBackend

# a fixed last-level cache, so that figures of two machines can be compared: 8 MiB, 16 ways
CACHE = ["--cache-sim=yes", "--LL=8388608,16,64"]
LAST_LEVEL = ("ILmr", "DLmr", "DLmw")
INSIDE = "inside"  # the contestant's library, beside callgrind's own events


@dataclasses.dataclass(frozen=True)
class Effort:
    requests: int         # counted, by either method
    rounds: int
    connections: int
    mpm: str              # of the rounds; instructions are counted in one prefork process, HTTP/2 in one of event's
    cache_sim: bool
    profiles: Path | None  # a folder for callgrind's profiles; None: they are not kept

    def counted(self, scenario: Scenario) -> int:
        """How many requests are sent: each cookie and each path once at least, unless the scenario says otherwise."""
        return scenario.counted or max(self.requests, scenario.sessions, len(scenario.paths))

    def profile(self, scenario: Scenario, contestant: str) -> Path:
        return self.profiles / f"callgrind.{scenario.name}.{contestant}"


@contextmanager
def backend_of(scenario: Scenario) -> Iterator[int | None]:
    """The application behind the proxy, where there is one: an httpd that nobody measures."""
    if scenario.websocket:
        sockets = HttpBackend()
        yield sockets.port
        sockets.stop()
        return
    if not scenario.proxied:
        yield None
        return
    with Httpd() as backend:
        for path in scenario.paths:
            backend.page(path, PAGE)
        backend.configure("KeepAlive On\nMaxKeepAliveRequests 0\nKeepAliveTimeout 120")
        backend.start()
        yield backend.port


def count_instructions(contestant: Contestant, scenario: Scenario, effort: Effort) -> dict[str, float]:
    """Per request: `instructions` in user mode, of which `instructions_inside` pass between a call of the contestant's
    module and its return, and, with a simulated cache, `last_level_misses`; where it was counted several times, medians,
    and in `instructions_spread` how far apart the counts were. All cookies have been seen before counting starts. What one
    connection and the marks cost is subtracted."""
    mpm = "event" if scenario.http2 else "prefork"
    options = CACHE if effort.cache_sim else []
    with backend_of(scenario) as backend, MeasuredHttpd(contestant.build, scenario, mpm=mpm, workers=1,
                                                        callgrind=options) as server:
        contestant.enter(server, backend)
        requests = effort.counted(scenario)

        def counted(count: int) -> dict[str, int]:
            totals = server.count(count)
            return totals | {INSIDE: instructions_inside(server.last_profile, contestant.library)}
        # those that are counted come last, so that their use was noted just now
        server.ask(max(scenario.sessions, len(scenario.paths), min(requests, 500)) + scenario.counted)
        server.count(2)  # the first that is counted pays for callgrind's own start
        if effort.cache_sim and not scenario.counted:
            server.ask(requests)  # a cache that is simulated fills anew
        counts = []
        found: dict[str, float] = {}
        for _ in range(scenario.counts):
            server.ask(2)  # of sessions in turn the first that is counted shall not be the one that was seen last
            few = counted(1)
            server.ask(2)
            before = contestant.tally(server)
            many = counted(requests + 1)
            found.update(contestant.judge(scenario, contestant.tally(server) - before, requests + 1))
            counts.append({name: (many[name] - few[name]) / requests for name in many})
        if effort.profiles is not None:
            effort.profile(scenario, contestant.name).write_bytes(server.last_profile.read_bytes())

    instructions = [each["Ir"] for each in counts]
    found["instructions"] = statistics.median(instructions)
    if len(counts) > 1:
        found["instructions_spread"] = max(instructions) - min(instructions)
    if contestant.library:
        found["instructions_inside"] = statistics.median(each[INSIDE] for each in counts)
    if effort.cache_sim:
        found["last_level_misses"] = statistics.median(sum(each[name] for name in LAST_LEVEL) for each in counts)
    return found


def run_rounds(contestants: list[Contestant], scenario: Scenario, effort: Effort,
               report: Callable[[str], None]) -> dict[str, dict[str, float]]:
    """By contestant's name, medians: `requests_per_second`, `cpu_us` a request of all server processes, and the same
    paired with plain httpd of the same round (`cpu_us_added`); `pss_kib` of all server processes, `pss_kib_child` of
    one child's share."""
    mpm = "event" if scenario.http2 else effort.mpm
    with ExitStack() as stack:
        backend = stack.enter_context(backend_of(scenario))
        servers: dict[str, MeasuredHttpd] = {}
        for contestant in contestants:
            server = stack.enter_context(
                MeasuredHttpd(contestant.build, scenario, mpm=mpm, workers=effort.connections))
            contestant.enter(server, backend)
            servers[contestant.name] = server
        turn = max(scenario.sessions, len(scenario.paths))
        requests = effort.counted(scenario)
        for server in servers.values():
            # every process is to have seen every cookie
            server.ask(2 * turn * server.serving_children() if turn > 1 else requests // 2, effort.connections)
        rates: dict[str, list[float]] = {name: [] for name in servers}
        costs: dict[str, list[float]] = {name: [] for name in servers}
        before_all = {one.name: one.tally(servers[one.name]) for one in contestants}
        for number in range(effort.rounds):
            report(f"{scenario.name}: round {number + 1} of {effort.rounds}")
            for name, server in servers.items():
                before = server.cpu_seconds()
                seconds = server.ask(requests, effort.connections)
                costs[name].append((server.cpu_seconds() - before) / requests * 1e6)
                rates[name].append(requests / seconds)
        found: dict[str, dict[str, float]] = {}
        for one in contestants:
            counted = one.tally(servers[one.name]) - before_all[one.name]
            found[one.name] = one.judge(scenario, counted, requests * effort.rounds)
        for name, server in servers.items():
            memory = server.pss_kilobytes()
            found[name] |= {"requests_per_second": statistics.median(rates[name]),
                            "cpu_us": statistics.median(costs[name]),
                            "pss_kib": memory, "pss_kib_child": memory / (server.serving_children() + 1)}
            if "plain" in costs:
                found[name]["cpu_us_added"] = statistics.median(
                    own - plain for own, plain in zip(costs[name], costs["plain"]))
    return found
