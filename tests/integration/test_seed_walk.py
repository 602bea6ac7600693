"""The seed's ten steps on app1 and app2 (the seed's www1 and www2), with its own rules, groups and headers, and what
these refuse (seeds/websso-overview-fr.html: Cinématique, Autorisation, Traçabilité). On every session store."""

import base64
import json

import pytest

from sandbox.browser import Browser
from sandbox.people import PEOPLE
from sandbox.process import last_held
from sandbox.system import STORES, System
from tests.support.walk import log_in, received, values

EVERYBODY = tuple(PEOPLE)
GROUP1 = tuple(name for name, person in PEOPLE.items() if "group1" in person.groups)
GROUP2 = tuple(name for name, person in PEOPLE.items() if "group2" in person.groups)

# who, besides nobody, may have what
RIGHTS = [
    ("app1", "/", EVERYBODY),                       # default => accept
    ("app1", "/elsewhere/page", EVERYBODY),
    ("app1", "/protected", EVERYBODY),              # ^/protected/.*$ asks for the slash
    ("app1", "/protected/", GROUP1),                # $groups =~ /\bgroup1\b/
    ("app1", "/protected/deep/page", GROUP1),
    ("app2", "/site/", GROUP2 + ("admin",)),        # $uid eq "admin" or $groups =~ /\bgroup2\b/
    ("app2", "/site/deep/page", GROUP2 + ("admin",)),
    ("app2", "/js/script.js", EVERYBODY),           # ^/(js|css) => accept
    ("app2", "/css", EVERYBODY),
    ("app2", "/site", ()),                          # default => deny, for the administrator too
    ("app2", "/", ()),
    ("app2", "/elsewhere", ()),
]

UNITS = {"alice": "accounts", "user1": "accounts", "xavier.guimard": "development", "bob": "unit1", "zoe": "research",
         "helene": "research; unit1", "admin": "operations", "dave": "archives"}
NUMBERS = {"admin": "1000", "alice": "1001", "user1": "1002", "xavier.guimard": "1003", "bob": "1004",
           "helene": "1005", "zoe": "1006", "dave": "1007"}


@pytest.fixture(scope="module", params=STORES)
def system(request):
    with System(store=request.param) as running:
        yield running
        running.check_alive()
        assert running.httpd.unannounced() == []  # nothing of all this is worth a warning


@pytest.fixture(scope="module")
def browser_of(system):
    """The browser of each person, logged in once."""
    browsers: dict[str, Browser] = {}

    def of(name: str) -> Browser:
        if name not in browsers:
            browsers[name] = Browser()
            log_in(system, browsers[name], name, PEOPLE[name].password)
        return browsers[name]
    return of


def test_the_ten_steps(system):
    browser = Browser()
    wanted = system.url("app1", "/protected/page?format=json&x=1")

    # 1, 2: a stranger is sent to the portal, which is told what was wanted
    redirect = browser.get(wanted)
    assert redirect.status == 302
    assert redirect.location.startswith(system.url("auth") + "?")
    assert "echo-application" not in redirect.text
    form = browser.follow(redirect).form_with("password")

    # 3: name and password, tried on the directory; 4: its attributes; 5: groups, and the session in the store;
    # 6: the cookie, and back to where the browser wanted to go
    answer = browser.submit(form, user="alice", password=PEOPLE["alice"].password)
    assert answer.status in (302, 303)
    assert answer.location == wanted
    cookie = browser.cookie("sso")
    assert cookie is not None and cookie.host == "sso.localhost" and "httponly" in cookie.attributes
    assert cookie.attributes["samesite"] == "Lax"

    # 7: the handler reads the cookie and finds the session; 8: it decides, and tells the application who it is
    seen = received(browser.follow(answer))
    assert (seen["app"], seen["method"], seen["path"], seen["query"]) == ("app1", "GET", "/protected/page",
                                                                          "format=json&x=1")
    assert values(seen, "Auth-User") == ["alice"]
    assert values(seen, "Unit") == ["accounts"]
    assert all(cookie.value not in value for _, value in seen["headers"])

    # 9, 10: further requests are decided one by one, with no word of the portal's
    for _ in range(3):
        assert values(received(browser.get(system.url("app1", "/elsewhere?format=json"))), "Auth-User") == ["alice"]
    # another protected server: steps 7 to 10 alone
    assert browser.get(system.url("app2", "/site/page")).status == 403
    seen = received(browser.get(system.url("app2", "/js/page?format=json")))
    assert (seen["app"], seen["path"]) == ("app2", "/js/page")


@pytest.mark.parametrize("app, path, allowed", RIGHTS, ids=[f"{app}{path}" for app, path, _ in RIGHTS])
def test_rights_are_those_of_the_seed(system, browser_of, app, path, allowed):
    statuses = {name: browser_of(name).get(system.url(app, path)).status for name in PEOPLE}
    assert statuses == {name: 200 if name in allowed else 403 for name in PEOPLE}


@pytest.mark.parametrize("app, path, _", RIGHTS, ids=[f"{app}{path}" for app, path, _ in RIGHTS])
def test_nobody_is_let_in_without_a_session(system, app, path, _):
    page = Browser().get(system.url(app, path))
    assert page.status == 302
    assert page.location.startswith(system.url("auth"))
    assert "echo-application" not in page.text


@pytest.mark.parametrize("name", EVERYBODY)
def test_app1_is_told_name_and_unit(system, browser_of, name):
    seen = received(browser_of(name).get(system.url("app1", "/?format=json"), {"Auth-User": "root", "unit": "root"}))
    assert values(seen, "Auth-User") == [name]
    assert values(seen, "Unit") == [UNITS[name]]
    assert values(seen, "Authorization") == []


@pytest.mark.parametrize("name", EVERYBODY)
def test_app2_is_told_a_password_and_the_address(system, browser_of, name):
    seen = received(browser_of(name).get(system.url("app2", "/css?format=json"), {"Remote_IP": "192.0.2.1"}))
    expected = base64.b64encode(f"{NUMBERS[name]}:dummy".encode()).decode()
    assert values(seen, "Authorization") == [f"Basic {expected}"]
    assert values(seen, "Remote-IP") == ["127.0.0.1"]
    assert values(seen, "Auth-User") == []
    assert seen["remote_user"] == name


def test_the_access_log_names_the_person(system, browser_of):
    browser_of("bob").get(system.url("app1", "/traced-by-name"))
    assert system.httpd.wait_for_access("/traced-by-name").split()[1] == "bob"


@pytest.mark.parametrize("name, password", [("alice", "bob-demo"), ("nobody", "alice-demo"), ("alice", ""),
                                            ("*", "alice-demo"), ("*)(uid=alice", "alice-demo")])
def test_wrong_credentials_open_nothing_and_tell_nothing(system, name, password):
    browser = Browser()
    wanted = system.url("app1", "/protected/page")
    page = log_in(system, browser, name, password, wanted)
    assert page.location is None
    assert browser.cookie("sso") is None
    assert browser.get(wanted).status == 302
    again = page.form_with("password")
    assert again.fields["password"] == ""
    assert password == "" or password not in page.text


def test_the_form_answers_after_a_wrong_password(system):
    browser = Browser()
    wanted = system.url("app1", "/protected/page")
    page = log_in(system, browser, "alice", "wrong", wanted)
    assert browser.submit(page.form_with("password"), user="alice", password="alice-demo").location == wanted


def test_an_unknown_name_and_a_wrong_password_are_answered_alike(system):
    answers = [log_in(system, Browser(), name, "wrong") for name in ("alice", "alicf")]
    assert answers[0].status == answers[1].status
    assert len(answers[0].body) == len(answers[1].body)


@pytest.mark.parametrize("value", ["", "0", "A" * 43, "../../etc/passwd", "%00"])
def test_a_cookie_that_is_no_session_is_a_stranger(system, value):
    page = Browser().get(system.url("app1", "/"), {"Cookie": f"sso={value}"})
    assert page.status == 302


def test_a_script_is_told_where_to_log_in(system):
    page = Browser({"Accept": "application/json", "Sec-Fetch-Mode": "cors"}).get(system.url("app1", "/protected/page"))
    assert page.status == 401
    assert page.header("Content-Type").startswith("application/json")
    assert system.url("auth") in json.dumps(json.loads(page.body))


def test_every_login_makes_a_new_session(system):
    browser = Browser()
    log_in(system, browser, "dave", PEOPLE["dave"].password)
    first = browser.cookie("sso").value
    other = Browser()
    log_in(system, other, "dave", PEOPLE["dave"].password)
    assert other.cookie("sso").value != first


def test_a_logout_holds_everywhere_within_half_a_second(system):
    browser = Browser()
    log_in(system, browser, "dave", PEOPLE["dave"].password)
    kept = {"Cookie": f"sso={browser.cookie('sso').value}"}
    addresses = [system.url("app1", "/"), system.url("app2", "/js/x")]
    for _ in range(5):  # every process has it in its cache
        assert [Browser().get(address, kept).status for address in addresses] == [200, 200]
    logout = next(form for form in browser.open(system.url("auth")).forms() if form.action.endswith("/logout"))
    assert logout.method == "POST"
    browser.submit(logout)
    for address in addresses:
        assert last_held(lambda: Browser().get(address, kept).status == 200) < 0.5
        assert Browser().get(address, kept).status == 302
    assert browser.cookie("sso") is None


def test_the_manager_is_for_the_administrator(system, browser_of):
    assert browser_of("admin").get(system.url("manager")).status == 200
    assert browser_of("alice").get(system.url("manager")).status == 403
    assert Browser().get(system.url("manager")).status == 302


def test_portal_and_manager_run_as_cgi_too():
    """The shipped snippets, where mod_fcgid is not loaded."""
    with System(fastcgi=False) as running:
        browser = Browser()
        wanted = running.url("app2", "/site/page?format=json")
        assert log_in(running, browser, "admin", PEOPLE["admin"].password, wanted).location == wanted
        assert received(browser.get(wanted))["remote_user"] == "admin"
        assert browser.get(running.url("manager")).status == 200
