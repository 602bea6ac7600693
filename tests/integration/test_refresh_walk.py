"""`ssoctl session refresh`: what changes in the directory holds at a person's next visit. The browser goes to the portal
and back, with the cookie that it has and without a password. On every session store."""

import json

import pytest

from sandbox.browser import Browser
from sandbox.people import PEOPLE
from sandbox.system import STORES, System
from tests.support.walk import NAMES_LOG, given_session, log_in, names_at, received, sessions_of, values


@pytest.fixture(scope="module", params=STORES)
def world(request):
    custom = {"what_to_trace = '$uid'": "what_to_trace = '$uid'\ncustom_to_trace = '$mail'"}
    with System(store=request.param, toml_changes=custom, httpd_more=f"{NAMES_LOG}\nLogLevel sso:info\n") as running:
        yield running
        running.check_alive()


@pytest.fixture
def system(world, watch):
    watch(world.httpd)
    return world


def logged_in(system: System, name: str) -> Browser:
    browser = Browser()
    assert log_in(system, browser, name, PEOPLE[name].password).location is not None
    return browser


def refresh(system: System, user: str) -> None:
    done = system.ssoctl("--json", "session", "refresh", "--user", user, "--wait")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["marked"] == 1


def test_what_the_directory_says_now_holds_after_a_trip_to_the_portal(system):
    browser = logged_in(system, "dave")
    cookie, ids = browser.cookie("sso").value, sessions_of(system, "dave")
    wanted = system.url("app1", "/protected/page?format=json&x=1")
    assert browser.get(wanted).status == 403
    system.slapd.change("dave", departmentUID="unit1", ou="accounts", mail="d@example.com")
    assert browser.get(wanted).status == 403, "nobody has said that the directory is to be asked"
    assert values(received(browser.get(system.url("app1", "/before?format=json"))), "Unit") == ["archives"]
    assert names_at(system, "/before?format=json") == "dave dave dave@example.com"

    refresh(system, "dave")
    script = Browser({"Accept": "application/json", "Sec-Fetch-Mode": "cors"})
    script.cookies = list(browser.cookies)
    for _ in range(2):  # it does not read anything anew
        answer = script.get(wanted)
        assert answer.status == 401 and answer.location is None
        assert json.loads(answer.body)["login_url"].startswith(system.url("auth") + "?url=")
    assert "the session is to be read anew: 401 for a script" in system.httpd.wait_for_log("SSO0340")

    to_portal = browser.get(wanted)
    assert to_portal.status == 302 and to_portal.location.startswith(system.url("auth") + "?url=")
    back = browser.get(to_portal.location)
    assert back.status in (302, 303) and back.location == wanted
    seen = received(browser.get(back.location))
    assert values(seen, "Unit") == ["accounts"] and values(seen, "Auth-User") == ["dave"]

    assert browser.cookie("sso").value == cookie and sessions_of(system, "dave") == ids
    for path in ("/protected/again?format=json", "/after?format=json"):
        assert values(received(browser.get(system.url("app1", path))), "Unit") == ["accounts"]
    assert received(script.get(wanted))["path"] == "/protected/page"
    assert names_at(system, "/after?format=json") == "dave dave d@example.com"


def test_a_right_that_was_taken_away_is_gone(system):
    browser = logged_in(system, "bob")
    wanted = system.url("app2", "/site/page?format=json")
    assert received(browser.get(wanted))["remote_user"] == "bob"
    system.slapd.change("bob", ou="unit9")
    refresh(system, "bob")
    page = browser.open(wanted)
    assert page.url == wanted and page.status == 403
    assert browser.get(system.url("app2", "/css")).status == 200, "the session goes on"


def test_each_session_of_a_user_is_read_anew_by_its_own_browser(system):
    first, second = logged_in(system, "xavier.guimard"), logged_in(system, "xavier.guimard")
    system.slapd.change("xavier.guimard", ou="letters")
    done = system.ssoctl("--json", "session", "refresh", "--user", "xavier.guimard", "--wait")
    assert json.loads(done.stdout)["marked"] == 2
    wanted = system.url("app1", "/?format=json")
    assert values(received(first.open(wanted)), "Unit") == ["letters"]
    assert second.get(wanted).status == 302
    for browser in (second, first):
        assert values(received(browser.open(wanted)), "Unit") == ["letters"]
    assert len(sessions_of(system, "xavier.guimard")) == 2


def test_who_has_gone_from_the_directory_is_logged_out_and_not_let_in(system):
    browser = logged_in(system, "helene")
    wanted = system.url("app1", "/page")
    assert browser.get(wanted).status == 200
    system.slapd.delete("helene")
    refresh(system, "helene")
    page = browser.open(wanted)
    form = page.form_with("password")
    assert page.url.startswith(system.url("auth")) and page.status == 200
    assert "helene" in system.httpd.wait_for_log("SSO0375")
    assert sessions_of(system, "helene") == []
    assert browser.get(wanted).status == 302
    assert browser.submit(form, user="helene", password=PEOPLE["helene"].password).location is None
    assert browser.get(wanted).status == 302


def test_while_the_directory_does_not_answer_the_session_waits(system):
    browser = logged_in(system, "user1")
    wanted = system.url("app1", "/protected/page?format=json")
    system.slapd.change("user1", ou="elsewhere")
    refresh(system, "user1")
    system.httpd.announce("SSO0300", "SSO0503")
    system.slapd.end_process()
    try:
        for _ in range(2):
            page = browser.open(wanted)
            assert page.status == 503 and page.url.startswith(system.url("auth"))
    finally:
        system.slapd.start()
    assert values(received(browser.open(wanted)), "Unit") == ["elsewhere"]


def test_a_session_that_no_login_has_made_serves_on(system):
    browser = given_session(system, {"uid": "robot", "ou": "machines"})
    wanted = system.url("app1", "/?format=json")
    refresh(system, "robot")
    assert browser.get(wanted).status == 302
    assert values(received(browser.open(wanted)), "Unit") == ["machines"]


def test_of_somebody_without_a_session_nothing_is_read_anew(system):
    done = system.ssoctl("session", "refresh", "--user", "nobody")
    assert done.returncode == 1 and done.stdout.startswith("0 sessions")
