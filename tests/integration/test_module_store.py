"""mod_sso and the session store: a logout holds at once, and a store that does not answer lets nobody in and sends
nobody to the login page."""

import time

import pytest

from sandbox.echo_app import MARK
from sandbox.process import last_held, wait_for
from sandbox.protected_site import ProtectedSite
from sandbox.redis import Redis

SETTINGS = """
[vhost."app.test"]
url = "http://app.sso.test/"
rules = [ { match = '^/open/', allow = 'unprotect' }, { match = '^/skip/', allow = 'skip' } ]
[vhost."recheck.test"]
url = "http://recheck.sso.test/"
rules = [ { match = '^/open/', allow = 'unprotect' } ]
"""
# An open address that httpd itself redirects to a protected one.
RECHECK = """SSOEngine On
SSORecheck On
<Directory "{htdocs}">
    RewriteEngine On
    RewriteRule ^open/door$ /page.html [L]
</Directory>"""


@pytest.fixture
def redis():
    with Redis() as server:
        server.start()
        yield server


def make_site(build_dir, store=None, **options) -> ProtectedSite:
    site = ProtectedSite(build_dir, store=store, modules=("rewrite",), **options)
    site.settings(SETTINGS)
    site.httpd.page("/page.html", MARK)
    site.start(site.proxy("app.test", "SSOEngine On")
               + site.host("recheck.test", RECHECK.format(htdocs=site.httpd.htdocs)), "SSOStoreTimeout 200\nSSOLease 1")
    return site


def assert_closed(answer) -> None:
    assert answer.status == 503 and MARK not in answer.text
    assert int(answer.header("Retry-After")) > 0
    assert answer.header("Location") is None
    assert answer.header("Cache-Control") == "no-store"


@pytest.mark.parametrize("engine", ["lmdb", "redis"])
def test_a_logout_by_another_process_holds_within_half_a_second(build_dir, watch, request, engine):
    store = request.getfixturevalue("redis").uri if engine == "redis" else None
    with make_site(build_dir, store) as site:
        watch(site.httpd)
        cookie = site.login("alice")
        for _ in range(20):  # every process has it in its cache
            assert site.get("app.test", "/page", cookie).status == 200
        site.logout(cookie)
        assert last_held(lambda: site.get("app.test", "/page", cookie).status == 200) < 0.5
        assert site.get("app.test", "/page", cookie).status == 302


def test_a_store_that_cannot_be_opened_lets_nobody_in_and_sends_nobody_to_the_login(build_dir, watch):
    with make_site(build_dir) as site:
        watch(site.httpd)
        cookie = site.login("alice")
        moved = site.store_folder.with_name("moved")
        site.store_folder.rename(moved)
        site.store_folder.write_text("no folder")
        site.httpd.graceful()
        site.httpd.announce("SSO0004", "SSO0372", "SSO0200")
        assert_closed(site.get("app.test", "/page", cookie))
        assert_closed(site.get("app.test", "/page", cookie, headers={"Accept": "application/json"}))
        # who brings no cookie is nobody, whatever the store says
        assert site.get("app.test", "/page").status == 302
        # the cookie is cut out by the time of the second decision, and yet this is no visitor without a session
        assert_closed(site.get("recheck.test", "/open/door", cookie))
        # what is open to anybody does not need the store
        assert site.get("app.test", "/open/page", cookie).status == 200
        assert site.get("app.test", "/skip/page", cookie).status == 200
        site.store_folder.unlink()
        moved.rename(site.store_folder)
        wait_for(lambda: site.get("app.test", "/page", cookie).status == 200, 5, "the store's return")


def test_a_store_that_httpds_user_may_not_read_is_a_store_that_does_not_answer(build_dir, watch):
    with make_site(build_dir) as site:
        watch(site.httpd)
        cookie = site.login("alice")
        site.store_folder.chmod(0)
        site.httpd.graceful()
        site.httpd.announce("SSO0004", "SSO0372", "SSO0200")
        assert_closed(site.get("app.test", "/page", cookie))
        site.store_folder.chmod(0o770)


def test_a_redis_that_hangs_or_is_gone_lets_nobody_in_and_holds_nobody_long(build_dir, watch, redis):
    with make_site(build_dir, redis.uri) as site:
        watch(site.httpd)
        alice, bob = site.login("alice"), site.login("bob")
        assert site.get("app.test", "/page", alice).status == 200
        site.httpd.announce("SSO0004", "SSO0372")
        redis.stall()
        began = time.monotonic()
        assert_closed(site.get("app.test", "/page", bob))
        assert time.monotonic() - began < 2
        # what is remembered serves no longer than for the time that it may
        wait_for(lambda: site.get("app.test", "/page", alice).status == 503, 2, "the end of what was remembered")
        redis.go_on()
        wait_for(lambda: site.get("app.test", "/page", alice).status == 200, 5, "the store's return")
        redis.end_process()
        wait_for(lambda: site.get("app.test", "/page", alice).status == 503, 2, "the end of what was remembered")
        redis.start()
        # it kept nothing: now the store says that there is no such session
        wait_for(lambda: site.get("app.test", "/page", alice).status == 302, 5, "the store's return")
