"""mod_cache in its default set-up answers before any hook of ours runs: it must never have got hold of a protected
page."""

import pytest

from sandbox.echo_app import MARK
from sandbox.process import subfolder
from sandbox.protected_site import ProtectedSite

SETTINGS = r"""
[vhost."app.test"]
url = "http://app.sso.test/"
rules = [
    { match = '^/protected/', allow = '$uid eq "alice"' },
    { match = '^/open/', allow = 'unprotect' },
    { match = '^/skip/', allow = 'skip' },
]
"""

# CacheQuickHandler is on by default; the rest asks mod_cache to keep all it may.
CACHE = """
CacheRoot "{folder}/cache"
CacheEnable disk /
CacheDefaultExpire 3600
CacheIgnoreNoLastMod On
CacheHeader On
CacheDetailHeader On
{more}
"""


@pytest.fixture(scope="module", params=["", "CacheStorePrivate On", "CacheStorePrivate On\nCacheStoreNoStore On",
                                        "CacheIgnoreCacheControl On\nCacheStorePrivate On",
                                        "CacheQuickHandler Off\nCacheStorePrivate On\nCacheStoreNoStore On"])
def world(request, build_dir):
    with ProtectedSite(build_dir, modules=("cache", "cache_disk")) as site:
        site.settings(SETTINGS)
        subfolder(site.folder, "cache")
        site.start(site.proxy("app.test", "SSOEngine On") + site.proxy("plain.test"),
                   CACHE.format(folder=site.folder, more=request.param))
        yield site


@pytest.fixture
def site(world, watch):
    return watch(world.httpd) and world


def outcome(answer) -> str:
    return answer.header("X-Cache", "")


def test_the_cache_is_there_and_keeps_what_it_may(site):
    assert site.get("plain.test", "/page?cache=public,max-age=600").status == 200
    assert outcome(site.get("plain.test", "/page?cache=public,max-age=600")).startswith("HIT")


@pytest.mark.parametrize("target", ["/protected/page?cache=public,max-age=600", "/page?cache=public,s-maxage=600",
                                    "/page", "/page?cache=max-age=600"])
def test_a_protected_page_never_comes_from_the_cache(site, target):
    alice, bob = site.login("alice"), site.login("bob")
    for _ in range(2):
        assert site.get("app.test", target, alice).status == 200
    answer = site.get("app.test", target)
    assert answer.status == 302 and MARK not in answer.text
    if target.startswith("/protected/"):
        answer = site.get("app.test", target, bob)
        assert answer.status == 403 and MARK not in answer.text
    assert "bob" in site.get("app.test", "/page?format=json&cache=public,max-age=600", bob).text
    assert "alice" in site.get("app.test", "/page?format=json&cache=public,max-age=600", alice).text


def test_a_refusal_is_never_kept(site):
    alice, bob = site.login("alice"), site.login("bob")
    target = "/protected/other?cache=public,max-age=600"
    for _ in range(2):
        assert site.get("app.test", target).status == 302
        assert site.get("app.test", target, bob).status == 403
    assert site.get("app.test", target, alice).status == 200


def test_an_open_page_that_shows_who_is_known_is_not_shown_to_others(site):
    alice = site.login("alice")
    target = "/open/page?format=json&cache=public,max-age=600"
    for _ in range(2):
        assert "alice" not in site.get("app.test", target).text
    assert "alice" in site.get("app.test", target, alice).text
    assert "alice" not in site.get("app.test", target).text
