"""Under prefork a child of httpd has no thread of ours until it needs one, and hears of each change nevertheless."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from sandbox.process import last_held, wait_for
from sandbox.protected_site import ProtectedSite
from sandbox.redis import Redis
from tests.support.clients import Connection, Request
from tests.support.footprint import serving

OPEN = '[vhost."app.test"]\nurl = "http://app.sso.test/"\ndefault = "accept"\n'
CLOSED = OPEN.replace("accept", "deny")
CHILDREN = 3
SERVER = f"""
StartServers {CHILDREN}
ServerLimit {CHILDREN}
MaxRequestWorkers {CHILDREN}
MinSpareServers 1
MaxSpareServers {CHILDREN}
KeepAlive On
KeepAliveTimeout 60
MaxKeepAliveRequests 0
"""
ALL_ARE_BUSY = "AH00161"


def tasks(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


class Site(ProtectedSite):
    """Each of `connections` is with a child of its own, which has let alice in."""

    def __init__(self, *places, **options):
        super().__init__(*places, **options)
        self.settings(OPEN)
        self.source = f"file:{self.settings_file}"
        self.connections: list[Connection] = []

    def configure(self, body: str, server_level: str = "") -> None:
        self.httpd.configure(f'SSOConfig "{self.source}"\n{server_level}\n{body}')

    def open(self) -> None:
        self.httpd.announce(ALL_ARE_BUSY)
        self.httpd.page("/page.html", "page")
        self.start(self.host("app.test", "SSOEngine On") + self.host(
            "reload.test", '<Location "/reload">\nSetHandler sso-reload\nRequire ip 127.0.0.1\n</Location>'), SERVER)
        self.alice = self.login("alice")
        self.connections = [Connection(self.httpd.port) for _ in range(CHILDREN)]
        assert [self.ask(connection) for connection in self.connections] == [200] * CHILDREN

    def ask(self, connection: Connection) -> int:
        return connection.ask(Request("app.test", "/page.html", headers=(("Cookie", self.alice),))).status

    def threads(self) -> list[int]:
        """How many each child has, its own included."""
        found = sorted(tasks(child) for child in serving(self.httpd))
        assert len(found) == CHILDREN
        return found

    def with_a_thread(self) -> bool:
        return self.threads()[-1] > 1

    def wait_until_refused(self, connection: Connection) -> float:
        """@return for how many seconds it was not"""
        return last_held(lambda: self.ask(connection) == 200)

    def stop(self) -> None:
        for connection in self.connections:
            connection.close()
        super().stop()


@pytest.fixture
def redis():
    with Redis() as server:
        yield server.start()


@pytest.fixture(params=["lmdb", "redis"])
def site(build_dir, watch, request):
    store = request.getfixturevalue("redis").uri if request.param == "redis" else None
    with Site(build_dir, mpm="prefork", store=store) as running:
        watch(running.httpd)
        running.open()
        yield running


def test_children_that_serve_have_no_thread_but_that_of_their_requests(site):
    for _ in range(20):
        for connection in site.connections:
            assert site.ask(connection) == 200
    assert site.threads() == [1] * CHILDREN


def test_a_change_reaches_the_first_request_of_each_child(site):
    """And the one after it those that have heard of one before."""
    busy, *idle = site.connections
    site.settings(CLOSED)
    assert site.wait_until_refused(busy) < 2
    assert site.threads() == [1] * (CHILDREN - 1) + [2], "who is not asked needs no thread"
    assert [site.ask(connection) for connection in idle] == [403] * len(idle)
    assert site.threads() == [2] * CHILDREN
    site.settings(OPEN)
    for connection in site.connections:
        assert last_held(lambda one=connection: site.ask(one) == 403) < 2


def test_a_child_asks_itself_when_nobody_has_for_a_second(site):
    (watcher,) = site.httpd.watchers()
    os.kill(watcher, signal.SIGSTOP)
    try:
        site.settings(CLOSED)
        changed = time.monotonic()
        wait_for(lambda: time.monotonic() > changed + 1, 5, "a second")
        assert [site.ask(connection) for connection in site.connections] == [403] * CHILDREN
    finally:
        os.kill(watcher, signal.SIGCONT)


def test_a_watcher_that_is_killed_stops_no_change(site):
    site.httpd.announce("SSO0374")
    (watcher,) = site.httpd.watchers()
    os.kill(watcher, signal.SIGKILL)
    site.settings(CLOSED)
    for connection in site.connections:
        assert site.wait_until_refused(connection) < 2


def test_a_child_that_is_told_to_look_does_so_and_the_others_follow(site):
    told, *idle = site.connections
    site.settings(CLOSED)
    answer = told.ask(Request("reload.test", "/reload"))
    assert answer.status == 200
    assert [site.ask(connection) for connection in (told, *idle)] == [403] * CHILDREN


def test_a_source_that_hangs_holds_up_no_revocation_and_each_child_once(build_dir, watch, redis):
    with Site(build_dir, mpm="prefork") as site:
        watch(site.httpd)
        site.source = redis.uri
        subprocess.run([build_dir / "manager" / "ssoctl", "--config", redis.uri, "config", "apply", site.settings_file, "-m",
                        "first", "--accept-warnings"], check=True, capture_output=True, timeout=20)
        site.open()
        site.httpd.announce("SSO0102")
        redis.stall()
        # it is asked by nobody any more when the watcher has waited for an answer for a second
        wait_for(lambda: site.ask(site.connections[0]) == 200 and site.with_a_thread(), 5, "no child asks itself")
        for connection in site.connections:
            began = time.monotonic()
            assert site.ask(connection) == 200
            assert time.monotonic() - began < 1
        site.logout(site.alice)
        assert last_held(lambda: site.ask(site.connections[0]) == 200) < 0.5
        redis.go_on()
