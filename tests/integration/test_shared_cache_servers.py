"""SSOCache with httpd's providers that keep what is shared in a server, memcached or Redis: it serves, it does not outlive
a logout, and a server that has gone, or does not answer, costs nobody their session and holds nobody for long."""

import os
import time

import pytest

from sandbox.memcached import Memcached
from sandbox.process import wait_for
from sandbox.protected_site import ProtectedSite
from sandbox.redis import Redis
from tests.support import promises
from tests.support.clients import Connection, Request
from tests.support.load import Load

SETTINGS = '[vhost."app.test"]\nurl = "http://app.sso.test/"\n'
STATUS = '<Location "/status">\nSetHandler sso-status\nRequire ip 127.0.0.1\n</Location>\n'
CHILDREN = {"prefork": "StartServers 6\nMinSpareServers 6\nMaxSpareServers 10\n",
            "event": "StartServers 2\nServerLimit 4\nThreadsPerChild 8\nMinSpareThreads 8\nMaxSpareThreads 32\n"}
# what httpd's providers say of a server that has gone
GONE = {"memcache": ("AH00790", "AH00791"), "redis": ("AH03478", "AH03479")}
# … and of one whose name cannot be read
UNREADABLE = {"memcache": ("AH00786", "AH00787"), "redis": ("AH03474", "AH03475")}


@pytest.fixture(params=["memcache", "redis"])
def provider(request):
    return request.param


@pytest.fixture
def cache(provider):
    with (Memcached() if provider == "memcache" else Redis()) as server:
        yield server.start()


@pytest.fixture
def mpm():
    """Each connection that stays open has a child of its own."""
    return "prefork"


@pytest.fixture
def timeout():
    """SSOStoreTimeout in seconds: so long that a busy machine makes no server silent."""
    return 4.0


silence = pytest.mark.parametrize(("mpm", "timeout"), [("prefork", promises.STORE_TIMEOUT), ("event", promises.STORE_TIMEOUT)])


@pytest.fixture
def store():
    with Redis() as server:
        yield server.start()


def start(site, provider: str, port: int, timeout: float, more: str = "") -> None:
    site.settings(SETTINGS)
    site.httpd.page("/page.html", "page\n")
    site.start(site.host("app.test", "SSOEngine On") + site.host("status.test", STATUS),
               f"{CHILDREN[site.httpd.mpm]}KeepAlive On\nKeepAliveTimeout 60\nSSOStoreTimeout {round(timeout * 1000)}\n"
               f"SSOCache {provider}:127.0.0.1:{port}\n{more}")
    wait_for(lambda: state(site)["watcher"]["listening"], 10, "nobody listens to the store")


@pytest.fixture
def site(build_dir, watch, provider, cache, store, mpm, timeout):
    with ProtectedSite(build_dir, mpm=mpm, modules=(f"socache_{provider}",), store=store.uri) as running:
        watch(running.httpd)
        # next to nothing is at hand: almost every request asks what is shared
        start(running, provider, cache.port, timeout, "SSOLocalCache 1" if timeout == promises.STORE_TIMEOUT else "")
        yield running


def state(site) -> dict:
    return site.get("status.test", "/status?format=json").json()


def statuses(site, cookie: str) -> list[int]:
    connections = [Connection(site.httpd.port) for _ in range(4)]
    try:
        return [one.ask(Request("app.test", "/page.html", headers=(("Cookie", cookie),))).status for one in connections]
    finally:
        for one in connections:
            one.close()


def test_what_one_child_has_loaded_serves_in_the_others_until_the_session_ends(site):
    alice = ""

    def is_shared() -> bool:  # not where the word of the new session's own making is late, and voids what was kept
        nonlocal alice
        alice = site.login("alice")
        before = state(site)["sessions"]["misses"]
        assert statuses(site, alice) == [200] * 4
        after = state(site)["sessions"]["misses"]
        return (after["store"] - before["store"], after["l2"] - before["l2"]) == (1, 3)
    wait_for(is_shared, 10, "nothing is shared")
    site.logout(alice)
    wait_for(lambda: statuses(site, alice) == [302] * 4, 2, "it serves on")
    assert statuses(site, alice) == [302] * 4


def test_a_graceful_restart_takes_nothing_from_those_who_come_after_it(site):
    alice = site.login("alice")
    assert statuses(site, alice) == [200] * 4
    site.httpd.graceful()
    assert statuses(site, alice) == [200] * 4
    site.logout(alice)
    wait_for(lambda: statuses(site, alice) == [302] * 4, 2, "it serves on")


def test_without_its_server_each_child_asks_the_store(site, provider, cache):
    cache.end_process()
    site.httpd.announce(*GONE[provider])
    alice = site.login("alice")
    before = state(site)["sessions"]["misses"]
    assert statuses(site, alice) == [200] * 4
    after = state(site)["sessions"]["misses"]
    assert after["store"] - before["store"] == 4 and after["l2"] == before["l2"]


def test_servers_that_are_not_named_are_an_error_of_the_configuration(site, provider):
    for words in (provider, f"{provider}:"):
        site.configure(site.host("app.test", "SSOEngine On"), f"SSOCache {words}")
        checked = site.httpd.check_config()
        assert checked.returncode != 0 and "SSOCache: " in checked.stdout, checked.stdout


def test_a_server_without_a_name_leaves_httpd_without_a_cache_and_with_an_error_in_its_log(site, provider):
    site.configure(site.host("app.test", "SSOEngine On"), f"SSOCache {provider}::11211")
    site.httpd.announce("SSO0381", *UNREADABLE[provider])
    site.httpd.graceful()
    site.httpd.wait_for_log("SSO0381")
    assert statuses(site, site.login("alice")) == [200] * 4


# A server that is there and does not answer


def page_for(cookie: str) -> Request:
    return Request("app.test", "/page.html", headers=(("Cookie", cookie),))


def flaw_of(case: Request, answer, seconds: float) -> str | None:
    if answer.status == 200 and seconds < promises.STORE_TIMEOUT + promises.SLACK:
        return None
    return f"{answer.status} after {seconds:.2f} s: {answer.headers}"


def found(site) -> dict:
    return state(site)["sessions"]["misses"]


def wait_for_hits(site, count: int) -> None:
    before = found(site)["l2"]
    wait_for(lambda: found(site)["l2"] >= before + count, 20, "nothing is found in what is shared")


@silence
def test_while_its_server_is_silent_all_are_served_in_time_and_then_it_serves_again(site, cache, measured):
    site.httpd.announce("SSO0383")
    people = [page_for(site.login(f"user{number}")) for number in range(24)]
    bob = site.login("bob")
    assert statuses(site, bob) == [200] * 4
    with Load(site.httpd.port, people, flaw_of) as load:
        wait_for_hits(site, 50)
        cache.stall()
        site.httpd.wait_for_log("SSO0383")
        before = found(site)["l2"]
        load.wait_for_requests(400)
        assert found(site)["l2"] == before, "it answers"
        site.logout(bob)
        wait_for(lambda: statuses(site, bob) == [302] * 4, 2, "it serves on")
        cache.go_on()
        site.httpd.wait_for_log("SSO0384")
        wait_for_hits(site, 50)
        for _ in range(5):
            assert statuses(site, bob) == [302] * 4, "what was not dropped has come back"
    load.assert_flawless()
    lines = site.httpd.log_since_mark()
    measured(f"{load.count} requests, slowest {load.slowest:.3f} s, {lines.count('SSO0383')} and {lines.count('SSO0384')} lines")


@silence
def test_a_child_that_waits_for_it_in_vain_ends_when_it_is_told_to(site, cache, measured):
    def make_stuck() -> list[int]:
        before = site.httpd.log_since_mark().count("SSO0383")
        with Load(site.httpd.port, [page_for(site.login(f"user{number}")) for number in range(4)], flaw_of) as load:
            wait_for(lambda: site.httpd.log_since_mark().count("SSO0383") > before, 10, "nobody is stuck")
        load.assert_flawless()
        return [child for child in site.httpd.children() if child not in site.httpd.watchers()]

    site.httpd.announce("SSO0383")
    cache.stall()
    old = make_stuck()
    began = time.monotonic()
    site.httpd.graceful()
    wait_for(lambda: not any(os.path.exists(f"/proc/{child}") for child in old), 5, "the children of before have not ended")
    graceful = time.monotonic() - began
    make_stuck()
    began = time.monotonic()
    site.httpd.end_process()
    ended = time.monotonic() - began
    assert ended < 5  # and the log says nothing of children that had to be told twice
    measured(f"old children gone {graceful:.2f} s after a graceful restart, httpd {ended:.2f} s after SIGTERM")


def test_where_the_cache_and_the_store_are_both_silent_nobody_is_held_longer_than_by_one(build_dir, watch, store, mpm):
    timeout = 3.0
    with ProtectedSite(build_dir, mpm=mpm, modules=("socache_redis",), store=store.uri) as site:
        watch(site.httpd)
        start(site, "redis", store.port, timeout)
        site.httpd.announce("SSO0004", "SSO0372", "SSO0383")
        alice = site.login("alice")
        store.stall()
        began = time.monotonic()
        answer = site.get("app.test", "/page.html", alice)
        seconds = time.monotonic() - began
        store.go_on()
        assert answer.status == 503
        assert timeout - promises.SLACK < seconds < timeout + promises.SLACK
        wait_for(lambda: site.get("app.test", "/page.html", alice).status == 200, 10, "the store's return")
