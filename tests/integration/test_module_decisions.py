"""mod_sso between a browser and applications behind mod_proxy_http and as CGI: who gets in, who is sent where, and what
the application and the logs learn of it."""

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.echo_app import MARK
from sandbox.httpd import parse_response
from sandbox.protected_site import PORTAL, ProtectedSite, values

SETTINGS = r"""
[vhost."app.test"]
url = "http://app.sso.test:8080/"
rules = [
    { match = '^/protected/.*$', allow = '$groups =~ /\bgroup1\b/' },
    { match = '^/open/', allow = 'unprotect' },
    { match = '^/skip/', allow = 'skip' },
    { match = '^/never/', allow = 'deny' },
    { match = '^/deny', allow = 'deny' },
    { match = '^/a space', allow = 'deny' },
    { match = '^/mark\?x=1', allow = 'deny' },
]
[vhost."app.test".headers]
Auth-User = '$uid'
Unit = '$ou'
[vhost."cgi.test"]
url = "http://cgi.sso.test/"
rules = [ { match = '^/open/', allow = 'unprotect' }, { match = '^/skip/', allow = 'skip' } ]
[vhost."alias.test"]
url = "http://alias.sso.test/"
rules = [ { match = '^/of-alias', allow = 'deny' } ]
[vhost."named.test"]
url = "https://named.sso.test/"
rules = [ { match = '^/of-named', allow = 'deny' } ]
"""


@pytest.fixture(scope="module")
def world(build_dir):
    with ProtectedSite(build_dir) as site:
        site.settings(SETTINGS)
        site.start(site.host("first.test", "SSOEngine On")
                   + site.proxy("app.test", "SSOEngine On\nLogLevel sso:info", aliases="alias.test *.wild.test")
                   + site.cgi_host("cgi.test", "SSOEngine On")
                   + site.proxy("front.test", "SSOEngine On\nSSOVirtualHost Named.Test", aliases="app2.test"))
        yield site


@pytest.fixture
def site(world, watch):
    watch(world.httpd)
    return world


def wanted(location: str) -> str:
    """The address that a redirect to the portal says was wanted."""
    assert location.startswith(PORTAL + "?url="), location
    (value,) = parse_qs(urlsplit(location).query)["url"]
    return base64.b64decode(value, validate=True).decode()


# nobody is known

def test_a_browser_without_a_session_is_sent_to_the_portal_with_the_wanted_address(site):
    answer = site.get("app.test", "/a%20page/x?q=%2F&r=1")
    assert answer.status == 302
    assert wanted(answer.header("Location")) == "http://app.sso.test:8080/a%20page/x?q=%2F&r=1"
    assert answer.header("Cache-Control") == "no-store"
    assert MARK not in answer.text


@pytest.mark.parametrize("headers", [
    {"X-Forwarded-Host": "evil.example"}, {"X-Forwarded-Proto": "https"}, {"Forwarded": "host=evil.example"},
    {"X-Original-URL": "/evil"}, {"Referer": "http://evil.example/"}])
def test_no_header_has_a_say_in_the_wanted_address(site, headers):
    answer = site.get("app.test", "/page", headers=headers)
    assert wanted(answer.header("Location")) == "http://app.sso.test:8080/page"


def test_the_wanted_address_is_of_the_configured_origin_whatever_the_target_and_the_port_of_host(site):
    answer = site.get("app.test:9999", "http://app.test:1/page")
    assert wanted(answer.header("Location")) == "http://app.sso.test:8080/page"
    answer = site.get("app.test", "//evil.example/page")
    assert wanted(answer.header("Location")).startswith("http://app.sso.test:8080/")


@pytest.mark.parametrize("headers", [
    {"Accept": "application/json"}, {"Accept": "application/json, text/plain, */*"},
    {"X-Requested-With": "XMLHttpRequest"}, {"Sec-Fetch-Mode": "cors"}, {"Sec-Fetch-Mode": "no-cors"},
    {"Sec-Fetch-Mode": "same-origin", "Accept": "text/html"}])
def test_a_script_without_a_session_gets_401_and_json_that_names_the_login_address(site, headers):
    answer = site.get("app.test", "/api?x=1", headers=headers)
    assert answer.status == 401
    assert answer.header("Content-Type") == "application/json"
    assert answer.header("Cache-Control") == "no-store"
    assert answer.header("Location") is None
    assert answer.header("WWW-Authenticate", "").startswith("SSO ")
    body = answer.json()
    assert body["status"] == 401 and body["title"]
    assert wanted(body["login_url"]) == "http://app.sso.test:8080/api?x=1"


@pytest.mark.parametrize("headers", [
    {}, {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}, {"Accept": "*/*"},
    {"Sec-Fetch-Mode": "navigate"}, {"Accept": "text/html, application/json;q=0.5"}])
def test_what_is_no_script_is_sent_to_the_portal(site, headers):
    assert site.get("app.test", "/", headers=headers).status == 302


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND", "BREW"])
def test_every_method_needs_a_session(site, method):
    answer = site.get("app.test", "/page", method=method)
    assert answer.status == 302 and MARK not in answer.text


def test_head_is_answered_as_get_without_a_body(site):
    assert site.get("app.test", "/page", method="HEAD").status == 302
    assert site.get("app.test", "/page", method="HEAD", headers={"Accept": "application/json"}).status == 401


def test_the_connection_stays_in_step_after_a_refused_request_with_a_body(site):
    post = (b"POST /page HTTP/1.1\r\nHost: app.test\r\nAccept: application/json\r\nContent-Length: 26\r\n\r\n"
            b"GET /smuggled HTTP/1.1\r\n\r\n")
    get = b"GET /second HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n"
    raw = site.httpd.raw(post + get)
    assert raw.count(b"HTTP/1.1 ") == 2 and b"HTTP/1.1 401 " in raw and b"HTTP/1.1 302 " in raw


@pytest.mark.parametrize("cookie", [
    "sso=", "sso=0", "sso=x", "sso=" + "A" * 43, "sso=" + "A" * 4000, "sso=%00", "sso=c:" + "A" * 43, 'sso="quoted"', "sso", "SSO=" + "A" * 43, "=sso"])
def test_a_cookie_that_opens_nothing_is_no_session(site, cookie):
    assert site.get("app.test", "/page", cookie).status == 302


@pytest.mark.parametrize("name", ["ssohttp", "SSO", "xsso", "__Secure-sso", "-sso", "sso.x"])
def test_a_session_in_a_cookie_of_another_name_is_none(site, name):
    value = site.login("alice").removeprefix("sso=")
    assert site.get("app.test", "/page", f"{name}={value}").status == 302


def test_a_session_that_cannot_be_read_is_no_session_and_is_logged(site):
    cookie = site.login("alice", "corrupt")
    site.httpd.announce("SSO0005")
    assert site.get("app.test", "/page", cookie).status == 302
    site.httpd.wait_for_log("SSO0005")
    site.httpd.wait_for_log("app.test/page, the session cannot be read: sent to the portal")


def test_an_expired_session_is_no_session_and_is_left_in_the_store(site):
    cookie = site.login("alice", "expired")
    assert site.get("app.test", "/page", cookie).status == 302
    assert site.get("app.test", "/page", cookie, {"Accept": "application/json"}).status == 401
    assert values(site.seen("app.test", "/open/page", cookie), "Auth-User") == []
    site.httpd.wait_for_log("app.test/page, the session has expired: 401 for a script")
    site.logout(cookie)  # which fails where there is nothing to end


@pytest.mark.parametrize(("cookie", "why"), [
    (None, "no session cookie"), ("other=1; sso=", "no session cookie"), ("sso=" + "A" * 43, "no such session"),
    ("sso=nonsense", "no such session")])
def test_the_log_says_why_nobody_is_known(site, cookie, why):
    assert site.get("app.test", "/page?secret=1", cookie).status == 302
    line = site.httpd.wait_for_log("SSO0340")
    assert f"nobody is known at app.test/page, {why}: sent to the portal" in line and ":info]" in line
    assert "AAAA" not in line


def test_of_several_session_cookies_the_first_counts(site):
    good = site.login("alice")
    bad = "sso=" + "A" * 43
    assert site.get("app.test", "/page", f"{good}; {bad}").status == 200
    assert site.get("app.test", "/page", f"{bad}; {good}").status == 302


# somebody is known

def test_the_application_behind_the_proxy_gets_the_identity_headers(site):
    seen = site.seen("app.test", "/page", site.login("alice", ou="unit1"))
    assert values(seen, "Auth-User") == ["alice"]
    assert values(seen, "Unit") == ["unit1"]


def test_the_cgi_application_gets_identity_headers_and_remote_user_and_auth_type(site):
    seen = site.seen("cgi.test", "/page", site.login("alice"))
    assert values(seen, "Auth-User") == ["alice"]
    assert seen["remote_user"] == "alice" and seen["auth_type"] == "SSO"


def test_the_access_log_names_the_person(site):
    alice, bob = site.login("alice"), site.login("bob")
    assert site.get("app.test", "/page-of-alice", alice).status == 200
    assert site.get("app.test", "/never/page-of-bob", bob).status == 403
    assert " alice app.test " in site.httpd.wait_for_access("page-of-alice")
    refused = site.httpd.wait_for_access("page-of-bob")
    assert " bob app.test " in refused and " 403 " in refused


def test_a_rule_that_does_not_hold_is_a_403_that_is_logged(site):
    answer = site.get("app.test", "/protected/page", site.login("bob", groups="group2"))
    assert answer.status == 403 and MARK not in answer.text
    assert answer.header("Cache-Control") == "no-store"
    line = site.httpd.wait_for_log("SSO0010")
    assert "bob" in line and "app.test/protected/page" in line and "^/protected/.*$" in line and ":notice]" in line
    assert site.get("app.test", "/protected/page", site.login("carol", groups="x; group1")).status == 200


def test_nobody_passes_a_rule_that_denies_everybody(site):
    assert site.get("app.test", "/never/x", site.login("alice", groups="group1")).status == 403
    assert MARK not in site.get("app.test", "/never/x").text


@pytest.mark.parametrize(("target", "status"), [
    ("/den%79", 403), ("//deny", 403), ("/x/../deny", 403), ("/deny/../x", 200), ("/Deny", 200), ("/x/deny", 200),
    ("/a%20space", 403), ("/a+space", 200), ("/mark%3Fx=1", 403), ("/mark?x=1", 200)])
def test_patterns_see_the_path_decoded_and_normalised_and_not_the_query(site, target, status):
    assert site.get("app.test", target, site.login("alice")).status == status


def test_what_a_log_line_quotes_cannot_forge_another(site):
    cookie = site.login("eve\n[x] [sso:notice] SSO0010: forged")
    assert site.get("app.test", "/never/x%c3%a9%22", cookie).status == 403
    assert "SSO0010" in site.httpd.wait_for_log("may not have")
    assert not any(line.startswith("[x]") for line in site.httpd.log_since_mark().splitlines())


def test_control_bytes_of_an_attribute_do_not_reach_the_application(site):
    seen = site.seen("app.test", "/page", site.login("alice", ou="unit1\r\nAuth-User: mallory\x00\x7f"))
    assert values(seen, "Auth-User") == ["alice"]
    assert values(seen, "Unit") == ["unit1Auth-User: mallory"]


def test_bytes_of_an_attribute_reach_the_application_as_they_are(site):
    seen = site.seen("app.test", "/page", site.login("alice", ou="zo\u00e9 \u20ac"))
    assert [value.encode("latin-1").decode() for value in values(seen, "Unit")] == ["zo\u00e9 \u20ac"]


def test_every_answer_of_a_protected_place_is_private(site):
    alice = site.login("alice")
    assert site.get("app.test", "/page", alice).all("Cache-Control") == ["private"]
    assert "private" in site.get("app.test", "/page?cache=public", alice).all("Cache-Control")
    assert site.get("cgi.test", "/page", alice).all("Cache-Control") == ["private"]


def test_no_header_of_an_answer_names_who_is_known(site):
    alice = site.login("alice", ou="unit1")
    for host, path, status in (("app.test", "/page", 200), ("app.test", "/never/x", 403), ("app.test", "/open/x", 200),
                               ("app.test", "/skip/x", 200), ("cgi.test", "/page", 200)):
        answer = site.get(host, path, alice)
        assert answer.status == status
        told = [(name, value) for name, value in answer.headers if "alice" in value or "unit1" in value or "user" in name.lower()]
        assert told == [], path


# the cookie

@pytest.mark.parametrize(("sent", "kept"), [
    ("{sso}", []), ("{sso}; ssopdata=p; ssohttp=h; -sso=1", ["ssopdata=p; ssohttp=h; -sso=1"]), ("a=1; {sso}", ["a=1"]), ("{sso}; b=2", ["b=2"]), ("a=1; {sso}; b=2", ["a=1; b=2"]),
    ("{sso}; {sso}; c=3; sso=again", ["c=3"]), ("xsso=1; {sso}; ssox=2", ["xsso=1; ssox=2"])])
def test_the_session_cookie_is_cut_out_of_what_the_application_sees(site, sent, kept):
    sso = site.login("alice")
    for host in ("app.test", "cgi.test"):
        seen = site.seen(host, "/page", sent.format(sso=sso))
        assert values(seen, "Cookie") == kept
        assert sso.removeprefix("sso=") not in str(seen)


def test_the_session_cookie_is_cut_out_of_several_cookie_lines_too(site):
    sso = site.login("alice")
    request = (f"GET /open/x?format=json HTTP/1.1\r\nHost: app.test\r\nCookie: a=1\r\nCookie: {sso}\r\nCookie: b=2\r\n"
               "Connection: close\r\n\r\n")
    seen = parse_response(site.httpd.raw(request.encode())).json()
    assert sso.removeprefix("sso=") not in str(seen)
    assert "a=1" in values(seen, "Cookie")[0] and "b=2" in values(seen, "Cookie")[0]


# open places

def test_an_unprotected_place_is_served_to_anybody_without_identity(site):
    seen = site.seen("app.test", "/open/page", headers={"Auth-User": "mallory", "Unit": "x"})
    assert values(seen, "Auth-User") == [] and values(seen, "Unit") == []
    answer = site.get("app.test", "/open/page")
    assert "Cookie" in answer.header("Vary", "")
    assert answer.header("Cache-Control") is None


@pytest.mark.parametrize("path", ["/open/page", "/skip/page"])
def test_an_open_place_does_not_get_a_cookie_that_opens_nothing_either(site, path):
    dead = "sso=" + "A" * 43
    assert values(site.seen("app.test", path, dead), "Cookie") == []
    assert values(site.seen("app.test", path, f"a=1; {dead}"), "Cookie") == ["a=1"]


def test_remote_user_is_set_for_who_is_known_but_where_rules_say_skip(site):
    alice = site.login("alice")
    for path, cookie, user in (("/open/page", alice, "alice"), ("/open/page", None, ""), ("/skip/page", alice, ""),
                               ("/skip/page", None, ""), ("/page", alice, "alice")):
        seen = site.seen("cgi.test", path, cookie, {"Auth-User": "mallory"})
        assert (seen["remote_user"], seen["auth_type"]) == (user, "SSO" if user else ""), (path, cookie)
        assert values(seen, "Auth-User") == ([user] if user else []), (path, cookie)


def test_an_unprotected_place_learns_who_is_known(site):
    alice = site.login("alice")
    seen = site.seen("app.test", "/open/page", alice, headers={"Auth-User": "mallory"})
    assert values(seen, "Auth-User") == ["alice"]
    assert site.get("app.test", "/open/page", alice).header("Cache-Control") == "private"


def test_a_skipped_place_learns_nothing_and_gets_neither_cookie_nor_forged_headers(site):
    alice = site.login("alice")
    seen = site.seen("app.test", "/skip/page", f"{alice}; other=1", headers={"auth_user": "mallory"})
    assert values(seen, "Auth-User") == [] and values(seen, "Cookie") == ["other=1"]
    site.httpd.wait_for_access("/skip/page")
    assert not any(" alice " in line and "/skip/" in line for line in site.httpd.access_log.splitlines())


# which virtual host

def test_the_host_name_chooses_the_rules_if_the_server_bears_it(site):
    alice = site.login("alice")
    assert site.get("alias.test", "/of-alias", alice).status == 403
    assert site.get("app.test", "/of-alias", alice).status == 200
    assert wanted(site.get("alias.test", "/x").header("Location")) == "http://alias.sso.test/x"


def test_a_configured_name_that_the_server_does_not_bear_does_not_choose_its_rules(site):
    """front.test answers for app2.test alone; a Host of alias.test there would be another site's rules."""
    alice = site.login("alice")
    assert site.get("app2.test", "/of-named", alice).status == 403
    # unknown names fall to the first server of httpd's configuration, which the configuration does not know either
    assert site.get("nobody.test", "/", alice).status == 403
    assert site.get("named.test", "/", alice).status == 403
    assert "SSO0011" in site.httpd.wait_for_log("no virtual host")


def test_an_alias_that_is_not_configured_has_the_rules_of_the_server_name(site):
    assert site.get("x.wild.test", "/never/x", site.login("alice")).status == 403
    assert wanted(site.get("x.wild.test", "/y").header("Location")) == "http://app.sso.test:8080/y"


def test_sso_virtual_host_chooses_the_rules_whatever_the_host_name(site):
    alice = site.login("alice")
    assert site.get("front.test", "/of-named", alice).status == 403
    assert wanted(site.get("front.test", "/y").header("Location")) == "https://named.sso.test/y"


def test_a_server_that_the_configuration_does_not_know_lets_nobody_in(site):
    site.httpd.page("/index.html", "first")
    for cookie in (None, site.login("alice", groups="group1")):
        answer = site.get("first.test", "/index.html", cookie)
        assert answer.status == 403 and "first" != answer.text


def test_a_request_without_host_gets_the_rules_of_the_server_that_answers(site):
    answer = parse_response(site.httpd.raw(b"GET /page HTTP/1.0\r\n\r\n"))
    assert answer.status == 403  # first.test is not configured
