"""The portal through a real httpd, as CGI and as FastCGI, with a real slapd."""

import base64
import json
import re
import secrets
import shutil
import sys
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest

from sandbox.browser import Browser
from sandbox.httpd import Httpd
from sandbox.people import PEOPLE
from sandbox.process import own, subfolder, wait_for, write
from sandbox.slapd import Slapd

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/data"))
import attack_lists  # noqa: E402

JSON = {"Accept": "application/json"}

CONFIGURATION = """\
[portal]
url = "{url}"
trusted_domains = ["trusted.example.net"]
[cookie]
domain = ".example.com"
[security]
key_file = "{folder}/key"
[session]
store = "lmdb:{folder}/sessions"
[authentication.ldap]
uri = ["{ldap}"]
base = "{base}"
bind_dn = "{bind_dn}"
bind_password_file = "{password_file}"
timeout = "2s"
[exported_variables]
uid = "uid"
cn = "cn"
ou = "ou"
mail = "mail"
departmentUID = "departmentUID"
login = "uid"
[macros]
mail_domain = '(split /@/, $mail)[1]'
[groups]
group1 = '{{ $departmentUID eq "unit1" or $login eq "user1" }}'
group2 = '(|(uid=xavier.guimard){{$ou eq "unit1"}})'
[vhost."www1.example.com"]
title = "The <first> & only"
url = "{scheme}://www1.example.com/"
rules = [ {{ match = '^/protected/', allow = '$groups =~ /\\bgroup1\\b/' }} ]
[vhost."www2.example.com"]
url = "https://www2.example.com:8443/"
default = '$groups =~ /\\bgroup2\\b/'
"""

AS_CGI = """
ScriptAlias "/" "{program}/"
SetEnv SSO_CONFIG file:{config}
<Directory "{folder}/programs">
    Options ExecCGI
    Require all granted
</Directory>
"""

AS_FASTCGI = """
FcgidIPCDir "{ipc}"
FcgidProcessTableFile "{folder}/run/fcgid.table"
FcgidInitialEnv SSO_CONFIG file:{config}
FcgidMaxRequestLen 1048576
<If "%{{HTTP:Content-Length}} -gt 131072">
    Redirect 413
</If>
Alias "/" "{program}/"
<Location "/">
    SetHandler fcgid-script
    Options ExecCGI
    Require all granted
</Location>
"""


class PortalServer:
    """One httpd whose every address is the portal's."""

    def __init__(self, kind: str, program: Path, slapd: Slapd, portal_url: str):
        self.kind = kind
        self.httpd = Httpd(modules=("fcgid",))
        self.folder = self.httpd.folder
        self.slapd = slapd
        self.url = portal_url
        installed = subfolder(self.folder, "programs") / program.name
        shutil.copyfile(program, installed)
        own(installed, 0o755)
        subfolder(self.folder, "sessions", 0o2770)
        write(self.folder / "key", secrets.token_hex(32) + "\n", 0o600)
        self.config = self.folder / "sso.toml"
        self.write_configuration()
        body = (AS_CGI if kind == "cgi" else AS_FASTCGI).format(
            program=installed, config=self.config, folder=self.folder, ipc=subfolder(self.folder, "run/ipc"))
        self.httpd.configure(body)
        self.httpd.start()

    def write_configuration(self, ldap: str | None = None) -> None:
        write(self.config, CONFIGURATION.format(
            url=self.url, scheme=urlsplit(self.url).scheme, folder=self.folder, ldap=ldap or self.slapd.uri, base=self.slapd.base,
            bind_dn=self.slapd.bind_dn, password_file=self.slapd.bind_password_file))

    def at(self, path: str = "/") -> str:
        return f"http://auth.example.com:{self.httpd.port}{path}"

    def browser(self, **headers: str) -> "PortalBrowser":
        return PortalBrowser(self, headers)


class PortalBrowser(Browser):
    """A browser in front of the portal. Its address has httpd's own port, whatever the portal calls itself, as when a
    balancer stands between; and it says where its forms come from as the portal's own pages would make it say."""

    def __init__(self, server: PortalServer, headers: dict[str, str]):
        super().__init__(headers)
        self.server = server
        self.own = {"Origin": server.url.rstrip("/"), "Sec-Fetch-Site": "same-origin"}

    def login_page(self, url: str | None = None):
        return self.get(self.server.at("/" + ("?" + urlencode({"url": url}) if url else "")))

    def send_login(self, page, user: str, password: str, headers: dict[str, str] | None = None, **fields: str):
        form = page.form_with("password")
        return self.post(form.action, {**form.fields, "user": user, "password": password, **fields},
                         self.own if headers is None else headers)

    def login(self, user: str = "alice", password: str | None = None, url: str | None = None):
        return self.send_login(self.login_page(url), user, password or PEOPLE[user].password)

    def send_logout(self, headers: dict[str, str] | None = None, **fields: str):
        form = self.get(self.server.at("/logout")).form_with("token")
        return self.post(form.action, {**form.fields, **fields}, self.own if headers is None else headers)


@pytest.fixture(scope="module")
def slapd():
    with Slapd() as server:
        server.start()
        yield server


def serve(kind, build_dir, slapd, url="http://auth.example.com/"):
    return PortalServer(kind, build_dir / "portal/sso-portal", slapd, url)


@pytest.fixture(scope="module", params=["cgi", "fastcgi"])
def running(request, build_dir, slapd):
    server = serve(request.param, build_dir, slapd)
    yield server
    server.httpd.stop()


@pytest.fixture(scope="module")
def running_https(build_dir, slapd):
    """A portal that browsers reach by https, through a balancer that ends TLS."""
    server = serve("cgi", build_dir, slapd, "https://auth.example.com/")
    yield server
    server.httpd.stop()


@pytest.fixture
def portal(running, watch):
    watch(running.httpd)
    return running


@pytest.fixture
def https_portal(running_https, watch):
    watch(running_https.httpd)
    return running_https


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def form_cookies(browser) -> list:
    return [cookie for cookie in browser.cookies if cookie.name.startswith(("sso-form-", "__Host-sso-form-"))]


def directives(page) -> dict[str, list[str]]:
    """The Content-Security-Policy by directive."""
    parts = [part.split() for part in page.header("Content-Security-Policy").split(";")]
    return {part[0]: part[1:] for part in parts if part}


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


# return addresses


def test_the_attack_list_of_return_addresses(portal):
    """Each address is tried when somebody logs in with it, and when somebody who is signed in comes with it."""
    wrong = []
    signed_in = portal.browser()
    signed_in.login("alice")
    for case in attack_lists.return_addresses():
        query = "url=" + quote(case.value, safe="")
        signed_in.cookies = [c for c in signed_in.cookies if c.name != "sso-arrivals"]
        answers = [signed_in.get(portal.at("/?" + query))]
        body = "&".join([query, urlencode({"token": token_for(signed_in), "user": "alice", "password": "alice-demo"})])
        answers.append(signed_in._request("POST", portal.at(), body.encode(), {
            "Content-Type": "application/x-www-form-urlencoded", **signed_in.own}))
        for answer in answers:
            location = answer.header("Location")
            if case.follow and location is None:
                wrong.append(f"{case}: not followed ({answer.status})")
            elif case.follow and not same_address(location, case.plain):
                wrong.append(f"{case}: led to {location}")
            elif not case.follow and location and not location.startswith("http://auth.example.com/"):
                wrong.append(f"{case}: followed to {location}")
            elif not case.follow:
                wrong += [f"{case}: link to {link}" for link in foreign_links(answer.text)]
    assert not wrong, "\n".join(wrong)


def token_for(browser) -> str:
    """A login form's token for somebody who may be signed in: from a page of the same browser without its session."""
    session = browser.cookies
    browser.cookies = [cookie for cookie in session if cookie.name.startswith("sso-form-")]
    token = browser.login_page().form_with("password").fields["token"]
    browser.cookies = session
    return token


def same_address(location: str, wanted: bytes) -> bool:
    """Whether the portal's spelling is the same address: scheme and host in lower case, the default port left out, and
    nothing else changed."""
    def normal(text: str):
        parts = urlsplit(text)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme.lower()]
        return parts.scheme.lower(), (parts.hostname or "").lower(), port, parts.path or "/", parts.query
    return normal(location) == normal(wanted.decode("latin-1").strip())


def foreign_links(text: str) -> list[str]:
    allowed = ("/", "#", "http://auth.example.com/", "http://www1.example.com/", "https://www2.example.com:8443/")
    links = re.findall(r'(?:href|src|action)="([^"]*)"', text)
    return [link for link in links if not link.startswith(allowed) or link.startswith("//")]


def test_a_refused_address_is_told_about_and_the_menu_comes_after_the_login(portal):
    browser = portal.browser()
    page = browser.login_page(b64("https://evil.example/"))
    assert page.status == 400
    assert "not one that we may send you back to" in page.text
    assert "evil" not in page.text
    answer = browser.send_login(page, "alice", "alice-demo", url=b64("https://evil.example/"))
    assert answer.header("Location") == "http://auth.example.com/?refused=1"
    browser = portal.browser()
    browser.login("alice")
    assert "not one that we may send you back to" in browser.get(portal.at("/?refused=1")).text


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
