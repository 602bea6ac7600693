"""How much memory a child of httpd takes over one of plain httpd: with a large configuration that has changed while it runs,
and with as many sessions as it keeps at hand."""

import json
import os
import signal
import subprocess

import pytest

from sandbox.httpd import Httpd
from sandbox.process import own, wait_for, write
from sandbox.protected_site import ProtectedSite
from tests.support.clients import Connection, Request
from tests.support.footprint import large_settings, pss_of_children, serving, settled_memory

MOST = 10 * 1024  # KiB a child over plain
HOSTS = 2_000
SESSIONS = 10_000


@pytest.fixture(scope="module")
def plain() -> float:
    """KiB of a child of plain httpd."""
    with Httpd() as httpd:
        httpd.configure("<VirtualHost *>\nServerName plain.test\n</VirtualHost>")
        httpd.page("/page.html", "page")
        httpd.start()
        assert httpd.get("plain.test", "/page.html").status == 200
        yield settled_memory(httpd)


@pytest.fixture
def site(build_dir, watch):
    """Under event there is one child that serves, by the sandbox's settings."""
    with ProtectedSite(build_dir) as running:
        watch(running.httpd)
        running.httpd.page("/page.html", "page")
        yield running


def assert_takes_little(site, plain: float, measured) -> None:
    """What is not used any more is given back within moments."""
    def most() -> float:
        return max(pss_of_children(site.httpd)) - plain
    lowest = float("inf")

    def fits() -> bool:
        nonlocal lowest
        lowest = min(lowest, most())
        return lowest <= MOST
    try:
        wait_for(fits, 20, "it takes more")
    except TimeoutError:
        pytest.fail(f"a child takes {lowest / 1024:.1f} MiB over plain httpd's")
    measured(f"{lowest / 1024:.1f} MiB over plain")


def test_a_large_configuration_that_has_changed_costs_a_child_little(site, plain, measured):
    """Compiled whole, it would take some 120 MiB: a virtual host is compiled at its first use."""
    names = [f"app{h}.test" for h in range(HOSTS)]
    site.settings(large_settings(HOSTS, "accept"))
    site.start(site.host("app.test", "SSOEngine On", " ".join(names)))
    alice = site.login("alice")
    assert site.get(names[0], "/page.html", alice).status == 200
    site.settings(large_settings(HOSTS, "deny"))
    wait_for(lambda: site.get(names[0], "/page.html", alice).status == 403, 60, "the change is not in force")
    for name in names[1:10]:
        assert site.get(name, "/page.html", alice).status == 403
    assert_takes_little(site, plain, measured)


def test_children_of_prefork_take_as_little_also_one_that_begins_after_the_change(build_dir, watch, plain, measured):
    names = [f"app{h}.test" for h in range(HOSTS)]
    with ProtectedSite(build_dir, mpm="prefork") as site:
        watch(site.httpd)
        site.httpd.announce("AH00161")  # all its processes are busy
        site.httpd.page("/page.html", "page")
        site.settings(large_settings(HOSTS, "accept"))
        site.start(site.host("app.test", "SSOEngine On", " ".join(names)),
                   "StartServers 2\nServerLimit 2\nMaxRequestWorkers 2\nMinSpareServers 1\nMaxSpareServers 2\n"
                   "KeepAlive On\nKeepAliveTimeout 60\nMaxKeepAliveRequests 0")
        alice = site.login("alice")

        def has_heard(child: int) -> bool:
            return len(os.listdir(f"/proc/{child}/task")) > len(os.listdir(f"/proc/{site.httpd.pid}/task"))

        def asked(connection: Connection, count: int) -> list[int]:
            return [connection.ask(Request(name, "/page.html", headers=(("Cookie", alice),))).status for name in names[:count]]
        # a child each
        with Connection(site.httpd.port) as first, Connection(site.httpd.port) as second:
            assert asked(first, 1) == asked(second, 1) == [200]
            site.settings(large_settings(HOSTS, "deny"))
            wait_for(lambda: asked(first, 1) == [403], 60, "the change is not in force")
            second.close()
            children = serving(site.httpd)
            for child in children:
                if not has_heard(child):  # that of the second connection
                    os.kill(child, signal.SIGTERM)
            wait_for(lambda: len(serving(site.httpd)) == 2 and set(serving(site.httpd)) != set(children), 20, "no new child")
            assert asked(first, 10) == asked(second, 10) == [403] * 10
            assert_takes_little(site, plain, measured)


def test_as_many_sessions_as_are_kept_at_hand_cost_a_child_little(site, plain, build_dir, measured):
    site.settings('[vhost."app.test"]\nurl = "http://app.sso.test/"\nrules = [ { match = \'^/page\', allow = '
                  "'$groups =~ /\\bgroup1\\b/' } ]\n")
    site.start(site.host("app.test", "SSOEngine On"), "KeepAlive On\nMaxKeepAliveRequests 0")
    person = write(site.folder / "conf/person.json", json.dumps({
        "uid": "user%d", "_whatToTrace": "user%d", "cn": "Person Number %d", "mail": "user%d@example.com",
        "ou": "unit7", "groups": "group1; group2; everybody", "employeeNumber": "%d", "_auth": "LDAP",
        "authenticationLevel": "2"}))
    made = subprocess.run([build_dir / "manager/ssoctl", "--config", f"file:{site.settings_file}", "session", "create",
                           "--attributes", person, "--count", str(SESSIONS)],
                          capture_output=True, text=True, timeout=120)
    assert made.returncode == 0, made.stderr
    for file in site.store_folder.iterdir():
        own(file)
    connection = Connection(site.httpd.port)
    for cookie in made.stdout.split():
        assert connection.ask(Request("app.test", "/page.html", headers=(("Cookie", f"sso={cookie}"),))).status == 200
    connection.close()
    assert_takes_little(site, plain, measured)
