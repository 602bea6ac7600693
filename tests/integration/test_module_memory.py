"""What a child keeps with a session of what rules and headers made of it: never another host's, place's, version's or
request's, nor of attributes that the session has no more."""

import time

import pytest

from sandbox.process import wait_for
from sandbox.protected_site import ProtectedSite, values

SETTINGS = r"""
[vhost."one.test"]
url = "http://one.sso.test/"
rules = [
    { match = '^/same', allow = '$uid eq "alice"' },
    { match = '^/late', allow = 'checkDate("20000101000000", $till)' },
    { match = '^/from', allow = '$ENV{HTTP_X_FROM} eq "here"' },
    { match = '^/read', allow = '$ENV{REQUEST_METHOD} eq "GET"' },
]
[vhost."one.test".headers]
X-Name = '$uid'
X-Asked = '$ENV{HTTP_X_FROM}'
[vhost."two.test"]
url = "http://two.sso.test/"
rules = [ { match = '^/same', allow = '$uid eq "bob"' } ]
[vhost."two.test".headers]
X-Name = 'uc($uid)'
"""

PLACES = """
SSOEngine On
<Location /same/place>
    SSORule ^/same "$uid eq 'bob'"
    SSOHeader X-Name "'place of ' . $uid"
</Location>
<Location /same/place/inner>
    SSORule ^/same "$uid eq 'alice'"
</Location>
"""

TIMES = 3  # the first time something is worked out, later it is remembered


@pytest.fixture(scope="module")
def world(build_dir):
    with ProtectedSite(build_dir, mpm="prefork") as site:
        site.settings(SETTINGS)
        # one child, so that each request meets what those before it left
        site.start("StartServers 1\nServerLimit 1\nMaxRequestWorkers 1\nMaxSpareServers 1\nMinSpareServers 1\n"
                   + site.proxy("one.test", PLACES) + site.proxy("two.test", "SSOEngine On"))
        yield site


@pytest.fixture
def site(world, watch):
    watch(world.httpd)
    world.httpd.announce("AH00161")  # of its one process, which may still end the request before
    return world


def status(site, host, path, cookie, **options) -> int:
    return site.get(host, path, cookie, **options).status


@pytest.mark.parametrize("hosts", [("one.test", "two.test"), ("two.test", "one.test")])
def test_two_hosts_with_the_same_pattern_and_other_conditions(site, hosts):
    alice, bob = site.login("alice"), site.login("bob")
    lets_in = {"one.test": alice, "two.test": bob}
    for _ in range(TIMES):
        for host in hosts:
            for cookie in (alice, bob):
                assert status(site, host, "/same", cookie) == (200 if cookie == lets_in[host] else 403), host
    for _ in range(TIMES):
        for host, name in (("one.test", "alice"), ("two.test", "ALICE")):
            assert values(site.seen(host, "/page", alice), "X-Name") == [name]


@pytest.mark.parametrize("user", ["alice", "bob"])
@pytest.mark.parametrize("order", [1, -1])
def test_a_place_with_rules_and_headers_of_its_own_inside_a_virtual_host(site, user, order):
    cookie = site.login(user)
    verdicts = [("/same", "alice"), ("/same/place", "bob"), ("/same/place/inner", "alice")]
    for _ in range(TIMES):
        for path, who in verdicts[::order]:
            assert status(site, "one.test", path, cookie) == (200 if user == who else 403), path
    inside, outside = ("/same/place/inner", "/same") if user == "alice" else ("/same/place", "/page")
    for _ in range(TIMES):
        assert values(site.seen("one.test", inside, cookie), "X-Name") == [f"place of {user}"]
        assert values(site.seen("one.test", outside, cookie), "X-Name") == [user]


def test_what_depends_on_the_request_is_asked_at_each(site):
    alice = site.login("alice")
    for _ in range(TIMES):
        for where in ("here", "there"):
            headers = {"X-From": where}
            assert status(site, "one.test", "/from", alice, headers=headers) == (200 if where == "here" else 403)
            assert values(site.seen("one.test", "/page", alice, headers=headers), "X-Asked") == [where]
        for method in ("GET", "POST"):
            assert status(site, "one.test", "/read", alice, method=method) == (200 if method == "GET" else 403)


def test_a_rule_on_the_time_is_asked_at_each_request(site):
    alice = site.login("alice", till=time.strftime("%Y%m%d%H%M%S", time.localtime(time.time() + 3)))
    assert status(site, "one.test", "/late", alice) == 200
    wait_for(lambda: status(site, "one.test", "/late", alice) == 403, 15, "the time's end")


def test_other_attributes_of_the_session_count_from_then_on(site):
    cookie = site.login("alice")
    for _ in range(TIMES):
        assert status(site, "one.test", "/same", cookie) == 200
        assert values(site.seen("one.test", "/page", cookie), "X-Name") == ["alice"]
    site.change(cookie, uid="bob")
    wait_for(lambda: status(site, "one.test", "/same", cookie) == 403, 10, "the other attributes")
    assert values(site.seen("one.test", "/page", cookie), "X-Name") == ["bob"]


def test_another_version_of_the_configuration_counts_from_then_on(site):
    alice = site.login("alice")
    for _ in range(TIMES):
        assert status(site, "one.test", "/same", alice) == 200
        assert values(site.seen("one.test", "/page", alice), "X-Name") == ["alice"]
    try:
        site.settings(SETTINGS.replace('$uid eq "alice"', '$uid eq "carol"').replace("X-Name = '$uid'",
                                                                                   "X-Name = 'ucfirst($uid)'"))
        wait_for(lambda: status(site, "one.test", "/same", alice) == 403, 10, "the new rule")
        for _ in range(TIMES):
            assert status(site, "one.test", "/same", alice) == 403
            assert values(site.seen("one.test", "/page", alice), "X-Name") == ["Alice"]
    finally:
        site.settings(SETTINGS)
        wait_for(lambda: status(site, "one.test", "/same", alice) == 200, 10, "the old rule")
