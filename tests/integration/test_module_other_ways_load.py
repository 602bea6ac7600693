"""Sessions that come in by a name and a password, by a ticket or by a token, under load while the configuration changes and
sessions end: everybody is known as who they are, and nobody else is let in. Handler, portal, directory and store are the
real ones."""

import base64
import json
from collections.abc import Callable
from functools import partial

import pytest

from sandbox.browser import Browser, Cookie, Page
from sandbox.echo_app import MARK
from sandbox.httpd import Response
from sandbox.people import PEOPLE
from sandbox.process import wait_for, write
from sandbox.system import DOMAIN, System
from tests.support.length import short_or_whole
from tests.support.load import Walks, turns
from tests.support.walk import given_session, values

TURNS = short_or_whole(6, 60)
TURN = short_or_whole(1, 2) / 2  # seconds
SECONDS_TO_LOAD = 20  # a child looks five times a second, when a busy machine lets it

APP = f"app1.{DOMAIN}"
SHOP, BACK, OPENED = "shop.other.localhost", f"back.{DOMAIN}", f"opened.{DOMAIN}"

# What is right is believed so briefly that the portal is asked again and again.
TOML_CHANGES = {
    'title = "app1"': 'title = "app1"\nbasic_login = true',
    "Unit = '$ou'": f"Unit = '$ou'\nToken = '''token($_session_id, '{BACK}', 'X-Scope=read')'''",
    "[authentication]\n": '[handler]\nportal_url = "http://127.0.0.1:@PORT@/"\nbasic_cache = "1s"\nportal_timeout = "30s"\n'
                          "[authentication]\n",
}
TOML = f"""
[vhost."{SHOP}"]
cross_domain = true
[vhost."{BACK}"]
service_tokens = true
service_headers = ["X-Scope"]
"""
TURN_TOML = f"""
[vhost."{OPENED}"]
rules = [ {{{{ match = '^/turn{{turn}}$', allow = 'unprotect' }}}} ]
"""
HTTPD = "SSOStoreTimeout 5000\n" + "".join(f"""
<VirtualHost ${{SSO_LISTEN}}>
    ServerName {host}
    SSOEngine On
    ProxyPass "/" "http://${{SSO_APP1}}/"
</VirtualHost>
""" for host in (SHOP, BACK, OPENED))


class Site:
    """The system, and the walks that people take through it again and again."""

    def __init__(self, system: System):
        self.system = system
        self.text = (system.folder / "etc/sso.toml").read_text(encoding="utf-8")
        self.cookie = given_session(system, {"uid": "bob", "_user": "bob"}).cookie("sso").value

    def change(self, turn: int) -> None:
        """A text that opens one path, and believes what is right for another time than the text before it."""
        text = self.text.replace('basic_cache = "1s"', f'basic_cache = "{1 + turn % 2}s"')
        fresh = write(self.system.folder / "etc/sso.toml.new", text + TURN_TOML.format(turn=turn), 0o640)
        fresh.rename(self.system.folder / "etc/sso.toml")

    def serves(self, turn: int) -> bool:
        """Whichever children answer."""
        return all(self.get(OPENED, f"/turn{turn}").status == 200 for _ in range(8))

    def end_sessions_of(self, user: str) -> bool:
        """Returns when every handler has let go. @return whether there were any"""
        ended = self.system.ssoctl("session", "delete", "--user", user, "--wait")
        assert ended.returncode in (0, 1), ended.stderr
        return ended.returncode == 0

    def get(self, host: str, target: str, *headers: tuple[str, str]) -> Response:
        return self.system.httpd.get(host, target, headers, timeout=40)

    def page(self, host: str, *headers: tuple[str, str]) -> Response:
        return self.get(host, "/page?format=json", *headers)

    # walks

    def with_a_password(self, user: str) -> None:
        seen = assert_known_as(user, self.page(APP, basic(user, PEOPLE[user].password)))
        self.call(user, values(seen, "Token")[0])

    def with_a_password_while_sessions_end(self, user: str) -> None:
        """Refused at most: where the session ended between the portal's answer and its use."""
        answer = self.page(APP, basic(user, PEOPLE[user].password))
        if answer.status != 401:
            assert_known_as(user, answer)

    def with_a_wrong_password(self, user: str) -> None:
        assert_refused(self.page(APP, basic(user, "wrong")), 401, 429)

    def with_a_cookie_and_its_token(self) -> None:
        cookie = "Cookie", f"sso={self.cookie}"
        for given in ([cookie], [cookie, basic("alice", "wrong")]):
            seen = assert_known_as("bob", self.page(APP, *given))
        self.call("bob", values(seen, "Token")[0])

    def call(self, user: str, token: str) -> None:
        """What an application does with the token that it got."""
        seen = assert_known_as(user, self.page(BACK, ("X-LLNG-TOKEN", token)))
        assert values(seen, "X-Scope") == ["read"] and values(seen, "X-Llng-Token") == []
        assert_refused(self.page(BACK, ("X-LLNG-TOKEN", token[:-6] + "AAAAAA")), 401)
        assert_refused(self.page(SHOP, ("X-LLNG-TOKEN", token)), 302)

    def with_a_ticket(self) -> None:
        browser, back = self.ticket()
        assert browser.get(back).location == self.wanted
        held = next(cookie for cookie in browser.cookies if cookie.name == "sso" and cookie.host == SHOP)
        assert_known_as("bob", browser.get(self.wanted))
        browser.cookies.remove(held)
        assert_gives_nothing(browser.get(back), self.wanted)

    def with_somebody_elses_ticket(self) -> None:
        owner, back = self.ticket()
        other = Browser()
        other.get(self.wanted)  # has a secret of its own
        assert_gives_nothing(other.get(back), self.wanted)
        assert_gives_nothing(owner.get(back), self.wanted)  # it has ended there

    @property
    def wanted(self) -> str:
        return f"http://{SHOP}:{self.system.port}/page?format=json"

    def ticket(self) -> tuple[Browser, str]:
        """A browser that is signed in at the portal, and where that sends it back to."""
        browser = Browser()
        browser.cookies.append(Cookie("sso", self.cookie, DOMAIN, False, "/"))
        back = browser.get(browser.get(self.wanted).location).location
        assert back and back.startswith(self.wanted) and "ssocda=" in back, back
        return browser, back

    def walks(self) -> dict[str, Callable[[], None]]:
        return {
            "alice's password": partial(self.with_a_password, "alice"),
            "alice's password again": partial(self.with_a_password, "alice"),
            "helene's password": partial(self.with_a_password, "helene"),
            "password of an ended session": partial(self.with_a_password_while_sessions_end, "user1"),
            "wrong password": partial(self.with_a_wrong_password, "dave"),
            "cookie and token": self.with_a_cookie_and_its_token,
            "ticket": self.with_a_ticket,
            "ticket beside it": self.with_a_ticket,
            "somebody else's ticket": self.with_somebody_elses_ticket,
        }


def basic(user: str, password: str) -> tuple[str, str]:
    return "Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def assert_known_as(user: str, answer: Response | Page) -> dict:
    assert answer.status == 200, f"{answer.status} for {user}"
    seen = json.loads(answer.body)
    assert values(seen, "Auth-User") == [user], f"the application saw {values(seen, 'Auth-User')} for {user}"
    assert values(seen, "Authorization") == [], "the application saw the password"
    assert not any("sso=" in value for value in values(seen, "Cookie")), "the application saw the session"
    return seen


def assert_refused(answer: Response, *statuses: int) -> None:
    assert answer.status in statuses, f"{answer.status} instead of {statuses}"
    assert MARK not in answer.text and answer.header("Cache-Control") == "no-store"


def assert_gives_nothing(answer: Page, wanted: str) -> None:
    given = [value for name, value in answer.headers if name.lower() == "set-cookie" and value.startswith("sso=")]
    assert answer.status == 302 and answer.location == wanted and not given


@pytest.mark.parametrize("store", ["lmdb", "redis"])
def test_everybody_is_known_as_who_they_are_while_texts_change_and_sessions_end(build_dir, watch, store, measured):
    with System(store=store, config="file", build=build_dir, toml_changes=TOML_CHANGES, toml_more=TOML,
                httpd_more=HTTPD) as system:
        watch(system.httpd)
        site = Site(system)
        names = site.walks().keys()
        with_sessions = 0
        with Walks(site.walks()) as walks:
            wait_for(lambda: walks.walked.keys() == names, SECONDS_TO_LOAD, "every walk was walked")
            for turn, _ in enumerate(turns(TURNS, TURN)):
                before = walks.walked
                site.change(turn)
                with_sessions += site.end_sessions_of("user1")
                wait_for(lambda: site.serves(turn), SECONDS_TO_LOAD, f"turn {turn} is served")
                wait_for(lambda: all(walks.walked[name] > before[name] for name in names), SECONDS_TO_LOAD,
                         "every walk goes on")
        walks.assert_flawless()
        assert with_sessions > TURNS / 2, "hardly any session was there to be ended"
        system.check_alive()
        requests = system.httpd.access_log.count("\n")
        measured(f"{store}: {TURNS} changes, {requests} requests, slowest walk {walks.slowest:.2f} s: {walks.walked}")
