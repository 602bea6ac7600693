"""Maintenance, and SSOEngine DetectionOnly, at hosts where a session may come in by a name and a password, a ticket or a
token. There is no portal: whoever asked it would be told so in the log (SSO0702), where the test would find it."""

import base64
import secrets

import pytest

from sandbox.echo_app import MARK
from sandbox.process import write
from sandbox.protected_site import ProtectedSite, values

WAYS = """
url = "http://{name}.elsewhere.test/"
basic_login = true
service_tokens = true
cross_domain = true
"""
SETTINGS = f"""
[security]
key_file = "{{key}}"
[vhost."front.test"]
url = "http://front.sso.test/"
[vhost."front.test".headers]
Token = '''token($_session_id, 'closed.test', 'detect.test', 'open.test')'''
[vhost."closed.test"]
maintenance = true
{WAYS.format(name="closed")}
[vhost."detect.test"]
rules = [ {{{{ match = '^/alice/', allow = '$uid eq "alice"' }}}} ]
{WAYS.format(name="detect")}
[vhost."open.test"]
{WAYS.format(name="open")}
"""
PASSWORD = "Authorization", "Basic " + base64.b64encode(b"alice:alice-demo").decode()
TICKET = "?ssocda=" + "A" * 43


@pytest.fixture(scope="module")
def world(build_dir):
    with ProtectedSite(build_dir) as site:
        key = write(site.folder / "conf/key", secrets.token_hex(32) + "\n", 0o600)
        site.settings(SETTINGS.format(key=key))
        site.start("".join(site.proxy(name, "SSOEngine On") for name in ("front.test", "closed.test", "open.test"))
                   + site.proxy("detect.test", "SSOEngine DetectionOnly\nLogLevel sso:info"))
        yield site


@pytest.fixture
def site(world, watch):
    watch(world.httpd)
    return world


def token(site, user: str) -> tuple[str, str]:
    (text,) = values(site.seen("front.test", "/page", site.login(user)), "Token")
    return "X-LLNG-TOKEN", text


@pytest.mark.parametrize("way", ["password", "bad password", "token", "bad token", "ticket"])
def test_maintenance_comes_before_every_way_in(site, way):
    headers = {"password": [PASSWORD], "bad password": [("Authorization", "Basic !")], "token": [token(site, "alice")],
               "bad token": [("X-LLNG-TOKEN", "bad")], "ticket": []}[way]
    answer = site.get("closed.test", "/page" + (TICKET if way == "ticket" else ""), None, headers)
    assert answer.status == 503 and answer.header("Retry-After") == "300" and MARK not in answer.text
    assert answer.all("Set-Cookie") == [] and answer.header("WWW-Authenticate") is None
    said = site.httpd.log_since_mark()
    assert not [number for number in ("SSO0701", "SSO0702", "SSO0710", "SSO0711", "SSO0720") if number in said], said


@pytest.mark.parametrize(("user", "verdict"), [(None, "authenticate, user -"), ("alice", "allow, user alice"),
                                               ("bob", "deny, user bob")])
def test_detection_only_knows_people_by_the_cookie_and_leaves_the_rest_to_the_application(site, user, verdict):
    """Nobody is logged in by what only looks on; and what the application understands of it stays its own."""
    sent = [PASSWORD, token(site, "alice")]
    cookie = site.login(user) if user else None
    seen = site.seen("detect.test", f"/alice/page{TICKET}", cookie, sent)
    for name, value in sent:
        assert values(seen, name) == [value]
    assert seen["query"].startswith(TICKET[1:])
    assert f"SSO0350: DetectionOnly: {verdict}," in site.httpd.wait_for_log("SSO0350")


def test_the_same_password_and_token_have_a_say_where_the_engine_is_on(site):
    """What the tests above do not see happen would be seen."""
    assert site.get("open.test", "/page", None, [token(site, "alice")]).status == 200
    assert site.get("open.test", "/page", None, [("X-LLNG-TOKEN", "bad")]).status == 401
    site.httpd.wait_for_log("SSO0720")
    site.httpd.announce("SSO0702")
    assert site.get("open.test", "/page", None, [PASSWORD]).status == 503
    assert site.get("open.test", "/page" + TICKET).header("Location") == "http://open.elsewhere.test/page"
