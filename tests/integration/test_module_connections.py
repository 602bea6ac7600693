"""What the handler remembers of a connection's last request holds for no other one: kept-alive connections whose requests
bring other cookies, other neighbours of the cookie, and other configurations."""

import pytest

from sandbox.process import subfolder, wait_for
from sandbox.protected_site import ProtectedSite, values
from tests.support.clients import Connection, Request

HOST = """
[vhost."app.test"]
url = "http://app.sso.test/"
rules = [ { match = "^/open", allow = "unprotect" } ]
default = "accept"
[vhost."app.test".headers]
Auth-User = '$uid'
"""


OPEN = "/open?format=json"


@pytest.fixture(scope="module")
def site(build_dir):
    with ProtectedSite(build_dir) as site:
        site.settings(HOST)
        site.start(site.proxy("app.test", "SSOEngine On"))
        yield site


def ask(connection: Connection, cookies: str | None, target: str = "/page?format=json"):
    headers = () if cookies is None else (("Cookie", cookies),)
    return connection.ask(Request("app.test", target, headers=headers))


def seen(answer) -> tuple[list[str], list[str]]:
    """Of the application's: who asks, and which cookies came along."""
    assert answer.status == 200, answer.text
    return values(answer.json(), "Auth-User"), values(answer.json(), "Cookie")


def test_a_connections_requests_are_each_their_own(site):
    alice, bob = site.login("alice"), site.login("bob")
    other = "sso=" + "A" * 43
    turns = [(alice, (["alice"], [])), (alice, (["alice"], [])), (bob, (["bob"], [])), (alice, (["alice"], [])),
             (f"a=1; {alice}", (["alice"], ["a=1"])), (f"a=1; {alice}", (["alice"], ["a=1"])),
             (f"a=2; {alice}", (["alice"], ["a=2"])), (f"{bob}; a=2", (["bob"], ["a=2"])),
             (f"{bob}; a=2", (["bob"], ["a=2"])), (f"a=1; {bob}; b=2", (["bob"], ["a=1; b=2"])),
             (f"a=1; {bob}; b=2", (["bob"], ["a=1; b=2"])), (f"a=1; {bob}; b=3", (["bob"], ["a=1; b=3"]))]
    with Connection(site.httpd.port) as connection:
        for number, (cookies, expected) in enumerate(turns):
            assert seen(ask(connection, cookies)) == expected, (number, cookies)
            if number % 3 == 0:
                assert ask(connection, None).status in (302, 401), "no cookie, nobody"
            if number % 3 == 1:
                assert ask(connection, other).status in (302, 401), "a cookie that opens nothing"
        assert connection.opened == 1


@pytest.mark.parametrize("around", ("{}", "{}; a=2", "a=1; {}", "a=1; {}; b=2"))
def test_a_header_that_differs_in_the_cookies_value_alone_is_somebody_elses(site, around):
    alice, bob = site.login("alice"), site.login("bob")
    value = alice.removeprefix("sso=")
    rest = [part for part in (around.replace("; {}", "").replace("{}; ", "").replace("{}", ""),) if part]
    with Connection(site.httpd.port) as connection:
        for turn, user in ((alice, "alice"), (bob, "bob"), (alice, "alice"), (alice, "alice"), (bob, "bob")):
            assert seen(ask(connection, around.format(turn))) == ([user], rest)
        # as long as the last one's, and no cookie of ours, or more than one
        for odd in (value[:-1] + ";", value[:-2] + ";a", value[:20] + ";" + value[21:], value[:-1] + ",",
                    value[:-1] + " ", value[:20] + "=" + value[21:], value[:-4] + "sso=", value[:-5] + ";sso=",
                    value[:20] + ", sso=" + value[26:], value[:-1] + '"'):
            assert len(odd) == len(value)
            cookies = around.format("sso=" + odd)
            assert ask(connection, cookies).status in (302, 401), cookies
            with Connection(site.httpd.port) as fresh:
                of_its_own = seen(ask(fresh, cookies, OPEN))
            assert seen(ask(connection, around.format(alice), OPEN)) == (["alice"], rest)
            assert seen(ask(connection, cookies, OPEN)) == of_its_own, "other cookies are what they are without us"
        assert connection.opened == 1


@pytest.mark.parametrize("size", (100, 239, 240, 241, 500, 2000, 4000, 4100, 6000))
def test_headers_of_any_length_may_take_turns(site, size):
    alice, bob = site.login("alice"), site.login("bob")
    long = "long=" + "x" * size
    with Connection(site.httpd.port) as connection:
        for _ in range(2):
            for cookie, user in ((alice, "alice"), (bob, "bob")):
                assert seen(ask(connection, f"{long}; {cookie}")) == ([user], [long])
                assert seen(ask(connection, f"{long}; {cookie}")) == ([user], [long])
                assert seen(ask(connection, cookie)) == ([user], [])
        assert connection.opened == 1


def test_pipelined_requests_are_each_their_own(site):
    alice, bob = site.login("alice"), site.login("bob")
    people = [("alice", alice), ("alice", alice), ("bob", bob), ("alice", alice), ("bob", bob), ("bob", bob)] * 4
    with Connection(site.httpd.port) as connection:
        answers = connection.pipeline([Request("app.test", "/page?format=json", headers=(("Cookie", cookie),))
                                       for _, cookie in people])
    assert [seen(answer)[0] for answer in answers] == [[user] for user, _ in people]


def test_a_session_that_ends_has_ended_for_the_connection_too(site):
    alice = site.login("alice")
    with Connection(site.httpd.port) as connection:
        for _ in range(3):
            assert ask(connection, alice).status == 200
        site.logout(alice)
        wait_for(lambda: ask(connection, alice).status in (302, 401), 10, "nobody is known")


def test_another_store_knows_nobody_of_those_that_the_connection_knew(site):
    alice, store = site.login("alice"), site.store
    other = f"lmdb:{subfolder(site.folder, 'other-sessions', 0o770)}"
    with Connection(site.httpd.port) as connection:
        for turn, status in ((other, 302), (store, 200), (other, 302), (store, 200)):
            for _ in range(3):
                ask(connection, alice)
            site.store = turn
            site.settings(HOST)
            wait_for(lambda: ask(connection, alice).status == status, 10, turn)
            for _ in range(3):
                assert ask(connection, alice).status == status


def test_another_name_of_the_cookie_holds_for_connections_that_are_open(site):
    alice = site.login("alice")
    both = f"sso={'B' * 43}; {alice.replace('sso=', 'other=')}"
    try:
        with Connection(site.httpd.port) as connection:
            for _ in range(3):
                assert ask(connection, both).status in (302, 401)
            text = site.settings_file.read_text().replace("[cookie]\n", '[cookie]\nname = "other"\n', 1)
            fresh = site.settings_file.with_suffix(".new")
            fresh.write_text(text)
            fresh.rename(site.settings_file)

            def answered():
                answer = ask(connection, both)
                return answer.status == 200 and seen(answer) == (["alice"], [f"sso={'B' * 43}"])
            wait_for(answered, 10, "the cookie of the new name is looked for, and taken out")
    finally:
        site.settings(HOST)
