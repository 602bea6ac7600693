"""A place that asks for a stronger login than the session is of: from the application over the portal's /upgrade and the
directory back to the page; and the places that no login is strong enough for."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.browser import Browser
from sandbox.people import PEOPLE
from sandbox.process import wait_for
from sandbox.system import System
from tests.support.walk import NAMES_LOG, given_session, log_in, names_at, received, sessions_of, values

CHANGES = {
    "what_to_trace = '$uid'": "what_to_trace = 'uc($uid)'\ncustom_to_trace = '\"$uid at level $authenticationLevel\"'",
    'bind_dn = "@LDAP_BIND_DN@"': 'bind_dn = "@LDAP_BIND_DN@"\nlevel = 3',
    "rules = [ { match = '^/protected/.*$',": """rules = [
    { match = '^/strong/', allow = 'accept', level = 3 },
    { match = '^/beyond/', allow = 'accept', level = 4 },
    { match = '^/protected/.*$',""",
    "bgroup1\\b/' } ]": "bgroup1\\b/' },\n]",
    "Unit = '$ou'": "Unit = '$ou'\nLevel = '$authenticationLevel'",
    'title = "app2"': 'title = "app2"\nlevel = 3',
    "{ match = '^/(js|css)', allow = 'accept' }": "{ match = '^/(js|css)', allow = 'accept', level = 0 }",
}
# of these levels sso.toml says nothing, or something else
PLACES = """
<Location "/vault">
    SSORule ^/vault/beyond/ accept level=4
    SSORule ^/vault/ accept level=3
</Location>
<Location "/js/tool">
    SSOEngine Off
    AuthType SSO
    Require sso accept
</Location>
"""
STRONG = [("app1", "/strong/page"), ("app1", "/vault/page"), ("app2", "/js/tool/page")]
BEYOND = ["/beyond/page", "/vault/beyond/page"]


@pytest.fixture(scope="module")
def world():
    with System(toml_changes=CHANGES, httpd_more=PLACES + NAMES_LOG) as running:
        yield running
        running.check_alive()


@pytest.fixture
def system(world, watch):
    watch(world.httpd)
    return world


@pytest.fixture
def weak(system) -> Browser:
    """A browser with a session of level 1 of alice's, and none other of hers."""
    system.ssoctl("session", "delete", "--user", "ALICE", "--wait")
    return given_session(system, {"uid": "alice", "_user": "alice", "authenticationLevel": 1})


@pytest.mark.parametrize(("app", "path"), STRONG)
def test_a_stronger_login_replaces_the_session_and_leads_back_to_the_page(system, weak, app, path):
    wanted = system.url(app, path + "?format=json&a=b")
    before, (old,) = weak.cookie("sso").value, sessions_of(system, "ALICE")
    redirect = weak.get(wanted)
    assert redirect.status == 302 and redirect.location.startswith(system.url("auth", "/upgrade?"))
    assert parse_qs(urlsplit(redirect.location).query)["level"] == ["3"]
    for _ in range(4):  # however often it is asked, it is no lap of a loop
        page = weak.open(wanted)
        assert page.status == 200 and "needs a stronger sign-in" in page.text
    form = page.form_with("password")
    assert form.fields["user"] == "alice"

    wrong = weak.submit(form, password="wrong")
    assert wrong.status == 401 and weak.cookie("sso").value == before
    assert weak.get(wanted).status == 302, "as weak as before"
    answer = weak.submit(wrong.form_with("password"), user="alice", password=PEOPLE["alice"].password)
    assert answer.status in (302, 303) and answer.location == wanted
    seen = received(weak.get(wanted))
    assert seen["path"] == path and seen["query"] == "format=json&a=b"
    assert values(received(weak.get(system.url("app1", "/?format=json"))), "Level") == ["3"]

    assert weak.cookie("sso").value != before
    (new,) = sessions_of(system, "ALICE")
    assert new != old
    wait_for(lambda: Browser().get(system.url("app1", "/"), {"Cookie": f"sso={before}"}).status == 302, 2,
             "the session of before was not refused")


@pytest.mark.parametrize(("app", "path"), STRONG)
def test_a_script_is_told_where_to_log_in_with_more(system, weak, app, path):
    answer = weak.get(system.url(app, path), {"Accept": "application/json", "Sec-Fetch-Mode": "cors"})
    assert answer.status == 401
    told = weak.get(json.loads(answer.body)["login_url"], {"Accept": "application/json"})
    assert told.status == 401 and json.loads(told.body)["error"] == "stronger_authentication_required"


@pytest.mark.parametrize("path", BEYOND)
def test_what_no_login_is_strong_enough_for_ends_on_a_page_that_says_so(system, weak, path):
    wanted = system.url("app1", path)
    strong = Browser()
    log_in(system, strong, "user1", PEOPLE["user1"].password)
    for browser in (weak, strong):
        for _ in range(4):
            page = browser.get(wanted)
            assert page.status == 403 and page.location is None and "needs a stronger sign-in" in page.text
    assert "level 4" in system.httpd.wait_for_log("SSO0342")


def test_config_check_warns_of_a_level_that_no_login_gives(system):
    checked = system.ssoctl("config", "check")
    warnings = [line for line in (checked.stdout + checked.stderr).splitlines() if "no way of logging in" in line]
    assert len(warnings) == 1 and "gives level 4" in warnings[0]


def test_logs_show_the_names_that_the_configuration_asks_for(system, weak):
    browser = Browser()
    log_in(system, browser, "bob", PEOPLE["bob"].password)
    for path in ("/vault/named-app1", "/protected/refused"):
        browser.get(system.url("app1", path))
    assert received(browser.get(system.url("app2", "/css/named?format=json")))["remote_user"] == "BOB"
    weak.get(system.url("app1", "/strong/not-yet"))
    Browser().get(system.url("app1", "/nobody-here"))
    expected = {"/vault/named-app1": "BOB BOB bob at level 3", "/protected/refused": "BOB BOB bob at level 3",
                "/css/named?format=json": "BOB BOB bob at level 3",
                "/strong/not-yet": "ALICE ALICE alice at level 1", "/nobody-here": "- - -"}
    assert {path: names_at(system, path) for path in expected} == expected
    for path, names in expected.items():
        assert system.httpd.wait_for_access(f"GET {path} ").split()[1] == names.split()[0]
