"""What people see who may not have what they asked for."""

import pytest

from sandbox.protected_site import ProtectedSite

SETTINGS = """
[vhost."app.test"]
url = "http://app.sso.test/"
default = '$uid eq "admin"'
[vhost."own.test"]
url = "http://own.sso.test/"
default = 'deny'
"""


@pytest.fixture(scope="module")
def running(build_dir):
    with ProtectedSite(build_dir) as site:
        site.settings(SETTINGS)
        site.start(site.proxy("app.test", "SSOEngine On")
                   + site.proxy("own.test", 'SSOEngine On\nErrorDocument 403 "the administrator\'s own words"'))
        yield site


@pytest.fixture
def site(running, watch):
    watch(running.httpd)
    return running


def test_a_refusal_says_who_is_signed_in_and_leads_to_the_portal(site):
    answer = site.get("app.test", "/", site.login("dave"))
    assert answer.status == 403
    assert "You may not open this page" in answer.text
    assert "<strong>dave</strong>" in answer.text
    assert 'href="http://auth.sso.test/"' in answer.text
    assert 'href="http://auth.sso.test/logout"' in answer.text
    assert answer.header("Cache-Control") == "no-store"
    assert "<script" not in answer.text


def test_a_refusal_is_french_for_those_who_ask_for_it(site):
    answer = site.get("app.test", "/", site.login("dave"), {"Accept-Language": "fr-FR,fr;q=0.9,en;q=0.5"})
    assert answer.status == 403
    assert '<html lang="fr">' in answer.text
    assert "Vous &#234;tes connect&#233;" in answer.text
    assert answer.body.isascii()


@pytest.mark.parametrize("user,shown", [("<script>alert(1)</script>", "&lt;script&gt;"), ("zoé", "zo&#233;"),
                                        ("\U0001f511 & \"q\"", "&#128273; &amp; ")])
def test_a_name_is_text_and_nothing_else(site, user, shown):
    answer = site.get("app.test", "/", site.login(user))
    assert answer.status == 403
    assert shown in answer.text
    assert "<script" not in answer.text


def test_an_error_document_of_the_administrators_is_shown_in_its_place(site):
    answer = site.get("own.test", "/", site.login("dave"))
    assert answer.status == 403
    assert answer.text == "the administrator's own words"


def test_a_script_gets_no_page(site):
    answer = site.get("app.test", "/", site.login("dave"), {"Accept": "application/json"})
    assert answer.status == 403
    assert "You may not open" not in answer.text


def test_httpds_own_refusals_stay_as_they_are(site):
    cookie = site.login("admin")
    assert site.get("app.test", "/", cookie).status == 200
    answer = site.get("httpd.test", "/conf/")
    assert "You may not open" not in answer.text
