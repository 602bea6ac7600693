"""What a decision takes from the heap, counted in httpd's one child: nothing, once everything has been seen. A request is
compared with the same request for the same page where nothing is protected, to the single call.

Two answers may take from it, and are not counted here: a refusal (403), which sends a page and writes a line to the log,
and a stranger's way to the portal (302), whose address is put together anew each time. Neither is the steady state of
anybody who works."""

import os
import shutil
import struct
from pathlib import Path

import pytest

from sandbox.process import own
from sandbox.protected_site import ProtectedSite
from tests.support.clients import Connection, Request

SETTINGS = r"""
[vhost."one.test"]
url = "http://one.sso.test/"
rules = [ { match = '^/page', allow = '$groups =~ /\bgroup1\b/' } ]
[vhost."one.test".headers]
Auth-User = '$uid'
Auth-Groups = '$groups'

[vhost."ten.test"]
url = "http://ten.sso.test/"
rules = [
    { match = '^/never', allow = 'deny' },
    { match = '\.pdf$', allow = 'deny' },
    { match = '(?i)/secret|/private', allow = 'deny' },
    { match = '^/page', allow = '$ENV{REQUEST_METHOD} eq "GET" and $groups =~ /group1/', level = 1 },
]
[vhost."ten.test".headers]
X-User = '$uid'
X-Groups = '$groups'
X-Large = 'uc($uid)'
X-Both = '$uid . "@" . $groups'
X-Absent = '$nobody'
X-Method = '$ENV{REQUEST_METHOD}'
X-Address = '$ENV{REMOTE_ADDR}'
X-Host = '$ENV{HTTP_HOST}'
X-Agent = '$uid . " by " . $ENV{HTTP_USER_AGENT}'
X-Uri = '$ENV{REQUEST_URI}'

[vhost."open.test"]
url = "http://open.sso.test/"
default = "unprotect"
[vhost."open.test".headers]
Auth-User = '$uid'

[vhost."skip.test"]
url = "http://skip.sso.test/"
default = "skip"
"""

HOSTS = ("one.test", "ten.test", "open.test", "skip.test")
ONE_CHILD = """
StartServers 1
ServerLimit 1
MaxRequestWorkers 1
MinSpareServers 1
MaxSpareServers 1
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 60
"""
WARM_UP = 20     # rounds: the first meet a cold cache, and pools that have not grown to their size
COUNTED = 10     # rounds
SESSIONS = 20


class Heap:
    """The counts that tests/support/counted_allocations.cpp keeps of each process."""

    def __init__(self, site: ProtectedSite):
        library = site.folder / "modules" / "counted_allocations.so"
        shutil.copy(site.build_dir / "tests" / "support" / "counted_allocations.so", library)
        library.chmod(0o755)
        self.file = site.folder / "allocations"
        self.file.touch()
        os.truncate(self.file, 8 * int(Path("/proc/sys/kernel/pid_max").read_text()))
        own(self.file)
        site.httpd.environment = {"LD_PRELOAD": str(library), "SSO_ALLOCATIONS": str(self.file)}

    def count(self, process: int) -> int:
        with self.file.open("rb") as file:
            file.seek(8 * process)
            return struct.unpack("=Q", file.read(8))[0]


@pytest.fixture(scope="module")
def world(build_dir):
    with ProtectedSite(build_dir, mpm="prefork") as site:
        heap = Heap(site)
        site.settings(SETTINGS)
        site.httpd.page("page.html", "a page")
        site.start(ONE_CHILD + "".join(site.host(name, "SSOEngine On") for name in HOSTS) + site.host("plain.test")
                   + site.proxy("through.test", "SSOEngine On\nSSOVirtualHost ten.test") + site.proxy("bare.test"))
        # its one child, and mod_cgid's process, which nobody asks for anything
        children = set(site.httpd.children()) - set(site.httpd.watchers())
        yield site, lambda: sum(heap.count(child) for child in children)


@pytest.fixture
def site(world, watch):
    watch(world[0].httpd)
    world[0].httpd.announce("AH00161")  # of its one process, which is all it has
    return world[0]


@pytest.fixture
def taken(site, world):
    """`taken(host, cookies)`: how often a request takes from the heap, counted over rounds of all `cookies`."""
    def over_rounds(host: str, cookies: list[str | None]) -> int:
        requests = [Request(host, "/page.html?a=b", headers=(("User-Agent", "test"), ("X-Large", "forged"))
                            + ((("Cookie", f"theme=dark; {cookie}"),) if cookie else ())) for cookie in cookies]
        with Connection(site.httpd.port) as connection:
            def rounds(number: int) -> None:
                for request in requests * number:
                    assert connection.ask(request).status == 200
            rounds(WARM_UP)
            before = world[1]()
            rounds(COUNTED)
            return world[1]() - before
    return over_rounds


@pytest.mark.parametrize("host", HOSTS)
def test_a_decision_on_a_session_that_is_known_takes_nothing_from_the_heap(site, taken, host):
    cookies: list[str | None] = [site.login("alice", groups="group1; group2", authenticationLevel="2")]
    assert taken(host, cookies) == taken("plain.test", cookies)


@pytest.mark.parametrize("host", HOSTS)
def test_nor_do_several_sessions_in_turn(site, taken, host):
    cookies: list[str | None] = [site.login(f"user{n}", groups="group1; " + "more; " * n, authenticationLevel="2")
                                 for n in range(SESSIONS)]
    assert taken(host, cookies) == taken("plain.test", cookies)


def test_nor_do_those_whose_application_is_behind_a_proxy(site, taken):
    cookies: list[str | None] = [site.login(f"user{n}", groups="group1", authenticationLevel="2") for n in range(3)]
    assert taken("through.test", cookies) == taken("bare.test", cookies)


@pytest.mark.parametrize("host", ["open.test", "skip.test"])
def test_nor_does_a_stranger_where_strangers_may_be(taken, host):
    assert taken(host, [None]) == taken("plain.test", [None])


def test_the_count_sees_what_is_taken(site, world):
    """A session that is new to the child is read from the store, opened and kept."""
    with Connection(site.httpd.port) as connection:
        for n in range(5):
            cookie = site.login(f"new{n}", groups="group1")
            before = world[1]()
            assert connection.ask(Request("one.test", "/page.html", headers=(("Cookie", cookie),))).status == 200
            assert world[1]() > before
