"""The cache that httpd's processes share (SSOCache): what one child has loaded serves in the others, the store is not
asked, and what has ended is refused by all."""

import time

import pytest

from sandbox.process import wait_for
from sandbox.protected_site import ProtectedSite
from sandbox.redis import Redis
from tests.support.clients import Connection, Request

SETTINGS = """
[vhost."app.test"]
url = "http://app.sso.test/"
rules = [
    { match = '^/leave', allow = 'logout_sso' },
    { match = '^/page', allow = '$uid eq "alice"' },
]
"""
STATUS = """
<Location "/status">
    SetHandler sso-status
    Require ip 127.0.0.1
</Location>
"""

CHILDREN = {"prefork": "StartServers 6\nMinSpareServers 6\nMaxSpareServers 10",
            "event": "StartServers 3\nServerLimit 4\nThreadsPerChild 8\nMinSpareThreads 24\nMaxSpareThreads 32"}


@pytest.fixture
def redis():
    with Redis() as server:
        yield server.start()


@pytest.fixture
def make(build_dir, watch, redis):
    """`make(modules, directives)`: an httpd with several children."""
    made = []

    def begin(modules=("socache_shmcb",), directives="", mpm="prefork", on_redis=True) -> ProtectedSite:
        site = ProtectedSite(build_dir, mpm=mpm, modules=modules, store=redis.uri if on_redis else None)
        made.append(site)
        watch(site.httpd)
        site.settings(SETTINGS)
        site.httpd.page("/page.html", "page\n")
        site.body = site.host("app.test", "SSOEngine On") + site.host("status.test", STATUS)
        site.level = f"{CHILDREN[mpm]}\nKeepAlive On\nKeepAliveTimeout 60\n{directives}"
        site.configure(site.body, site.level)
        return site

    yield begin
    for site in made:
        site.stop()


def page_for(cookie: str) -> Request:
    return Request("app.test", "/page.html", headers=(("Cookie", cookie),))


def gets(redis) -> int:
    """How many keys anybody has read in Redis."""
    for line in str(redis.command("INFO", "commandstats")).splitlines():
        if line.startswith("cmdstat_get:"):
            return int(line.split("calls=")[1].split(",")[0])
    return 0


class Children:
    """Connections that stay open: under prefork each has a child of its own."""

    def __init__(self, site, count: int = 4):
        self.connections = [Connection(site.httpd.port) for _ in range(count)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self.connections:
            connection.close()

    def statuses(self, cookie: str) -> list[int]:
        return [connection.ask(page_for(cookie)).status for connection in self.connections]


def state(site) -> dict:
    return site.get("status.test", "/status?format=json").json()


def found(site) -> dict:
    return state(site)["sessions"]["misses"]


def start(site) -> None:
    """Starts it, and waits until the store is listened to: what is shared serves as long as it is."""
    site.httpd.start()
    wait_for(lambda: state(site)["watcher"]["listening"], 10, "nobody listens to the store")


@pytest.mark.parametrize("directive", ["", "SSOCache shmcb", "SSOCache shmcb:1M", "SSOCache SHMCB:sso(512k)",
                                       "SSOCache shmcb:other(1048576)", "SSOCache dbm"])
def test_what_one_child_has_loaded_serves_in_the_others_and_the_store_is_not_asked(make, redis, directive):
    site = make(("socache_shmcb", "socache_dbm"), directive)
    start(site)
    assert "SSO038" not in site.httpd.error_log
    alice = site.login("alice")
    with Children(site) as children:
        assert children.connections[0].ask(page_for(alice)).status == 200
        before, asked = found(site), gets(redis)
        assert children.statuses(alice) == [200] * 4
        after = found(site)
        assert after["l2"] - before["l2"] == 3 and after["store"] == before["store"]
        assert gets(redis) == asked


def test_without_it_each_child_asks_the_store(make, redis):
    site = make(directives="SSOCache Off")
    start(site)
    alice = site.login("alice")
    with Children(site) as children:
        before, asked = found(site), gets(redis)
        assert children.statuses(alice) == [200] * 4
        assert found(site)["store"] - before["store"] == 4 and found(site)["l2"] == 0
        assert gets(redis) == asked + 8
    assert "SSO038" not in site.httpd.error_log


def refused_after(children: Children, cookie: str) -> float:
    """How long after now the last request began that was served."""
    began = last = time.monotonic()
    while True:
        now = time.monotonic()
        statuses = children.statuses(cookie)
        if 200 not in statuses:
            assert statuses == [302] * len(statuses)
            return last - began
        last = now
        assert now - began < 5, "it is served for ever"


@pytest.mark.parametrize("mpm", ["prefork", "event"])
@pytest.mark.parametrize("engine", ["redis", "lmdb"])
def test_what_has_ended_is_refused_at_once_by_those_who_held_it_and_those_who_did_not(make, mpm, engine):
    site = make(mpm=mpm, on_redis=engine == "redis")
    start(site)
    for _ in range(15):
        alice = site.login("alice")
        with Children(site, 2) as holders, Children(site, 2) as others:
            assert holders.statuses(alice) == [200, 200]
            site.logout(alice)
            assert refused_after(holders, alice) < 0.5
            assert others.statuses(alice) == [302, 302], "L2 has brought it back"


def test_who_logs_out_in_one_child_is_not_served_by_another(make):
    site = make()
    start(site)
    for _ in range(15):
        alice = site.login("alice")
        with Children(site) as children:
            assert children.statuses(alice)[:2] == [200, 200]
            children.connections[0].ask(Request("app.test", "/leave", headers=(("Cookie", alice),)))
            assert children.statuses(alice) == [302] * 4


def test_it_serves_over_a_graceful_restart_and_forgets_at_most(make):
    site = make(("socache_shmcb", "socache_dbm"), "SSOCache dbm")
    start(site)
    alice, bob = site.login("alice"), site.login("alice")
    with Children(site) as children:
        assert children.statuses(alice) == children.statuses(bob) == [200] * 4
    site.logout(bob)
    site.httpd.graceful()
    with Children(site) as children:
        assert children.statuses(alice) == [200] * 4
        assert children.statuses(bob) == [302] * 4


def test_a_child_that_ends_takes_nothing_from_the_others(make):
    site = make(directives="MaxConnectionsPerChild 3")
    start(site)
    alice = site.login("alice")
    assert [site.get("app.test", "/page.html", alice).status for _ in range(30)] == [200] * 30
    assert found(site)["l2"] > 0


def test_a_provider_that_is_not_there_is_an_error_of_the_configuration(make):
    for words, named in (("shmcb", "a2enmod socache_shmcb"), ("shmcb:8M", "a2enmod socache_shmcb"),
                         ("none%such", "none%such")):
        checked = make((), f"SSOCache {words}").httpd.check_config()
        assert checked.returncode != 0 and named in checked.stdout, checked.stdout
    for words in ("shmcb:1k", "shmcb:sso(-1)", "shmcb:sso(9000G)", "shmcb:sso()"):
        checked = make(directives=f'SSOCache "{words}"').httpd.check_config()
        assert checked.returncode != 0 and "SSOCache: " in checked.stdout, checked.stdout


def test_without_a_provider_and_without_the_directive_there_is_one_notice(make):
    site = make(())
    site.httpd.start()
    assert site.httpd.error_log.count("SSO0380") == 1
    assert "a2enmod socache_shmcb" in site.httpd.error_log
    assert site.get("app.test", "/page.html", site.login("alice")).status == 200
