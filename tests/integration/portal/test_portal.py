"""The portal through a real httpd, as CGI and as FastCGI, with a real slapd: the way in and out, and who may not come in."""

import secrets

import pytest

from sandbox.people import PEOPLE
from sandbox.process import wait_for, write
from tests.support.portal_server import JSON, b64, form_cookies, serve


# the way in and out


def test_login_leads_back_to_the_page_that_was_asked_for(portal):
    wanted = "http://www1.example.com/protected/page?x=1&y=2"
    answer = portal.browser().login(url=b64(wanted))
    assert answer.status == 303
    assert answer.header("Location") == wanted


def test_login_without_an_address_leads_to_the_menu_of_what_this_person_may_open(portal):
    browser = portal.browser()
    answer = browser.login("bob")
    assert (answer.status, answer.header("Location")) == (303, "http://auth.example.com/")
    menu = browser.login_page()
    assert menu.status == 200
    assert "bob" in menu.text
    assert not [name for name, value in menu.headers if "bob" in value or "remote" in name.lower()]
    assert 'href="https://www2.example.com:8443/"' in menu.text  # group2
    browser = portal.browser()
    browser.login("dave")
    menu = browser.login_page()
    assert 'href="http://www1.example.com/"' in menu.text
    assert "www2.example.com" not in menu.text.partition("<body>")[2]


def test_text_of_the_configuration_is_escaped_in_the_page(portal):
    browser = portal.browser()
    browser.login()
    menu = browser.login_page()
    assert "The &lt;first&gt; &amp; only" in menu.text
    assert "<first>" not in menu.text


def test_logout_ends_the_session_and_not_the_cookie_alone(portal):
    browser = portal.browser()
    browser.login()
    kept = browser.cookie("sso").value
    page = browser.send_logout()
    assert page.status == 200
    assert "signed out" in page.text
    assert browser.cookie("sso") is None
    assert browser.get(portal.at(), {"Cookie": f"sso={kept}", **JSON}).status == 401


def test_logout_asks_first_and_says_so_when_nobody_is_signed_in(portal):
    browser = portal.browser()
    browser.login()
    assert browser.get(portal.at("/logout")).form_with("token").method == "POST"
    assert browser.get(portal.at(), JSON).status == 200  # asking has ended nothing
    assert "signed out" in portal.browser().get(portal.at("/logout")).text


def test_each_login_makes_a_new_session_and_ends_the_old_one(portal):
    browser = portal.browser()
    page = browser.login_page()
    browser.send_login(page, "alice", "alice-demo")
    first = browser.cookie("sso").value
    browser.send_login(page, "bob", "bob-demo")
    second = browser.cookie("sso").value
    assert first != second
    assert portal.browser().get(portal.at(), {"Cookie": f"sso={first}", **JSON}).status == 401
    assert browser.get(portal.at(), JSON).status == 200


def test_a_cookie_that_the_browser_brought_is_never_taken_for_the_session(portal):
    chosen = secrets.token_urlsafe(32)
    browser = portal.browser()
    form = browser.login_page().form_with("password")
    [held] = form_cookies(browser)
    cookies = f"sso={chosen}; {held.name}={held.value}"
    answer = browser.post(form.action, {**form.fields, "user": "alice", "password": "alice-demo"},
                          {**browser.own, "Cookie": cookies})
    assert answer.status == 303
    assert browser.cookie("sso").value != chosen
    assert portal.browser().get(portal.at(), {"Cookie": f"sso={chosen}", **JSON}).status == 401


# who may not come in


@pytest.mark.parametrize("user,password", [("alice", "wrong"), ("nobody-by-that-name", "wrong"), ("*", "alice-demo"),
                                           ("alice)(uid=*", "alice-demo"), ("twin", "x"), ("a" * 300, "alice-demo"),
                                           ("alice", "x" * 2000)])
def test_one_answer_for_an_unknown_name_and_for_a_wrong_password(portal, user, password):
    answer = portal.browser().login(user, password)
    assert answer.status == 401
    assert "The user name or the password is not right." in answer.text
    assert 'role="alert" id="error"' in answer.text
    assert answer.text.count('aria-describedby="error"') == 2
    assert all("sso=" not in value for name, value in answer.headers if name.lower() == "set-cookie")


def test_passwords_are_in_no_log_and_on_no_page(portal):
    secret = "correct-horse-" + secrets.token_hex(8)
    page = portal.browser().login("dave", secret)
    assert secret not in page.text
    portal.httpd.wait_for_access('"POST / ')
    portal.httpd.wait_for_log("SSO0511")
    assert secret not in portal.httpd.error_log
    assert secret not in portal.httpd.access_log


def test_a_name_from_outside_writes_neither_lines_of_the_log_nor_html(portal):
    page = portal.browser().login("x\nSSO0510 notice: login: \"admin\"<script>", "wrong")
    assert "<script>" not in page.text
    portal.httpd.wait_for_log("SSO0511")
    assert "SSO0510" not in portal.httpd.log_since_mark()


@pytest.mark.parametrize("user,password", [("", "alice-demo"), ("alice", ""), ("  ", "x"), ("", "")])
def test_empty_fields_are_asked_for_again(portal, user, password):
    browser = portal.browser()
    answer = browser.send_login(browser.login_page(), user, password)
    assert answer.status == 400
    assert "Enter both" in answer.text


def test_logins_and_failures_are_in_the_log_by_number(portal):
    browser = portal.browser()
    browser.login("admin")
    assert '"admin" from 127.0.0.1, session ' in portal.httpd.wait_for_log("SSO0510")
    portal.browser().login("admin", "wrong")
    assert "from 127.0.0.1" in portal.httpd.wait_for_log("SSO0511")
    browser.send_logout()
    assert '"admin" from 127.0.0.1' in portal.httpd.wait_for_log("SSO0513")


def test_after_five_failures_even_the_right_password_has_to_wait(portal):
    for _ in range(5):
        assert portal.browser().login("zoe", "wrong").status == 401
    answer = portal.browser().login("ZOE ", PEOPLE["zoe"].password)
    assert answer.status == 429
    assert int(answer.header("Retry-After")) == 300
    assert "Too many attempts" in answer.text
    assert portal.browser().login("helene").status == 303  # others are not kept out
    portal.httpd.wait_for_log("SSO0512")


def test_names_that_nobody_bears_are_limited_like_all_others(portal):
    name = "ghost-" + secrets.token_hex(4)
    statuses = [portal.browser().login(name, "wrong").status for _ in range(6)]
    assert statuses == [401] * 5 + [429]


def test_the_right_password_begins_the_count_anew(portal):
    for _ in range(3):
        for _ in range(3):
            assert portal.browser().login("user1", "wrong").status == 401
        assert portal.browser().login("user1").status == 303


def test_a_directory_that_does_not_answer_is_not_a_wrong_password(build_dir, slapd, watch):
    server = serve("fastcgi", build_dir, slapd)
    try:
        watch(server.httpd).announce("SSO0504", "SSO0300")
        server.write_configuration(ldap="ldap://127.0.0.1:1")
        answer = server.browser().login("alice")
        assert answer.status == 503
        assert int(answer.header("Retry-After")) > 0
        assert "cannot sign you in right now" in answer.text
        server.httpd.wait_for_log("SSO0504")
        server.write_configuration()  # and it is back within a second or two, without a restart
        wait_for(lambda: server.browser().login("alice").status == 303, 10, "the new configuration was not taken up")
    finally:
        server.httpd.stop()


def test_without_a_usable_configuration_nobody_comes_in(build_dir, slapd, watch):
    server = serve("cgi", build_dir, slapd)
    try:
        watch(server.httpd).announce("SSO0101")
        write(server.config, "[portal]\nurl = 1\n")
        answer = server.browser().login_page()
        assert answer.status == 503
        assert answer.header("Retry-After") is not None
        assert server.browser().get(server.at("/static/portal.css")).status == 200
    finally:
        server.httpd.stop()
