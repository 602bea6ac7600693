"""The portal as HTTP sees it: cookies and headers, methods, sizes, JSON, languages, programs that stay."""

import json
import re
from pathlib import Path

import pytest

from tests.support.portal_server import JSON, form_cookies


def directives(page) -> dict[str, list[str]]:
    """The Content-Security-Policy by directive."""
    parts = [part.split() for part in page.header("Content-Security-Policy").split(";")]
    return {part[0]: part[1:] for part in parts if part}


# cookies and headers


def test_cookies_on_http(portal):
    browser = portal.browser()
    browser.login()
    session, [form] = browser.cookie("sso"), form_cookies(browser)
    assert (session.host, session.host_only, session.path) == ("example.com", False, "/")
    assert session.attributes["samesite"] == "Lax"
    assert "httponly" in session.attributes
    assert "secure" not in session.attributes
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", session.value)
    assert form.host_only
    assert "httponly" in form.attributes


def test_cookies_on_https(https_portal):
    browser = https_portal.browser()
    assert browser.login().status == 303
    session, [form] = browser.cookie("__Secure-sso"), form_cookies(browser)
    assert form.name.startswith("__Host-sso-form-")
    assert "secure" in session.attributes and "httponly" in session.attributes
    assert session.attributes["samesite"] == "Lax"
    assert form.host_only and form.path == "/" and "secure" in form.attributes and "httponly" in form.attributes
    assert browser.login_page().header("Strict-Transport-Security") is not None


@pytest.mark.parametrize("path,status", [("/", 200), ("/logout", 200), ("/nowhere", 404), ("/?url=%00", 400)])
def test_every_page_bears_the_headers_that_protect_it(portal, path, status):
    page = portal.browser().get(portal.at(path))
    assert page.status == status
    policy = directives(page)
    assert policy["default-src"] == ["'none'"]
    assert policy["style-src"] == ["'self'"]
    assert policy["img-src"] == ["'self'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert policy["base-uri"] == ["'none'"]
    assert "script-src" not in policy
    assert set(policy["form-action"]) == {"'self'", "http://www1.example.com", "https://www2.example.com:8443"}
    assert page.header("X-Content-Type-Options") == "nosniff"
    assert page.header("Cache-Control") == "no-store"
    assert page.header("Referrer-Policy") == "same-origin"
    assert page.header("Strict-Transport-Security") is None
    assert "<script" not in page.text and "style=" not in page.text


def test_the_form_may_lead_to_a_trusted_domain_when_that_is_where_somebody_goes(portal):
    page = portal.browser().login_page("https://trusted.example.net/x")
    assert "https://trusted.example.net" in directives(page)["form-action"]


def test_static_files_may_be_kept_and_others_do_not_exist(portal):
    page = portal.browser().login_page()
    address = re.search(r'href="(/static/[^"]+/portal\.css)"', page.text).group(1)
    style = portal.browser().get(portal.at(address))
    assert style.status == 200
    assert style.header("Content-Type") == "text/css; charset=utf-8"
    assert "max-age=" in style.header("Cache-Control")
    for path in ("/static/", "/static/../portal.cpp", "/static/login.tpl", "/static/portal.css/x"):
        assert portal.browser().get(portal.at(path)).status in (400, 404)


# methods, sizes, JSON, languages


def test_head_is_answered_like_get_without_the_page(portal):
    answer = portal.httpd.request("HEAD", "auth.example.com", "/")
    assert answer.status == 200
    assert answer.body == b""
    assert answer.header("Content-Security-Policy") is not None


def test_methods_that_a_page_does_not_have_are_refused(portal):
    for method, path, allowed in (("DELETE", "/", "GET, HEAD, POST"), ("PUT", "/logout", "GET, HEAD, POST"),
                                  ("POST", "/health", "GET, HEAD")):
        answer = portal.httpd.request(method, "auth.example.com", path)
        assert (answer.status, answer.header("Allow")) == (405, allowed)


def test_a_body_of_more_than_64_kb_is_refused(portal):
    for size, status in ((65_536, 403), (65_537, 413), (100_000, 413), (200_000, 413), (3_000_000, 413)):
        body = b"user=" + b"a" * (size - 5)
        answer = portal.httpd.request("POST", "auth.example.com", "/",
                                      {"Content-Type": "application/x-www-form-urlencoded"}, body)
        assert answer.status == status, size


@pytest.mark.parametrize("content_type,body", [("text/plain", b"user=a"), ("multipart/form-data; boundary=x", b"--x--"),
                                               ("application/x-www-form-urlencoded", b"user=%zz"),
                                               ("application/x-www-form-urlencoded", b"user=%ff"),
                                               ("application/x-www-form-urlencoded", b"&".join([b"a=b"] * 200))])
def test_a_body_that_is_no_form_is_refused(portal, content_type, body):
    answer = portal.httpd.request("POST", "auth.example.com", "/", {"Content-Type": content_type}, body)
    assert answer.status == 400


def test_a_client_that_asks_for_json_gets_json(portal):
    browser = portal.browser()
    answer = browser.get(portal.at(), JSON)
    assert answer.status == 401
    assert answer.header("WWW-Authenticate").startswith("SSO ")
    refusal = json.loads(answer.body)
    assert refusal["error"] == "authentication_required"
    assert refusal["login"] == "http://auth.example.com/"

    wrong = browser.post(portal.at(), {"token": refusal["token"], "user": "alice", "password": "x"}, JSON)
    assert (wrong.status, json.loads(wrong.body)) == (401, {"error": "bad_credentials"})
    untrusted = browser.post(portal.at(), {"token": "x", "user": "alice", "password": "alice-demo"}, JSON)
    assert (untrusted.status, json.loads(untrusted.body)) == (403, {"error": "invalid_token"})

    right = browser.post(portal.at(), {"token": refusal["token"], "user": "alice", "password": "alice-demo",
                                       "url": "http://www1.example.com/x"}, JSON)
    assert right.status == 200
    assert json.loads(right.body) == {"user": "alice", "location": "http://www1.example.com/x"}

    menu = json.loads(browser.get(portal.at(), JSON).body)
    assert menu["user"] == "alice"
    assert menu["applications"] == [{"title": "The <first> & only", "url": "http://www1.example.com/"}]
    assert browser.get(portal.at("/nowhere"), JSON).status == 404
    out = browser.post(portal.at("/logout"), {"token": menu["logout_token"]}, JSON)
    assert (out.status, json.loads(out.body)) == (200, {"result": "signed_out"})
    assert browser.get(portal.at(), JSON).status == 401


def test_health_is_for_balancers(portal):
    answer = portal.browser().get(portal.at("/health"))
    assert (answer.status, json.loads(answer.body)) == (200, {"status": "ok"})


def test_pages_speak_french_to_those_who_ask_for_it(portal):
    browser = portal.browser(**{"Accept-Language": "fr-CH, fr;q=0.9, en;q=0.8"})
    page = browser.login_page()
    assert '<html lang="fr">' in page.text
    assert page.header("Content-Language") == "fr"
    assert "Se connecter" in page.text
    assert "incorrect" in browser.send_login(page, "dave", "faux").text
    assert '<html lang="en">' in portal.browser(**{"Accept-Language": "de"}).login_page().text


def test_one_fastcgi_process_serves_one_request_after_the_other(portal):
    for _ in range(20):
        assert portal.browser().login_page().status == 200
    processes = list(running_programs(portal.folder / "programs/sso-portal"))
    assert len(processes) == 0 if portal.kind == "cgi" else 1 <= len(processes) <= 3


def running_programs(program: Path):
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "exe").resolve() == program.resolve():
                yield process.name
        except OSError:
            continue
