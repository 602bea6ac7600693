"""What rules can ask for beside letting in and refusing: logouts, a level of authentication, maintenance; and which
virtual host a name belongs to."""

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.echo_app import MARK
from sandbox.protected_site import PORTAL, ProtectedSite, values

BYE = "http://www.sso.test/bye"
SETTINGS = rf"""
[vhost."app.test"]
url = "http://app.sso.test:8080/"
rules = [
    {{ match = '^/logout$', allow = 'logout_sso {BYE}' }},
    {{ match = '^/logout-portal', allow = 'logout_sso' }},
    {{ match = '^/logout-app$', allow = 'logout_app {BYE}' }},
    {{ match = '^/logout-both', allow = 'logout_app_sso {BYE}' }},
    {{ match = '^/strong/', allow = '$groups =~ /\bgroup1\b/', level = 2 }},
    {{ match = '^/too-strong/', allow = 'accept', level = 5 }},
    {{ match = '^/maybe/', allow = '$uid eq "alice" ? 1 : skip' }},
]
[vhost."app.test".headers]
Auth-User = '$uid'
Mail = {{ value = '$mail', optional = true }}
Unit = '$ou'
[vhost."files.test"]
url = "http://files.sso.test/"
rules = [ {{ match = '^/leave', allow = 'logout_app {BYE}' }}, {{ match = '^/gone', allow = 'logout_app_sso {BYE}' }} ]
[vhost."closed.test"]
url = "http://closed.sso.test/"
maintenance = true
[vhost."level.test"]
url = "http://level.sso.test/"
level = 2
rules = [ {{ match = '^/any/', allow = 'accept', level = 0 }}, {{ match = '^/open/', allow = 'unprotect' }} ]
[vhost."*.many.sso.test"]
url = "http://any.many.sso.test:8080/"
rules = [ {{ match = '^/of-many', allow = 'deny' }} ]
[vhost."%.many.sso.test"]
rules = [ {{ match = '^/of-one', allow = 'deny' }} ]
[vhost."exact.many.sso.test"]
aliases = ["Alias.many.sso.test"]
rules = [ {{ match = '^/of-exact', allow = 'deny' }} ]
"""


@pytest.fixture(scope="module")
def world(build_dir):
    with ProtectedSite(build_dir, modules=("deflate", "filter")) as site:
        site.settings(SETTINGS)
        site.httpd.page("/page.html", "a page of files")
        site.httpd.page("/leave.html", "the answer to a logout" * 100)
        site.httpd.page("/leave.cgi", "#!/bin/sh\nprintf 'Content-Type: text/plain\\nSet-Cookie: app=; Max-Age=0\\n\\nbye'\n",
                        0o755)
        site.start(site.host("first.test", "SSOEngine On")
                   + site.proxy("app.test", "SSOEngine On\nLogLevel sso:info")
                   + site.host("files.test", f'SSOEngine On\nSetOutputFilter DEFLATE\nDocumentRoot "{site.httpd.htdocs}"\n'
                               f'<Directory "{site.httpd.htdocs}">\nOptions +ExecCGI\nAddHandler cgi-script .cgi\n</Directory>')
                   + site.proxy("closed.test", "SSOEngine On\nLogLevel sso:info")
                   + site.proxy("level.test", "SSOEngine On")
                   + site.proxy("one.test", 'SSOEngine On\nSSOVirtualHost "*.many.sso.test"', aliases="x.y.many.sso.test")
                   + site.proxy("many.test", "SSOEngine On", aliases="*.many.sso.test"))
        yield site


@pytest.fixture
def site(world, watch):
    watch(world.httpd)
    return world


def wanted(location: str, page: str = "") -> str:
    assert location.startswith(f"{PORTAL}{page}?url="), location
    (value,) = parse_qs(urlsplit(location).query)["url"]
    return base64.b64decode(value, validate=True).decode()


def assert_bye(answer, target: str = BYE) -> None:
    assert answer.status == 302 and answer.header("Location") == target
    assert answer.body == b"" or MARK not in answer.text
    assert answer.header("Cache-Control") == "no-store"


def clears_cookie(answer) -> bool:
    return any(cookie.startswith("sso=;") and "Max-Age=0" in cookie and "Domain=.sso.test" in cookie
               for cookie in answer.all("Set-Cookie"))


# logouts

@pytest.mark.parametrize(("target", "leads_to"), [("/logout", BYE), ("/logout-portal", PORTAL)])
def test_logout_sso_ends_the_session_takes_the_cookie_away_and_leads_to_its_target(site, target, leads_to):
    alice = site.login("alice")
    assert site.get("app.test", "/page", alice).status == 200
    answer = site.get("app.test", target, alice)
    assert_bye(answer, leads_to)
    assert clears_cookie(answer)
    assert "alice" in site.httpd.wait_for_log("SSO0344")
    assert site.get("app.test", "/page", alice).status == 302, "the session has ended"
    assert " alice app.test " in site.httpd.wait_for_access(f"GET {target} ")


def test_logout_sso_of_nobody_leads_to_its_target_and_asks_for_no_login(site):
    for cookie in (None, "sso=" + "A" * 43):
        answer = site.get("app.test", "/logout", cookie)
        assert_bye(answer)
        assert clears_cookie(answer)


def test_logout_app_lets_the_application_run_and_shows_nothing_of_its_answer(site):
    alice = site.login("alice")
    before = site.echo.requests
    answer = site.get("app.test", "/logout-app", alice)
    assert_bye(answer)
    assert answer.body == b"" and not clears_cookie(answer)
    assert site.echo.requests == before + 1 and site.echo.last_headers["Auth-User"] == "alice"
    assert site.get("app.test", "/page", alice).status == 200, "the session goes on"


def test_logout_app_sso_does_both(site):
    alice = site.login("alice")
    before = site.echo.requests
    answer = site.get("app.test", "/logout-both", alice)
    assert_bye(answer)
    assert clears_cookie(answer)
    assert site.echo.requests == before + 1 and site.echo.last_headers["Auth-User"] == "alice"
    assert site.get("app.test", "/page", alice).status == 302


@pytest.mark.parametrize("target", ["/logout-app", "/logout-both"])
def test_an_application_does_not_run_for_the_logout_of_nobody(site, target):
    before = site.echo.requests
    assert_bye(site.get("app.test", target))
    assert site.echo.requests == before


@pytest.mark.parametrize("headers", [
    {}, {"Accept-Encoding": "gzip"}, {"Range": "bytes=0-3"}, {"If-Modified-Since": "Wed, 01 Jan 2098 00:00:00 GMT"},
    {"If-None-Match": "*"}, {"Accept": "application/json"}])
def test_no_condition_of_the_browsers_shows_the_answer_to_a_logout(site, headers):
    answer = site.get("files.test", "/leave.html", site.login("alice"), headers)
    assert_bye(answer)
    assert answer.body == b"" and answer.header("Content-Length") == "0"
    for name in ("Content-Encoding", "Content-Type", "Content-Range", "ETag", "Last-Modified", "Accept-Ranges"):
        assert answer.header(name) is None, name


def test_an_application_can_take_its_own_cookies_away(site):
    answer = site.get("files.test", "/leave.cgi", site.login("alice"))
    assert_bye(answer)
    assert answer.all("Set-Cookie") == ["app=; Max-Age=0"] and answer.body == b""


def test_an_application_that_fails_shows_its_error_and_the_session_has_ended(site):
    alice = site.login("alice")
    assert site.get("files.test", "/page.html", alice).status == 200
    answer = site.get("files.test", "/gone.html", alice)
    assert answer.status == 404 and clears_cookie(answer)
    assert site.get("files.test", "/page.html", alice).status == 302


def test_a_logout_by_head_and_by_post_is_answered_alike(site):
    for method in ("HEAD", "POST"):
        assert_bye(site.get("app.test", "/logout-app", site.login("alice"), method=method))


def test_the_connection_goes_on_after_a_logout_of_the_application(site):
    alice = site.login("alice")
    raw = site.httpd.raw(
        f"GET /logout-app HTTP/1.1\r\nHost: app.test\r\nCookie: {alice}\r\n\r\n"
        f"GET /page HTTP/1.1\r\nHost: app.test\r\nCookie: {alice}\r\nConnection: close\r\n\r\n".encode())
    assert raw.count(b"HTTP/1.1 302 ") == 1 and raw.count(b"HTTP/1.1 200 ") == 1


# levels

def test_a_session_below_the_level_is_asked_for_a_stronger_login(site):
    answer = site.get("app.test", "/strong/page?a=b", site.login("alice", groups="group1", authenticationLevel=1))
    assert answer.status == 302 and MARK not in answer.text
    assert wanted(answer.header("Location"), "upgrade") == "http://app.sso.test:8080/strong/page?a=b"
    assert answer.header("Cache-Control") == "no-store"
    line = site.httpd.wait_for_log("SSO0341")
    assert "alice" in line and "app.test/strong/page" in line and "a=b" not in line


def test_a_script_below_the_level_gets_401_and_the_address_of_the_stronger_login(site):
    answer = site.get("app.test", "/strong/page", site.login("alice", authenticationLevel=1),
                      {"Accept": "application/json"})
    assert answer.status == 401
    assert wanted(answer.json()["login_url"], "upgrade") == "http://app.sso.test:8080/strong/page"


@pytest.mark.parametrize("level", [2, "2", 3, 2.5])
def test_a_session_of_the_level_is_let_in_if_the_rule_holds(site, level):
    member = site.login("alice", groups="group1", authenticationLevel=level)
    assert site.get("app.test", "/strong/page", member).status == 200
    assert site.get("app.test", "/strong/page", site.login("bob", authenticationLevel=level)).status == 403


def test_nobody_is_asked_for_a_login_and_not_for_a_stronger_one(site):
    assert wanted(site.get("app.test", "/strong/page").header("Location")) == "http://app.sso.test:8080/strong/page"


def test_a_level_that_no_way_of_logging_in_gives_ends_on_a_page_that_says_so(site):
    for language, words in (("en", "needs a stronger sign-in"), ("fr", "demande une connexion plus forte")):
        answer = site.get("app.test", "/too-strong/page", site.login("alice", authenticationLevel=2),
                          {"Accept-Language": language})
        assert answer.status == 403 and words in answer.text and MARK not in answer.text
        assert answer.header("Location") is None and answer.header("Cache-Control") == "no-store"
    assert "level 5" in site.httpd.wait_for_log("SSO0342")
    assert site.get("app.test", "/too-strong/page", site.login("root", authenticationLevel=5)).status == 200


def test_the_level_of_a_virtual_host_holds_where_a_rule_says_nothing_else(site):
    low = site.login("alice", authenticationLevel=1)
    assert wanted(site.get("level.test", "/page", low).header("Location"), "upgrade") == "http://level.sso.test/page"
    assert site.get("level.test", "/any/page", low).status == 200
    assert values(site.seen("level.test", "/open/page", low), "Auth-User") == ["alice"]
    assert site.get("level.test", "/page", site.login("alice", authenticationLevel=2)).status == 200


# maintenance

def test_a_virtual_host_in_maintenance_answers_503_with_a_page_and_a_time(site):
    for cookie in (None, site.login("alice")):
        for language, words in (("en", "being worked on"), ("fr", "en maintenance")):
            answer = site.get("closed.test", "/page", cookie, {"Accept-Language": language})
            assert answer.status == 503 and words in answer.text and MARK not in answer.text
            assert answer.header("Retry-After") == "300" and answer.header("Cache-Control") == "no-store"
    assert "closed.test/page" in site.httpd.wait_for_log("SSO0343")


def test_a_script_learns_of_maintenance_by_status_and_time(site):
    answer = site.get("closed.test", "/page", headers={"Accept": "application/json"})
    assert answer.status == 503 and answer.header("Retry-After") == "300" and "<style>" not in answer.text


# which virtual host

@pytest.mark.parametrize(("host", "denied"), [
    ("exact.many.sso.test", "/of-exact"), ("alias.many.sso.test", "/of-exact"), ("ALIAS.many.sso.test", "/of-exact"),
    ("one.many.sso.test", "/of-one"), ("a.b.many.sso.test", "/of-many")])
def test_a_name_that_is_written_out_goes_before_percent_and_percent_before_star(site, host, denied):
    alice = site.login("alice")
    for path in ("/of-exact", "/of-one", "/of-many"):
        assert site.get(host, path, alice).status == (403 if path == denied else 200), path


@pytest.mark.parametrize(("host", "origin"), [
    ("exact.many.sso.test", "http://exact.many.sso.test"), ("alias.many.sso.test", "http://alias.many.sso.test"),
    ("one.many.sso.test", "http://one.many.sso.test"), ("a.b.many.sso.test", "http://a.b.many.sso.test:8080")])
def test_the_wanted_address_bears_the_name_that_was_asked_for_with_the_hosts_scheme_and_port(site, host, origin):
    assert wanted(site.get(host, "/page").header("Location")) == f"{origin}/page"


def test_sso_virtual_host_may_name_a_wildcard_and_holds_for_the_names_that_it_stands_for(site):
    alice = site.login("alice")
    assert site.get("x.y.many.sso.test", "/of-many", alice).status == 403
    assert site.get("x.y.many.sso.test", "/of-one", alice).status == 200
    assert (wanted(site.get("x.y.many.sso.test", "/page").header("Location"))
            == "http://x.y.many.sso.test:8080/page")
    assert site.get("one.test", "/page", alice).status == 403, "the wildcard does not stand for the ServerName"
    site.httpd.wait_for_log("SSO0011")


# headers

def test_an_optional_header_is_absent_where_it_would_be_empty_and_others_are_empty(site):
    seen = site.seen("app.test", "/page", site.login("alice"), headers={"Mail": "mallory", "mail": "mallory"})
    assert values(seen, "Mail") == [] and values(seen, "Unit") == [""]
    seen = site.seen("app.test", "/page", site.login("alice", mail="a@sso.test"), headers={"mail": "mallory"})
    assert values(seen, "Mail") == ["a@sso.test"]


def test_skip_inside_an_expression_holds_for_the_anonymous_too(site):
    seen = site.seen("app.test", "/maybe/page", headers={"Auth-User": "mallory"})
    assert values(seen, "Auth-User") == []
    assert values(site.seen("app.test", "/maybe/page", site.login("bob")), "Auth-User") == []
    assert values(site.seen("app.test", "/maybe/page", site.login("alice")), "Auth-User") == ["alice"]
