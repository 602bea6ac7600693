"""Hosts outside the session cookie's domain: from the application over the portal and back with a ticket. Handler, portal,
directory and store are the real ones."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.browser import Browser
from sandbox.httpd import parse_log
from sandbox.people import PEOPLE
from sandbox.process import wait_for
from sandbox.system import System
from tests.support.walk import given_session, log_in, received, sessions_of, values

HOSTS = ("app.other.localhost", "app.third.localhost")
TOML = "".join(f"""
[vhost."{host}"]
cross_domain = true
rules = [ {{ match = '^/open/', allow = 'unprotect' }}, {{ match = '^/out$', allow = 'logout_sso' }} ]
""" for host in HOSTS)
HTTPD = "".join(f"""
<VirtualHost ${{SSO_LISTEN}}>
    ServerName {host}
    SSOEngine On
    LogLevel sso:info
    ScriptAlias "/" "${{SSO_PROGRAMS}}/../apps/echo_app.py/"
    <Directory "/">
        Require all granted
    </Directory>
</VirtualHost>
""" for host in HOSTS)


@pytest.fixture(scope="module", params=["lmdb", "redis"])
def world(request):
    with System(store=request.param, toml_more=TOML, httpd_more=HTTPD) as running:
        yield running
        running.check_alive()


@pytest.fixture
def system(world, watch):
    watch(world.httpd)
    return world


def at(system, path="/page", host=HOSTS[0]) -> str:
    return f"http://{host}:{system.port}{path}"


def ticket_of(address: str) -> str | None:
    return parse_qs(urlsplit(address).query).get("ssocda", [None])[0]


def session_cookie(browser: Browser, host: str = HOSTS[0]):
    return next((c for c in browser.cookies if c.name == "sso" and c.host == host), None)


def drop(browser: Browser, *names: str) -> None:
    browser.cookies = [c for c in browser.cookies if not (c.host in HOSTS and c.name in names)]


def signed_in(system, user="alice") -> Browser:
    browser = Browser()
    log_in(system, browser, user, PEOPLE[user].password)
    return browser


def way_back(system, browser: Browser, path="/page") -> str:
    """Where the portal sends the browser, which has no session there yet."""
    to_portal = browser.get(at(system, path))
    assert to_portal.location.startswith(system.url("auth"))
    back = browser.get(to_portal.location).location
    assert back.startswith(at(system, path)) and ticket_of(back)
    return back


def test_a_login_leads_back_with_a_session_for_that_host_alone(system):
    wanted = at(system, "/page?format=json&a=%2F+b&c")
    browser = Browser()
    answer = log_in(system, browser, "alice", PEOPLE["alice"].password, wanted)
    assert ticket_of(answer.location) and session_cookie(browser) is None
    back = browser.get(answer.location)
    assert back.status == 302 and back.location == wanted
    assert back.header("Cache-Control") == "no-store" and back.header("Referrer-Policy") == "no-referrer"
    cookie = session_cookie(browser)
    assert cookie.host_only and "httponly" in cookie.attributes
    got = received(browser.get(back.location))
    assert values(got, "Auth-User") == ["alice"] and values(got, "Cookie") == []
    assert got["query"] == "format=json&a=%2F+b&c"
    # who is signed in needs no second login, here and at a third host
    assert values(received(browser.open(at(system, "/?format=json", HOSTS[1]))), "Auth-User") == ["alice"]


def test_a_link_of_the_portals_leads_there_too(system):
    browser = signed_in(system)
    page = browser.open(system.url("auth", "/?url=" + at(system, "/page") + "%3Fformat=json"))
    assert values(received(page), "Auth-User") == ["alice"]
    for _ in range(2):  # the third would be a loop
        drop(browser, "sso")
        browser.open(at(system, "/page?format=json&again"))


def told_of_tickets(system) -> list[str]:
    """What the log of this test's part says of them."""
    return [line.text.split("SSO0711: ", 1)[1] for line in parse_log(system.httpd.log_since_mark())
            if line.number == "SSO0711"]


def test_a_ticket_is_good_once_and_the_log_says_what_became_of_it(system):
    browser = signed_in(system)
    back = way_back(system, browser)
    assert browser.get(back).location == at(system) and session_cookie(browser)
    assert told_of_tickets(system) == [f"a ticket for {HOSTS[0]} is redeemed"]
    drop(browser, "sso")
    again = browser.get(back)
    assert again.location == at(system) and session_cookie(browser) is None
    assert browser.get(again.location).location.startswith(system.url("auth"))
    (_, second) = told_of_tickets(system)
    assert second.startswith(f"a ticket for {HOSTS[0]} is not good: it was used,")
    assert ticket_of(back) not in system.httpd.error_log


def test_a_ticket_is_good_in_the_browser_that_asked_for_it(system):
    """Else anybody could sign others in under a name of their own, by a link."""
    back = way_back(system, signed_in(system))
    for other in (Browser(), signed_in(system, "bob")):
        other.get(at(system))  # has a secret of its own
        assert other.get(back).location == at(system) and session_cookie(other) is None
    stranger = Browser()
    assert stranger.get(back).location == at(system) and session_cookie(stranger) is None


def test_a_ticket_is_good_at_its_own_host(system):
    browser = signed_in(system)
    back = way_back(system, browser)
    secret = next(c for c in browser.cookies if c.name == "sso-browser")
    elsewhere = back.replace(HOSTS[0], HOSTS[1])
    answer = Browser().get(elsewhere, {"Cookie": f"sso-browser={secret.value}"})
    assert answer.location == at(system, host=HOSTS[1])
    assert not [v for n, v in answer.headers if n.lower() == "set-cookie"]
    assert browser.get(back).location == at(system) and session_cookie(browser) is None, "it has ended there"


def test_maintenance_uses_no_ticket_up(system):
    browser = signed_in(system)
    back = way_back(system, browser)
    setting = f'vhost."{HOSTS[0]}".maintenance'
    assert system.ssoctl("config", "set", setting, "true").returncode == 0
    try:
        wait_for(lambda: all(Browser().get(at(system)).status == 503 for _ in range(8)), 5, "all processes know of it")
        during = browser.get(back)
        assert during.status == 503 and during.header("Retry-After") == "300" and session_cookie(browser) is None
    finally:
        assert system.ssoctl("config", "set", "--unset", setting).returncode == 0
    wait_for(lambda: all(Browser().get(at(system)).status == 302 for _ in range(8)), 5, "it is over")
    assert browser.get(back).location == at(system) and session_cookie(browser)


@pytest.mark.parametrize("bits", ["", "x", "A" * 43, "A" * 3000, "%00", "%0d%0aSet-Cookie:x=y", "../..", "%22'<>"])
def test_what_is_no_ticket_leads_to_the_portal_and_back(system, bits):
    browser = signed_in(system)
    answer = browser.get(at(system, f"/page?format=json&ssocda={bits}"))
    (told,) = told_of_tickets(system)
    assert told.startswith(f"a ticket for {HOSTS[0]} is not good")
    assert answer.status == 302 and answer.location == at(system, "/page?format=json")
    assert session_cookie(browser) is None
    assert values(received(browser.open(answer.location)), "Auth-User") == ["alice"]


def test_a_ticket_leads_nowhere_else(system):
    for target in ("//evil.example/?ssocda=x", "/%5cevil.example?ssocda=x", "/http://evil.example/?ssocda=x"):
        location = Browser().get(at(system, target)).location
        assert location is None or location.startswith((at(system, "/"), system.url("auth")))


def test_only_a_page_that_is_asked_for_uses_it_up(system):
    browser = signed_in(system)
    back = way_back(system, browser)
    host = urlsplit(back).netloc
    target = back.split(host, 1)[1]
    for method in ("HEAD", "POST", "OPTIONS"):
        assert system.httpd.request(method, host, target).status in (302, 401)
    assert browser.get(back).location == at(system) and session_cookie(browser)


def test_whoever_keeps_no_cookies_ends_on_a_page(system):
    browser = signed_in(system)
    page = browser.get(at(system))
    for _ in range(20):
        if page.location is None:
            break
        drop(browser, "sso", "sso-browser")
        page = browser.get(page.location)
    assert page.status == 508 and page.url.startswith(system.url("auth"))
    system.httpd.announce("SSO0516")


@pytest.mark.parametrize("how", ["portal", "ssoctl", "rule"])
def test_a_session_that_ends_ends_there_too(system, how):
    browser = signed_in(system, "user1")
    assert browser.open(at(system)).status == 200
    held = session_cookie(browser).value
    if how == "portal":
        browser.submit(browser.get(system.url("auth", "/logout")).form_with("token"))
    elif how == "ssoctl":
        assert system.ssoctl("session", "delete", "--user", "user1", "--wait").returncode == 0
    else:
        assert browser.get(at(system, "/out")).location == system.url("auth")
        assert session_cookie(browser) is None
    wait_for(lambda: Browser().get(at(system), {"Cookie": f"sso={held}"}).status == 302, 0.5 if how == "portal" else 2,
             "it serves on")
    assert sessions_of(system, "user1") == []


def test_open_pages_need_no_ticket_and_scripts_are_told_where_to_log_in(system):
    assert Browser().get(at(system, "/open/page?format=json")).status == 200
    script = Browser().get(at(system), {"Accept": "application/json", "Sec-Fetch-Mode": "cors"})
    assert script.status == 401 and json.loads(script.body)["login_url"].startswith(system.url("auth", "/?url="))


def test_hosts_within_the_cookies_domain_know_nothing_of_tickets(system):
    browser = given_session(system, {"uid": "bob", "_user": "bob"})
    got = received(browser.get(system.url("app1", "/page?format=json&ssocda=" + "A" * 43)))
    assert got["query"].endswith("ssocda=" + "A" * 43)
