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

import pytest

from sandbox.process import service_user_options, wait_for, write
from sandbox.protected_site import ProtectedSite
from sandbox.redis import Redis
from tests.support.clients import Connection, Request
from tests.support.load import Load

SETTINGS = """
[vhost."app.test"]
url = "http://app.sso.test/"
rules = [ { match = '^/page', allow = '$uid eq "alice"' } ]
"""
COUNT = int(os.environ.get("SSO_REVOCATIONS") or (1000 if os.environ.get("SSO_STRESS") == "whole" else 60))
MOST = 0.5        # seconds after which nobody is served any more
NEARLY_ALL = 0.05  # and nearly nobody after these


class Sites:
    """So many httpds with one store, and ssoctl."""

    def __init__(self, build_dir, count: int, store: str | None):
        self.sites = []
        self.ssoctl_program = build_dir / "manager" / "ssoctl"
        for _ in range(count):
            site = ProtectedSite(build_dir, store=store)
            self.sites.append(site)
            site.settings(SETTINGS)
            site.httpd.page("/page.html", "page\n")
            site.start(site.host("app.test", "SSOEngine On"),
                       "KeepAlive On\nMaxKeepAliveRequests 0\nKeepAliveTimeout 60\nSSOLease 2")
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

    def make(count: int = 1, store: str | None = None) -> Sites:
        made.append(Sites(build_dir, count, store))
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


def test_a_watcher_that_is_killed_now_and_then_is_replaced_and_the_bounds_hold(sites, redis):
    single = sites(1, redis.uri)
    httpd = single.main.httpd
    httpd.announce("SSO0374")
    stopping = threading.Event()

    def kill_now_and_then():
        while not stopping.wait(1.5):
            for watcher in httpd.watchers():
                os.kill(watcher, signal.SIGKILL)

    killer = threading.Thread(target=kill_now_and_then)
    killer.start()
    try:
        times = end_many(single, lambda cookie: redis.command("DEL", f"sso:session:{{{id_of(cookie)}}}"), COUNT * 3)
    finally:
        stopping.set()
        killer.join()
    assert times[-1] < MOST, times[-5:]
    wait_for(lambda: len(httpd.watchers()) == 1, 5, "the next watcher")


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


def test_a_flush_of_redis_ends_every_session_at_once(sites, redis):
    single = sites(1, redis.uri)
    (cookie,) = single.login(1)
    with Connection(single.main.httpd.port) as connection:
        assert served_after([connection], cookie, lambda _: redis.command("FLUSHALL")) < MOST
