"""The portal's forms: those that were not made here, those of several tabs, and going round in circles."""

import pytest

from tests.support.portal_server import JSON, b64, form_cookies


# forms that were not made here


def test_a_token_of_another_browser_is_refused_before_the_password_is_looked_at(portal):
    theirs = portal.browser().login_page().form_with("password").fields["token"]
    browser = portal.browser()
    page = browser.login_page()
    answer = browser.send_login(page, "alice", "alice-demo", token=theirs)
    assert answer.status == 403
    assert browser.cookie("sso") is None
    assert "SSO0514" in portal.httpd.wait_for_log("SSO0514")
    assert "SSO0510" not in portal.httpd.log_since_mark()


@pytest.mark.parametrize("token", ["", "x", "9999999999.", "9999999999." + "A" * 43])
def test_a_form_without_our_token_is_refused(portal, token):
    browser = portal.browser()
    assert browser.send_login(browser.login_page(), "alice", "alice-demo", token=token).status == 403
    assert browser.cookie("sso") is None


def test_a_form_without_the_browsers_own_cookie_is_refused(portal):
    browser = portal.browser()
    page = browser.login_page()
    browser.cookies.clear()
    assert browser.send_login(page, "alice", "alice-demo").status == 403


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Origin": "null"},
                                     {"Origin": "http://www1.example.com"}, {"Origin": "http://auth.example.com:81"},
                                     {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
def test_a_form_that_another_site_sends_is_refused_even_with_the_right_token(portal, headers):
    browser = portal.browser()
    assert browser.send_login(browser.login_page(), "alice", "alice-demo", headers).status == 403
    assert browser.cookie("sso") is None
    assert browser.login("alice").status == 303
    assert browser.send_logout(headers).status == 403
    assert browser.get(portal.at(), JSON).status == 200


def test_the_login_forms_token_does_not_log_out(portal):
    browser = portal.browser()
    login_token = browser.login_page().form_with("password").fields["token"]
    browser.login("alice")
    assert browser.send_logout(token=login_token).status == 403
    assert browser.get(portal.at(), JSON).status == 200


def test_logout_by_get_ends_nothing(portal):
    browser = portal.browser()
    browser.login("alice")
    browser.get(portal.at("/logout?token=x"))
    browser.get(portal.at("/?logout=1"))
    assert browser.get(portal.at(), JSON).status == 200


# several tabs, and going round in circles


def test_two_tabs_that_were_opened_before_the_login_both_arrive(portal):
    browser = portal.browser()
    first = browser.login_page(b64("http://www1.example.com/first"))
    second = browser.login_page(b64("http://www1.example.com/second"))
    answer = browser.send_login(second, "alice", "alice-demo")
    assert answer.header("Location") == "http://www1.example.com/second"
    answer = browser.send_login(first, "alice", "alice-demo")
    assert (answer.status, answer.header("Location")) == (303, "http://www1.example.com/first")


def test_two_tabs_that_were_opened_at_the_same_moment_both_arrive(portal):
    browser = portal.browser()
    first = browser.login_page(b64("http://www1.example.com/first"))
    of_first, browser.cookies = browser.cookies, []  # both requests left before the first answer came
    second = browser.login_page(b64("http://www1.example.com/second"))
    browser.cookies += of_first
    for page, name in ((first, "first"), (second, "second")):
        answer = browser.send_login(page, "alice", "alice-demo")
        assert (answer.status, answer.header("Location")) == (303, f"http://www1.example.com/{name}")
    assert len(form_cookies(browser)) == 1


def test_a_tab_whose_form_is_no_longer_good_arrives_when_another_has_signed_in(portal):
    browser = portal.browser()
    page = browser.login_page(b64("http://www1.example.com/first"))
    browser.cookies.clear()
    browser.login("alice")
    answer = browser.send_login(page, "alice", "not looked at")
    assert (answer.status, answer.header("Location")) == (303, "http://www1.example.com/first")


def test_who_is_signed_in_is_sent_on_at_once(portal):
    browser = portal.browser()
    browser.login("alice")
    answer = browser.login_page(b64("http://www1.example.com/x"))
    assert (answer.status, answer.header("Location")) == (302, "http://www1.example.com/x")


def test_a_redirect_loop_stops_on_a_page_that_names_the_cause(portal):
    portal.httpd.announce("SSO0516")
    browser = portal.browser()
    browser.login("alice")
    for _ in range(2):
        assert browser.login_page("http://trusted.example.net/x").status == 302
    page = browser.login_page("http://trusted.example.net/x")
    assert page.status == 508
    assert "Location" not in dict(page.headers)
    assert "cookie.domain" in page.text
    assert "trusted.example.net" in portal.httpd.wait_for_log("SSO0516")
    # other pages are not kept back
    assert browser.login_page("http://www1.example.com/other").status == 302
    assert browser.get(portal.at()).status == 200
