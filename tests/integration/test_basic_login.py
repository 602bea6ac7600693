"""Programs that log in with Authorization: Basic in each request: handler, portal, directory and store are the real ones."""

import base64
import secrets
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.people import PEOPLE
from sandbox.process import free_port, wait_for, write
from sandbox.protected_site import ProtectedSite
from sandbox.system import DOMAIN, System
from tests.support.relay import Door
from tests.support.walk import given_session, received, sessions_of, values

CHANGES = {
    'title = "app1"': 'title = "app1"\nbasic_login = true',
    'title = "app2"': 'title = "app2"\nbasic_login = true',
    "[authentication]\n": "[handler]\nportal_url = \"http://127.0.0.1:@PORT@/\"\nbasic_cache = \"20s\"\n[authentication]\n",
}


@pytest.fixture(scope="module", params=["lmdb", "redis"])
def world(request):
    with System(store=request.param, toml_changes=CHANGES) as running:
        yield running
        running.check_alive()


@pytest.fixture
def system(world, watch):
    watch(world.httpd)
    return world


def basic(user: str, password: str | bytes | None = None) -> tuple[str, str]:
    given = PEOPLE[user].password if password is None else password
    raw = given if isinstance(given, bytes) else given.encode()
    return "Authorization", "Basic " + base64.b64encode(user.encode() + b":" + raw).decode()


def ask(system, *headers, app="app1", path="/page", **options):
    return system.httpd.get(f"{app}.{DOMAIN}", path + "?format=json", list(headers), **options)


def assert_challenged(answer) -> None:
    assert answer.status == 401 and "headers" not in answer.text
    assert answer.header("WWW-Authenticate").startswith(f'Basic realm="auth.{DOMAIN}"')
    assert answer.header("Cache-Control") == "no-store" and answer.header("Location") is None


def test_the_example_that_is_shipped_is_good(build_dir):
    example = Path(__file__).resolve().parents[2] / "conf/other-ways.toml"
    checked = subprocess.run([build_dir / "manager/ssoctl", "config", "check", example], capture_output=True, text=True,
                             timeout=20)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("user", ["alice", "helene", "xavier.guimard"])
def test_a_right_name_and_password_are_served_and_not_shown_to_the_application(system, user):
    for _ in range(5):
        seen = received(ask(system, basic(user)))
        assert values(seen, "Auth-User") == [user]
        assert values(seen, "Authorization") == [] and values(seen, "Cookie") == []
    assert len(sessions_of(system, user)) <= 5, "one session for a process, not one for a request"


def test_rules_hold_as_for_people(system):
    assert ask(system, basic("alice"), path="/protected/x").status == 200
    assert ask(system, basic("dave"), path="/protected/x").status == 403


def test_an_identity_header_of_the_same_name_is_ours(system):
    seen = received(ask(system, basic("bob"), app="app2", path="/site/x"))
    (header,) = values(seen, "Authorization")
    assert base64.b64decode(header.removeprefix("Basic ")).endswith(b":dummy")


def test_who_waits_is_many_and_who_asks_is_one(system):
    system.ssoctl("session", "delete", "--user", "user1", "--wait")
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: ask(system, basic("user1")).status, range(64)))
    assert set(answers) == {200}
    assert 1 <= len(sessions_of(system, "user1")) <= 8, "a session for each of httpd's processes at most"


def test_a_revoked_session_serves_nobody_and_the_password_still_opens_another(system):
    for _ in range(20):
        received(ask(system, basic("zoe")))
    before = set(sessions_of(system, "zoe"))
    assert before
    assert system.ssoctl("session", "delete", "--user", "zoe", "--wait").returncode == 0
    received(ask(system, basic("zoe")))
    after = set(sessions_of(system, "zoe"))
    assert after and not after & before


def test_wrong_ones_are_asked_for_again_and_never_served(system):
    received(ask(system, basic("alice")))
    for headers in ([basic("alice", "wrong")], [basic("alice", "")], [basic("bob", PEOPLE["alice"].password)],
                    [("Authorization", "Basic")], [("Authorization", "Basic !")],
                    [basic("alice", b"\xff\xfe")], [basic("alice", b"alice-demo\x00")],
                    [basic("alice"), basic("alice")]):
        assert_challenged(ask(system, *headers))
    system.httpd.wait_for_log("SSO0701")
    assert ask(system, ("Authorization", "Basic " + "A" * 7000)).status == 401
    assert ask(system, ("Authorization", "Basic " + "A" * 70000)).status == 400


def test_guesses_are_limited_whichever_process_they_come_through(system):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda i: ask(system, basic("dave", f"guess {i}")).status, range(24)))
    assert set(answers) == {401, 429}, answers
    assert answers.count(401) == 5
    late = ask(system, basic("dave", "another guess"))
    assert late.status == 429 and int(late.header("Retry-After")) > 0
    assert ask(system, basic("dave", "guess 0")).status in (401, 429)
    system.httpd.wait_for_log("SSO0703")


def test_who_has_a_session_cookie_is_known_by_it(system):
    cookie = given_session(system, {"uid": "bob", "_user": "bob"}).cookie("sso").value
    for given in (basic("alice"), basic("alice", "wrong")):
        seen = received(ask(system, ("Cookie", f"sso={cookie}"), given))
        assert values(seen, "Auth-User") == ["bob"] and values(seen, "Authorization") == []
    # a cookie that opens nothing does not keep a program out
    seen = received(ask(system, ("Cookie", "sso=" + "A" * 43), basic("alice")))
    assert values(seen, "Auth-User") == ["alice"]


def test_programs_are_asked_for_a_password_and_browsers_are_sent_to_the_portal(system):
    assert_challenged(ask(system))
    assert_challenged(ask(system, ("Accept", "*/*"), ("User-Agent", "curl/7.88.1")))
    for browser in (("Accept", "text/html,*/*"), ("User-Agent", "Mozilla/5.0")):
        answer = ask(system, browser)
        assert answer.status == 302 and answer.header("Location").startswith(system.url("auth"))
    script = ask(system, ("Sec-Fetch-Mode", "cors"))
    assert script.status == 401 and script.header("WWW-Authenticate").startswith("SSO")


def test_no_other_host_and_no_other_scheme_takes_them(system):
    assert ask(system, basic("admin"), app="manager").status == 302
    assert ask(system, ("Authorization", "Bearer abc"), ("Accept", "text/html")).status == 302


def test_the_header_cannot_be_named_in_connection(system):
    seen = received(ask(system, basic("alice"), ("Connection", "close, Authorization, Auth-User")))
    assert values(seen, "Auth-User") == ["alice"] and values(seen, "Authorization") == []


@pytest.mark.parametrize("body", ["", "user=alice&password=alice-demo", "user=alice&password=alice-demo&address=1.2.3.4"
                                  "&user_agent=x&time=1800000000&proof=AAAA", "\x00", "user=%ff"])
def test_the_portal_takes_no_question_without_a_proof(system, body):
    system.httpd.announce("SSO0700")
    answer = system.httpd.request("POST", f"auth.{DOMAIN}", "/basic",
                                  [("Content-Type", "application/x-www-form-urlencoded")], body.encode())
    assert answer.status in (400, 403) and answer.body == b""
    assert system.httpd.get(f"auth.{DOMAIN}", "/basic").status == 405


class Overhearer:
    """A way to the portal that keeps what goes over it."""

    def __init__(self, portal: int):
        self.heard: list[bytes] = []
        self._portal = portal
        self._door = Door(self._take)
        self.port = self._door.port

    def send(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self._portal), 10) as way:
            way.sendall(request)
            return b"".join(iter(lambda: way.recv(65536), b""))

    def stop(self) -> None:
        self._door.shut()

    def _take(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as lines:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += lines.readline()
            length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                          if line.lower().startswith(b"content-length:"))
            self.heard.append(head + lines.read(length))
            client.sendall(self.send(self.heard[-1]))


def test_a_question_that_was_overheard_is_answered_to_nobody_else(system):
    way = Overhearer(system.port)
    try:
        changed = system.ssoctl("config", "set", "handler.portal_url", f"http://127.0.0.1:{way.port}/")
        assert changed.returncode == 0, changed.stderr

        def all_go_that_way() -> bool:
            before = len(way.heard)
            for _ in range(8):  # each another, for a wrong one stays wrong for a while
                ask(system, basic("nobody", f"wrong {secrets.token_hex(8)}"))
            return len(way.heard) == before + 8
        wait_for(all_go_that_way, 10, "the change is seen by all processes")
        system.ssoctl("session", "delete", "--user", "helene", "--wait")  # so that it is asked for anew
        assert ask(system, basic("helene")).status == 200
        sessions = sessions_of(system, "helene")
        assert b"user=helene&" in way.heard[-1] and len(sessions) == 1
        system.httpd.announce("SSO0700")
        for _ in range(2):
            again = way.send(way.heard[-1])
            assert again.startswith(b"HTTP/1.1 403") and again.endswith(b"\r\n\r\n"), again
        assert "used before" in system.httpd.wait_for_log("SSO0700")
        assert sessions_of(system, "helene") == sessions
    finally:
        system.ssoctl("config", "set", "handler.portal_url", f"http://127.0.0.1:{system.port}/")
        way.stop()
    wait_for(lambda: ask(system, basic("bob")).status == 200, 5, "the portal is asked directly again")


def test_without_the_portal_nobody_is_let_in_and_nobody_is_sent_anywhere(system):
    try:
        changed = system.ssoctl("config", "set", "handler.portal_url", f"http://127.0.0.1:{free_port()}/")
        assert changed.returncode == 0, changed.stderr
        system.httpd.announce("SSO0702")
        wait_for(lambda: all(ask(system, basic("admin")).status == 503 for _ in range(8)), 5,
                 "the change is seen by all processes")
        answer = ask(system, basic("alice"))
        assert answer.status == 503 and int(answer.header("Retry-After")) > 0 and "headers" not in answer.text
        cookie = given_session(system, {"uid": "bob", "_user": "bob"}).cookie("sso").value
        assert ask(system, ("Cookie", f"sso={cookie}")).status == 200, "who is known by a cookie needs no portal"
    finally:
        system.ssoctl("config", "set", "handler.portal_url", f"http://127.0.0.1:{system.port}/")
    wait_for(lambda: ask(system, basic("alice")).status == 200, 5, "the portal is back")


ELSEWHERE = """
[vhost."app.test"]
url = "http://app.sso.test/"
basic_login = true
[vhost."own.test"]
url = "http://own.sso.test/"
basic_login = true
"""


@pytest.fixture
def site(build_dir, watch):
    """Where no portal is: who would ask it is answered 503, and the log says so (SSO0702)."""
    with ProtectedSite(build_dir, modules=("auth_basic", "authn_file", "authz_user")) as running:
        running.settings(ELSEWHERE)
        people = write(running.folder / "conf/people", "")
        subprocess.run(["/usr/bin/htpasswd", "-b", "-B", people, "alice", "of httpd"], check=True, capture_output=True)
        running.start(running.proxy("app.test", "SSOEngine On")
                      + running.proxy("own.test", "SSOEngine On\n<Location />\nAuthType Basic\nAuthName own\n"
                                      f"AuthUserFile {people}\nRequire valid-user\n</Location>")
                      + running.host("auth.internal", "<Location />\nSetHandler sso-auth\n</Location>\n"
                                     "SSOTrustedProxy 127.0.0.1"))
        yield watch(running.httpd) and running


def test_what_another_proxy_describes_asks_no_portal_for_its_password_would_reach_the_application(site):
    described = [("X-Forwarded-Method", "GET"), ("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", "app.test"),
                 ("X-Forwarded-Uri", "/page"), basic("alice")]
    answer = site.get("auth.internal", "/", None, described)
    assert answer.status == 302, answer.text
    assert site.get("auth.internal", "/", site.login("bob"), described).status == 204
    assert site.get("app.test", "/page", None, [basic("alice")]).status == 503, "at httpd itself it is asked"
    site.httpd.announce("SSO0702")


def test_httpds_own_basic_authentication_keeps_its_header(site):
    given = "Authorization", "Basic " + base64.b64encode(b"alice:of httpd").decode()
    seen = site.seen("own.test", "/page", site.login("bob"), [given])
    assert values(seen, "Auth-User") == ["bob"] and values(seen, "Authorization") == [given[1]]
    assert site.get("own.test", "/page", site.login("bob"), [basic("alice", "wrong")]).status == 401
    site.httpd.announce("AH01617")
    assert site.get("own.test", "/page", None, [given]).status == 302, "no challenge of ours"
