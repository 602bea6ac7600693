"""SSOCache with httpd's providers that keep what is shared in a server, memcached or Redis: it serves, it does not outlive
a logout, and a server that has gone costs nobody their session."""

import pytest

from sandbox.memcached import Memcached
from sandbox.process import wait_for
from sandbox.protected_site import ProtectedSite
from sandbox.redis import Redis
from tests.support.clients import Connection, Request

SETTINGS = '[vhost."app.test"]\nurl = "http://app.sso.test/"\n'
STATUS = '<Location "/status">\nSetHandler sso-status\nRequire ip 127.0.0.1\n</Location>\n'
CHILDREN = "StartServers 6\nMinSpareServers 6\nMaxSpareServers 10\nKeepAlive On\nKeepAliveTimeout 60\n"
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
def site(build_dir, watch, provider, cache):
    """Each connection that stays open has a child of its own."""
    with Redis() as store, ProtectedSite(build_dir, mpm="prefork", modules=(f"socache_{provider}",),
                                         store=store.start().uri) as running:
        watch(running.httpd)
        running.settings(SETTINGS)
        running.httpd.page("/page.html", "page\n")
        running.start(running.host("app.test", "SSOEngine On") + running.host("status.test", STATUS),
                      f"{CHILDREN}SSOCache {provider}:127.0.0.1:{cache.port}")
        wait_for(lambda: state(running)["watcher"]["listening"], 10, "nobody listens to the store")
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
    site.configure(site.host("app.test", "SSOEngine On"), f"{CHILDREN}SSOCache {provider}::11211")
    site.httpd.announce("SSO0381", *UNREADABLE[provider])
    site.httpd.graceful()
    site.httpd.wait_for_log("SSO0381")
    assert statuses(site, site.login("alice")) == [200] * 4
