"""Applications that call others in the name of whoever uses them, by a token in a header."""

import base64
import json
import secrets
from contextlib import ExitStack

import pytest

from sandbox.process import wait_for, write
from sandbox.protected_site import ProtectedSite, values
from sandbox.redis import Redis

SETTINGS = """
[security]
key_file = "{key}"
[vhost."front.test"]
url = "http://front.sso.test/"
[vhost."front.test".headers]
Auth-User = '$uid'
Token = '''token($_session_id, 'back.test', 'brief.test', '/api[0-9]\\.test/', 'X-Scope=read', 'X-Other=no', 'Auth-User=root', 'Cookie=x')'''
Elsewhere = '''token($_session_id, 'other.test')'''
Nobody = '''token('x', 'back.test')'''
Hostless = '''token($_session_id)'''
Sealed = '''encrypt("$uid")'''
Id = '$_session_id'
[vhost."back.test"]
url = "http://back.sso.test/"
service_tokens = true
service_headers = ["X-Scope"]
rules = [ {{ match = '^/open/', allow = 'unprotect' }}, {{ match = '^/alice/', allow = '$uid eq "alice"' }} ]
[vhost."brief.test"]
url = "http://brief.sso.test/"
service_tokens = true
service_token_lifetime = "2s"
[vhost."api1.test"]
url = "http://api1.sso.test/"
service_tokens = true
[vhost."plain.test"]
url = "http://plain.sso.test/"
"""
HOSTS = ("front.test", "back.test", "brief.test", "api1.test", "plain.test")


@pytest.fixture(scope="module", params=["lmdb", "redis"])
def world(request, build_dir):
    with ExitStack() as stack:
        store = None
        if request.param == "redis":
            redis = stack.enter_context(Redis())
            redis.start()
            store = redis.uri
        running = stack.enter_context(ProtectedSite(build_dir, store=store))
        key = write(running.folder / "conf/key", secrets.token_hex(32) + "\n", 0o600)
        running.settings(SETTINGS.format(key=key))
        running.start("".join(running.proxy(name, "SSOEngine On") for name in HOSTS))
        yield running


@pytest.fixture
def site(world, watch):
    watch(world.httpd)
    return world


def tokens(site, user="alice") -> dict[str, str]:
    """What the front application got, by header."""
    cookie = site.login(user)
    got = site.seen("front.test", "/page", cookie)
    return {"cookie": cookie, **{name: (values(got, name) or [""])[0]
                                 for name in ("Token", "Elsewhere", "Nobody", "Hostless", "Sealed", "Id")}}


def call(site, token, host="back.test", path="/page", more=(), cookie=None):
    return site.get(host, path + "?format=json", cookie, [("X-LLNG-TOKEN", token), *more])


def test_a_call_with_a_token_is_made_in_the_users_name(site):
    given = tokens(site)
    for host in ("back.test", "api1.test"):
        answer = call(site, given["Token"], host)
        assert answer.status == 200, answer.text
        got = answer.json()
        assert values(got, "Auth-User") == ["alice"]
        assert values(got, "X-Llng-Token") == [] and values(got, "Cookie") == []
        assert values(got, "X-Scope") == (["read"] if host == "back.test" else [])
        assert values(got, "X-Other") == []
    assert call(site, given["Token"], path="/alice/x").status == 200
    assert call(site, tokens(site, "bob")["Token"], path="/alice/x").status == 403


def test_the_session_is_not_to_be_read_in_what_the_application_gets(site):
    given = tokens(site)
    cookie = given["cookie"].removeprefix("sso=")
    for name in ("Token", "Sealed"):
        text = given[name]
        raw = base64.urlsafe_b64decode(text.replace("+", "-").replace("/", "_") + "=" * (-len(text) % 4))
        assert cookie not in text and cookie.encode() not in raw and b"alice" not in raw
    assert len(given["Id"]) == 64 and given["Id"] != cookie
    assert site.get("back.test", "/page", f"sso={given['Id']}").status == 302


@pytest.mark.parametrize("kind", ["Elsewhere", "Nobody", "Hostless", "Sealed", "Id", "cookie"])
def test_what_is_no_token_for_this_host_opens_nothing(site, kind):
    given = tokens(site)
    token = given[kind].removeprefix("sso=")
    assert token
    answer = call(site, token)
    assert answer.status == 401 and answer.json()["login_url"].startswith("http://auth.sso.test/")
    assert "SSO0720" in site.httpd.wait_for_log("SSO0720")


def test_no_changed_token_opens_anything(site):
    token = tokens(site)["Token"]
    for bad in ("", "A", token[:-4], token + "AAAA", token[::-1], token.swapcase(), token + ", " + token, "A" * 7000,
                token.replace(token[40], "A" if token[40] != "A" else "B", 1), "\xff\xfe", "%00"):
        assert call(site, bad).status in (302, 401), bad[:50]
    assert call(site, "A" * 70000).status == 400
    twice = site.get("back.test", "/page", None, [("X-LLNG-TOKEN", token), ("x-llng-token", token)])
    assert twice.status == 401


def test_a_bad_token_is_not_made_good_by_a_cookie(site):
    given = tokens(site)
    assert call(site, given["Elsewhere"], cookie=given["cookie"]).status == 401
    # and a good one goes before a cookie of somebody else
    other = site.login("bob")
    assert values(call(site, given["Token"], cookie=other).json(), "Auth-User") == ["alice"]


def test_a_token_is_good_for_a_moment(site):
    token = tokens(site)["Token"]
    wait_for(lambda: call(site, token, "brief.test").status == 401, 6, "it is good for longer")
    assert call(site, token).status == 200


def test_a_token_ends_with_its_session(site):
    given = tokens(site)
    assert call(site, given["Token"]).status == 200
    site.logout(given["cookie"])
    wait_for(lambda: call(site, given["Token"]).status == 401, 1.5, "it outlives its session")


@pytest.mark.parametrize("name", ["X-Llng-Token", "x-llng-token", "X_LLNG_TOKEN", "X.Llng.Token"])
def test_the_header_reaches_no_application(site, name):
    given = tokens(site)
    for host in ("plain.test", "front.test", "back.test"):
        answer = site.get(host, "/page?format=json", given["cookie"], [(name, "x")])
        if host == "back.test" and name.lower() == "x-llng-token":
            assert answer.status == 401
        else:
            assert answer.status == 200 and values(answer.json(), "X-Llng-Token") == []


@pytest.mark.parametrize("name", ["X-Scope", "x_scope", "X.Scope"])
def test_headers_of_tokens_are_nobodys_to_set(site, name):
    given = tokens(site)
    for headers in ([(name, "all")], [(name, "all"), ("Connection", "close, X-Scope")]):
        assert values(site.seen("back.test", "/page", given["cookie"], headers), "X-Scope") == []
        assert values(call(site, given["Token"], more=headers).json(), "X-Scope") == ["read"]
        assert values(site.seen("back.test", "/open/page", None, headers), "X-Scope") == []


def test_a_host_without_the_setting_takes_no_token(site):
    given = tokens(site)
    assert call(site, given["Token"], "plain.test").status == 302
    assert call(site, given["Token"], "front.test").status == 302


def test_open_pages_serve_whoever_has_no_good_token(site):
    got = site.get("back.test", "/open/page?format=json", None, [("X-LLNG-TOKEN", "bad")])
    assert got.status == 200 and values(json.loads(got.body), "Auth-User") == []
