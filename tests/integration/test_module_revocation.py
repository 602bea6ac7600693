"""A session that is ended is refused by every httpd within a moment, whatever happens to the processes that see to it.
SSO_REVOCATIONS says how many sessions are ended by the tests that count (60; 1,000 with SSO_STRESS=whole, as `./check
--long` sets it)."""

import base64
import hashlib
import json
import os
import signal
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from sandbox.process import service_user_options, wait_for, write
from sandbox.protected_site import ProtectedSite
from sandbox.redis import Redis
from tests.support.backends import HttpBackend
from tests.support.clients import UPGRADE, Connection, Request, say
from tests.support.load import Load

SETTINGS = """
[vhost."app.test"]
url = "http://app.sso.test/"
rules = [ { match = '^/page', allow = '$uid eq "alice"' } ]
[vhost."socket.test"]
url = "http://socket.sso.test/"
"""
SERVER = "KeepAlive On\nMaxKeepAliveRequests 0\nKeepAliveTimeout 60\nSSOLease 2\n"
COUNT = int(os.environ.get("SSO_REVOCATIONS") or (1000 if os.environ.get("SSO_STRESS") == "whole" else 60))
MOST = 0.5        # seconds after which nobody is served any more
NEARLY_ALL = 0.05  # and nearly nobody after these
HEARTBEAT = 0.25   # a watcher that is silent for so long is not relied on


class Sites:
    """So many httpds with one store, and ssoctl. `backend` is the port of an application of websockets."""

    def __init__(self, build_dir, count: int, store: str | None, *, mpm: str = "event", backend: int | None = None):
        self.sites = []
        self.ssoctl_program = build_dir / "manager" / "ssoctl"
        for _ in range(count):
            site = ProtectedSite(build_dir, store=store, mpm=mpm)
            self.sites.append(site)
            site.settings(SETTINGS)
            site.httpd.page("/page.html", "page\n")
            sockets = f"SSOEngine On\nProxyPass / http://127.0.0.1:{backend}/ upgrade=websocket" if backend else ""
            site.start(site.host("app.test", "SSOEngine On") + site.host("socket.test", sockets),
                       f'{SERVER}CustomLog "{site.folder}/logs/children.log" "%P %>s %{{X-Mark}}i"')
        self.main = self.sites[0]

    def ssoctl(self, *words: str) -> subprocess.CompletedProcess:
        environment = {**os.environ, "SSO_CONFIG": f"file:{self.main.settings_file}"}
        return subprocess.run([self.ssoctl_program, *words], env=environment, text=True, capture_output=True, timeout=60,
                              check=False, cwd="/", **service_user_options())

    def login(self, count: int) -> list[str]:
        """So many sessions of alice's. @return the cookies' values"""
        attributes = write(self.main.folder / "conf" / "alice.json", json.dumps({"uid": "alice"}))
        done = self.ssoctl("session", "create", "--attributes", str(attributes), "--count", str(count))
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    def stop(self) -> None:
        for site in self.sites:
            site.stop()


def id_of(cookie: str) -> str:
    """The store's key of a session."""
    return hashlib.sha256(b"id" + base64.urlsafe_b64decode(cookie + "=")).hexdigest()


def page_for(cookie: str) -> Request:
    return Request("app.test", "/page.html", headers=(("Cookie", f"sso={cookie}"),))


@pytest.fixture
def redis():
    with Redis() as server:
        yield server.start()


@pytest.fixture
def sites(build_dir, watch, redis):  # which outlives them
    made = []

    def make(count: int = 1, store: str | None = None, **options) -> Sites:
        made.append(Sites(build_dir, count, store, **options))
        for site in made[-1].sites:
            watch(site.httpd)
        return made[-1]

    yield make
    for each in made:
        each.stop()


def served_after(connections: list[Connection], cookie: str, end) -> float:
    """Ends a session that every httpd knows. @return how long after that the last request began that was served"""
    for connection in connections:
        assert connection.ask(page_for(cookie)).status == 200
    end(cookie)
    ended = time.monotonic()
    last = 0.0
    for connection in connections:
        while True:
            began = time.monotonic()
            status = connection.ask(page_for(cookie)).status
            if status != 200:
                assert status == 302, status
                break
            last = max(last, began - ended)
            assert last < 5, "it is served for ever"
    return last


def end_many(sites: Sites, end, count: int) -> list[float]:
    """Ends `count` sessions, one after another, while others ask for pages. @return for each how long it was served"""
    busy = [page_for(cookie) for cookie in sites.login(20)]
    cookies = sites.login(count)
    loads = [Load(site.httpd.port, busy, lambda case, answer, seconds: None if answer.status == 200 else
                  f"a live session got {answer.status}", threads=2) for site in sites.sites]
    connections = [Connection(site.httpd.port) for site in sites.sites]
    for load in loads:
        load.__enter__()
    try:
        return sorted(served_after(connections, cookie, end) for cookie in cookies)
    finally:
        for load in loads:
            load.__exit__(None, None, None)
            load.assert_flawless()
        for connection in connections:
            connection.close()


def assert_bounds(times: list[float], most: float = MOST) -> None:
    assert times[int(len(times) * 0.99) - 1] < NEARLY_ALL, times[-5:]
    assert times[-1] < most, times[-5:]


def test_two_httpds_on_one_redis_refuse_at_once_what_was_ended(sites, redis, measured):
    pair = sites(2, redis.uri)
    times = end_many(pair, lambda cookie: redis.command("DEL", f"sso:session:{{{id_of(cookie)}}}"), COUNT)
    measured(f"{len(times)} revocations: 99 % in {times[int(len(times) * 0.99) - 1] * 1000:.1f} ms, "
             f"all in {times[-1] * 1000:.1f} ms")
    assert_bounds(times)


def test_an_httpd_on_lmdb_refuses_at_once_what_was_ended(sites, measured):
    single = sites()
    times = end_many(single, lambda cookie: single.ssoctl("session", "delete", id_of(cookie)), max(COUNT // 4, 15))
    measured(f"{len(times)} revocations: all in {times[-1] * 1000:.1f} ms")
    assert_bounds(times)


@pytest.mark.parametrize("engine", ["lmdb", "redis"])
def test_nobody_is_served_after_wait_has_said_that_all_have_let_go(sites, request, engine):
    store = request.getfixturevalue("redis").uri if engine == "redis" else None
    pair = sites(2 if engine == "redis" else 1, store)
    connections = [Connection(site.httpd.port) for site in pair.sites]
    for cookie in pair.login(20):
        for connection in connections:
            assert connection.ask(page_for(cookie)).status == 200
        done = pair.ssoctl("session", "delete", id_of(cookie), "--wait", "--json")
        assert done.returncode == 0, done.stderr
        for connection in connections:
            assert connection.ask(page_for(cookie)).status == 302
        answer = json.loads(done.stdout)
        assert answer["ended"] == 1 and answer["waiting_for"] == [] and 0 <= answer["waited_ms"] < 1000


def test_wait_names_the_host_that_has_not_let_go(sites, redis):
    pair = sites(2, redis.uri)
    cookie, other = pair.login(2)
    (watcher,) = pair.sites[1].httpd.watchers()
    wait_for(lambda: redis.command("HLEN", "sso:watchers:{watch}") == 2, 5, "both watchers' words")
    os.kill(watcher, signal.SIGSTOP)
    try:
        done = pair.ssoctl("session", "delete", id_of(cookie), "--wait")
        assert done.returncode == 3 and os.uname().nodename in done.stderr, done
        # and yet nobody is served: what is not heard is asked
        connection = Connection(pair.sites[1].httpd.port)
        assert connection.ask(page_for(cookie)).status == 302
    finally:
        os.kill(watcher, signal.SIGCONT)
    assert pair.ssoctl("session", "delete", id_of(other), "--wait").returncode == 0


@contextmanager
def watchers_killed_now_and_then(sites: Sites):
    """One site's after another's, each second or so; at the end each has one again. Yields the process ids of the dead."""
    stopping = threading.Event()
    killed: list[int] = []

    def kill():
        while True:
            for site in sites.sites:
                if stopping.wait(1.2 / len(sites.sites)):
                    return
                for watcher in site.httpd.watchers():
                    os.kill(watcher, signal.SIGKILL)
                    killed.append(watcher)

    for site in sites.sites:
        site.httpd.announce("SSO0374")
    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield killed
    finally:
        stopping.set()
        killer.join()
    for site in sites.sites:
        wait_for(lambda: len(site.httpd.watchers()) == 1, 5, "the next watcher")


@pytest.mark.parametrize("engine", ["lmdb", "redis"])
def test_watchers_that_are_killed_now_and_then_are_replaced_and_the_bounds_hold(sites, request, measured, engine):
    if engine == "redis":
        redis = request.getfixturevalue("redis")
        some = sites(2, redis.uri)
        count, end = COUNT * 3, lambda cookie: redis.command("DEL", f"sso:session:{{{id_of(cookie)}}}")
    else:
        some = sites()
        count, end = COUNT // 2, lambda cookie: some.ssoctl("session", "delete", id_of(cookie))
    times: list[float] = []
    with watchers_killed_now_and_then(some) as killed:
        while not times or (not killed and len(times) < 50 * count):
            times = sorted(times + end_many(some, end, count))
    measured(f"{len(times)} revocations, {len(killed)} watchers killed: 99 % in {times[int(len(times) * 0.99) - 1] * 1000:.1f} ms, "
             f"all in {times[-1] * 1000:.1f} ms")
    assert killed and times[-1] < MOST + HEARTBEAT, times[-5:]


@pytest.mark.parametrize("engine", ["lmdb", "redis"])
def test_wait_never_says_too_early_that_all_have_let_go_though_watchers_are_killed(sites, request, measured, engine):
    some = sites(2, request.getfixturevalue("redis").uri) if engine == "redis" else sites()
    connections = [Connection(site.httpd.port) for site in some.sites]
    waits = let_go = 0
    cookies = iter(some.login(COUNT * 10))
    with watchers_killed_now_and_then(some) as killed:
        while len(killed) < max(COUNT // 20, 4):
            cookie = next(cookies)
            for connection in connections:
                assert connection.ask(page_for(cookie)).status == 200
            done = some.ssoctl("session", "delete", id_of(cookie), "--wait")
            assert done.returncode in (0, 3), done.stderr
            waits += 1
            if done.returncode == 0:
                let_go += 1
                assert [connection.ask(page_for(cookie)).status for connection in connections] == [302] * len(connections)
    for connection in connections:
        connection.close()
    measured(f"{let_go} of {waits} waits said that all have let go while {len(killed)} watchers were killed, and nobody was "
             f"served after one that did")
    assert let_go > waits / 2


def test_there_is_one_watcher_over_restarts_and_none_when_httpd_has_ended(sites):
    single = sites()
    httpd = single.main.httpd
    wait_for(lambda: len(httpd.watchers()) == 1, 5, "the watcher")
    first = httpd.watchers()
    for again in (httpd.graceful, httpd.graceful, httpd.restart):
        again()
        wait_for(lambda: len(httpd.watchers()) == 1 and httpd.watchers() != first, 5, "the next watcher")
        first = httpd.watchers()
        (cookie,) = single.login(1)
        with Connection(httpd.port) as connection:
            assert served_after([connection], cookie,
                                lambda ended: single.ssoctl("session", "delete", id_of(ended), "--wait")) < MOST
    httpd.end_process()
    wait_for(lambda: not os.path.exists(f"/proc/{first[0]}"), 5, "the watcher's end")


def test_a_watcher_does_not_outlive_an_httpd_that_is_killed(sites):
    single = sites()
    wait_for(single.main.httpd.watchers, 5, "the watcher")
    (watcher,) = single.main.httpd.watchers()
    children = single.main.httpd.children()
    single.main.httpd.signal(signal.SIGKILL)
    try:
        wait_for(lambda: not os.path.exists(f"/proc/{watcher}"), 5, "the watcher's end")
    finally:
        for child in set(children) - {watcher}:
            os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize(("engine", "fault"), [("lmdb", "emptied"), ("redis", "flushed"), ("redis", "restarted")])
def test_a_store_that_loses_all_under_load_ends_every_session_at_once(sites, request, measured, engine, fault):
    """Nobody is served after a moment, everybody is sent to log in and nobody finds a fault, and who logs in is served.
    While a Redis that keeps nothing restarts it does not answer, and some are told so."""
    if engine == "redis":
        redis = request.getfixturevalue("redis")
        some = sites(2, redis.uri)
        lose_all = redis.restart if fault == "restarted" else lambda: redis.command("FLUSHALL")
    else:
        some = sites()
        lose_all = lambda: some.ssoctl("session", "delete", "--all")
    may_be_silent = fault == "restarted"
    for site in some.sites if may_be_silent else ():
        site.httpd.announce("SSO0004", "SSO0372")
    emptied: list[float] = []
    late: list[float] = []

    def judge(_case, answer, seconds: float) -> str | None:
        allowed = {302}
        after = time.monotonic() - seconds - emptied[0] if emptied else -1.0
        if after < MOST:  # it may be under way
            allowed.add(200)
        if may_be_silent and after < MOST + 1:  # and one in each half second asks whether it is back
            allowed.add(503)
        if emptied and answer.status == 200:
            late.append(after)
        return None if answer.status in allowed else f"{answer.status} to a request of {after:.3f} s after the store was empty"

    busy = [page_for(cookie) for cookie in some.login(40)]
    loads = [Load(site.httpd.port, busy, judge, threads=3) for site in some.sites]
    for load in loads:
        load.__enter__()
    try:
        for load in loads:
            load.wait_for_requests(200)
            assert set(load.statuses) == {200}
        lose_all()
        emptied.append(time.monotonic())
        for load in loads:
            wait_for(lambda: load.statuses[302] > 500, 20, "everybody is sent to log in")
        (cookie,) = some.login(1)
        for site in some.sites:
            with Connection(site.httpd.port) as connection:
                if may_be_silent:  # each process finds out for itself that it is back
                    wait_for(lambda: connection.ask(page_for(cookie)).status != 503, 5, "the store's return")
                assert connection.ask(page_for(cookie)).status == 200
    finally:
        for load in loads:
            load.__exit__(None, None, None)
            load.assert_flawless()
    measured(f"{sum(load.count for load in loads)} requests; the last one served began {max(late, default=0) * 1000:.1f} ms after "
             f"the store was empty")


class HalfAsked:
    """A request of which httpd has read half, so that the child that reads it will answer it, whatever happens to httpd."""

    def __init__(self, connection: Connection, port: int, request: Request):
        self.connection = connection
        self.wire = request.encode()
        server = connection.open()
        server.sendall(self.wire[:-2])
        client = server.getsockname()[1]
        wait_for(lambda: HalfAsked._unread(port, client) == 0, 5, "httpd reads")

    @staticmethod
    def _unread(port: int, client: int) -> int:
        """How many bytes of the client's wait for httpd."""
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, local, remote, _, queues, *_ = line.split()
            if local.endswith(f":{port:04X}") and remote.endswith(f":{client:04X}"):
                return int(queues.split(":")[1], 16)
        raise ConnectionError("httpd has closed the connection")

    def finish(self):
        assert self.connection.socket is not None
        self.connection.socket.sendall(self.wire[-2:])
        return self.connection.receive()


@pytest.mark.parametrize(("engine", "mpm"), [("lmdb", "event"), ("redis", "event"), ("redis", "prefork")])
def test_children_that_outlive_two_graceful_restarts_refuse_what_was_ended(sites, request, engine, mpm):
    """A websocket keeps the old child, as would a request that is under way; and what comes on such a connection is decided
    by what holds now."""
    backend = HttpBackend()
    single = sites(1, request.getfixturevalue("redis").uri if engine == "redis" else None, mpm=mpm, backend=backend.port)
    httpd = single.main.httpd
    alive, ended = single.login(2)
    with Connection(httpd.port) as socket, Connection(httpd.port) as of_alive, Connection(httpd.port) as of_ended:
        assert socket.ask(Request("socket.test", "/", headers=(*UPGRADE, *page_for(ended).headers))).status == 101
        assert say(socket, b"first") == b"alice:first"
        for connection, cookie in ((of_alive, alive), (of_ended, ended)):
            assert connection.ask(page_for(cookie)).status == 200  # its child remembers the session
        old = set(httpd.children())
        waiting = [HalfAsked(connection, httpd.port, Request("app.test", "/page.html", headers=(
            *page_for(cookie).headers, ("X-Mark", mark)))) for connection, cookie, mark in (
                (of_alive, alive, "alive"), (of_ended, ended, "ended"))]
        for _ in range(2):
            httpd.graceful()
        assert say(socket, b"second") == b"alice:second"
        done = single.ssoctl("session", "delete", id_of(ended), "--wait")
        assert done.returncode == 0, done.stderr
        assert [half.finish().status for half in waiting] == [200, 302]
    log = single.main.folder / "logs" / "children.log"
    wait_for(lambda: log.read_text().count(" alive\n") == log.read_text().count(" ended\n") == 1, 5, "both in the log")
    lines = [line.split() for line in log.read_text().splitlines()]
    assert {int(child) for child, _, mark in lines if mark in ("alive", "ended")} <= old, (lines, old)
    backend.stop()
