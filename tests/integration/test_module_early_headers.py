"""Identity headers that another module sets before the rules are asked: the application sees ours, or nothing."""

import pytest

from sandbox.protected_site import ProtectedSite, values
from tests.support.clients import Connection, Request

SETTINGS = r"""
[vhost."app.test"]
url = "http://app.sso.test/"
rules = [
    { match = '^/open/', allow = 'unprotect' },
    { match = '^/skip/', allow = 'skip' },
]
[vhost."app.test".headers]
Auth-User = '$uid'
Mail = { value = '$mail', optional = true }
"""
NAMES = ("Auth-User", "Auth_User", "aUTH-uSER", "Mail")
EARLY = "".join(f'RequestHeader set {name} "early" early\n' for name in NAMES)
EARLY += 'RequestHeader set X-Harmless "kept" early\n'


REQUIRE = """
<Location /required>
    AuthType SSO
    Require sso accept
</Location>
"""


@pytest.fixture(scope="module")
def world(build_dir):
    with ProtectedSite(build_dir) as site:
        site.settings(SETTINGS)
        site.start(site.proxy("app.test", f"SSOEngine On\n{EARLY}{REQUIRE}")
                   + site.cgi_host("cgi.test", f"SSOEngine On\nSSOVirtualHost app.test\n{EARLY}{REQUIRE}")
                   + site.proxy("require.test", f"SSOVirtualHost app.test\n{EARLY}{REQUIRE}"))
        yield site


@pytest.fixture
def site(world, watch):
    watch(world.httpd)
    return world


@pytest.mark.parametrize("host", ["app.test", "cgi.test"])
@pytest.mark.parametrize(("path", "user", "expected"), [
    ("/page", "alice", ["alice"]), ("/open/page", "alice", ["alice"]), ("/open/page", None, []), ("/skip/page", "alice", []),
    ("/skip/page", None, [])])
def test_an_identity_header_that_is_set_early_is_ours_or_nothing(site, host, path, user, expected):
    seen = site.seen(host, path, site.login(user) if user else None)
    assert values(seen, "Auth-User") == expected and values(seen, "Mail") == []
    assert "early" not in str(seen)
    assert values(seen, "X-Harmless") == ["kept"]


@pytest.mark.parametrize("host", ["app.test", "cgi.test", "require.test"])
def test_nor_does_one_stand_beside_ours_where_httpds_own_authorisation_asks(site, host):
    seen = site.seen(host, "/required/page", site.login("alice", mail="alice@sso.test"))
    assert values(seen, "Auth-User") == ["alice"] and values(seen, "Mail") == ["alice@sso.test"]
    assert "early" not in str(seen)


@pytest.mark.parametrize("edited", ("User-Agent", "Cookie", "Accept"))
def test_headers_that_are_put_in_another_order_hide_no_cookie(build_dir, watch, edited):
    """RequestHeader edit … early takes a header out and puts it in again behind the others."""
    with ProtectedSite(build_dir) as site:
        watch(site.httpd)
        site.settings(SETTINGS)
        site.start(site.proxy("app.test", f"SSOEngine On\nRequestHeader edit {edited} none other early"))
        alice, bob = site.login("alice"), site.login("bob")
        for headers in ([("Accept", "*/*"), ("Cookie", f"a=1; {alice}"), ("User-Agent", f"x; {bob}")],
                        [("Cookie", alice), ("User-Agent", bob), ("Accept", "x")],
                        [("User-Agent", f"x; {bob}; y"), ("Cookie", f"{alice}; a=1"), ("Accept", f"x; {bob}")]):
            # a Connection header, which other clients send, has all of them looked over again in any case
            with Connection(site.httpd.port) as connection:
                answer = connection.ask(Request("app.test", "/page?format=json", headers=tuple(headers)))
            assert answer.status == 200
            seen = answer.json()
            assert values(seen, "Auth-User") == ["alice"]
            assert alice.removeprefix("sso=") not in str(values(seen, "Cookie"))
            assert values(seen, "User-Agent") == [value for name, value in headers if name == "User-Agent"]
