"""The manager's pages in the whole system: behind mod_sso, on the demo's people and rules."""

import hashlib
import json
import re
from contextlib import contextmanager

import pytest

from sandbox.browser import Browser
from sandbox.httpd import Httpd
from sandbox.people import PEOPLE
from sandbox.process import own, subfolder, wait_for, write
from sandbox.system import System

HOSTILE = '"><script>alert(1)</script>&amp;\'{{USER}}'


@pytest.fixture(scope="module")
def system():
    with System() as running:
        yield running
        running.check_alive()


@pytest.fixture(scope="module")
def admin(system):
    return log_in(system, "admin")


def log_in(system: System, name: str, agent: str | None = None) -> Browser:
    browser = Browser({"User-Agent": agent} if agent else None)
    form = browser.open(system.url("auth")).form_with("password")
    browser.submit(form, user=name, password=PEOPLE[name].password)
    assert browser.cookie("sso") is not None
    return browser


def shown(page) -> str:
    assert page.status == 200, page.text[:500]
    return page.text


def newest_text_of(system: System) -> str:
    return system.ssoctl("config", "show").stdout


def publish_unchecked(system: System, text: str) -> None:
    """A version made by a program that checks nothing: the text, and behind it the line that says who made it."""
    number = len(list(system.config_folder.glob("*.toml"))) + 1
    note = json.dumps({"version": number, "author": "test", "date": "2026-01-31T12:00:00Z", "message": "unchecked"},
                      separators=(",", ":"))
    digest = hashlib.sha256((text + note).encode()).hexdigest()
    write(system.config_folder / f"{number:08}.toml", f"{text}#~ {digest} {note}\n", 0o640)


@contextmanager
def newest_text(system: System, admin: Browser, text: str):
    """Puts a text in the configuration's place that is refused; gives the page that says so."""
    def refused() -> bool:
        return "The newest text is refused" in admin.get(system.url("manager")).text
    good = newest_text_of(system)
    try:
        publish_unchecked(system, text)
        wait_for(refused, 10, "the refusal on the page")
        yield shown(admin.get(system.url("manager")))
    finally:
        publish_unchecked(system, good)
        wait_for(lambda: not refused(), 10, "the good text")


def rows(page) -> list[str]:
    return re.findall(r"<tr>(?:(?!</tr>).)*</tr>", shown(page).partition("<tbody>")[2], re.DOTALL)


# configuration

def test_the_configuration_page_shows_hosts_rules_headers_groups_and_settings(system, admin):
    page = shown(admin.get(system.url("manager")))
    for text in ("app1.sso.localhost", "app2.sso.localhost", "manager.sso.localhost",
                 "^/protected/.*$", r"$groups =~ /\bgroup1\b/", "^/(js|css)",
                 "Auth-User", "$uid", "Remote-IP", "$ip",
                 "group1", "departmentUID", "(|(uid=xavier.guimard){$ou eq &quot;unit1&quot;})",
                 "[authentication.ldap]", system.slapd.base, "[session]", system.session_store, "lifetime", "20h",
                 system.config_uri, "Signed in as <strong>admin</strong>"):
        assert text in page, text
    assert '<code>ssoctl key new</code>' in page  # what help quotes
    assert "`" not in page


def test_the_configuration_page_shows_no_secret(system, admin):
    page = shown(admin.get(system.url("manager")))
    assert system.slapd.bind_password not in page
    assert (system.folder / "etc/key").read_text().strip() not in page
    assert admin.cookie("sso").value not in page


def test_the_newest_text_that_is_refused_is_shown_with_its_mistakes(system, admin):
    text = newest_text_of(system) + """
[vhost."<b>x</b>"]
[vhost."wrong.sso.localhost"]
default = '$uid = "<i>admin</i>"'
"""
    with newest_text(system, admin, text) as page:
        assert "still serves" in page
        assert "wrong.sso.localhost" in page
        assert "<b>x" not in page and "<i>admin" not in page
        assert "app1.sso.localhost" in page  # what serves is shown


def test_a_password_in_a_refused_address_of_a_store_is_not_shown(system, admin):
    secret = "s3cret-of-redis"
    text = newest_text_of(system).replace(system.session_store, f"redis://sso:{secret}@127.0.0.1:1/x")
    with newest_text(system, admin, text) as page:
        assert "session.store" in page
        assert secret not in page


# sessions

def test_sessions_are_listed_with_neither_cookie_nor_attribute(system, admin):
    alice = log_in(system, "alice", agent="A browser of alice's")
    [row] = rows(admin.get(system.url("manager", "/sessions?user=alice")))
    assert "<strong>alice</strong>" in row and "127.0.0.1" in row and "A browser of alice&#39;s" in row
    assert re.search(r"\b[0-9a-f]{64}\b", row)
    everything = shown(admin.get(system.url("manager", "/sessions")))
    assert "<strong>admin</strong>" in everything and "<strong>alice</strong>" in everything
    for secret in (alice.cookie("sso").value, admin.cookie("sso").value, "accounts", "unit1"):  # her unit, department
        assert secret not in everything


def test_sessions_are_filtered_by_user_and_by_address(system, admin):
    log_in(system, "bob")
    listed = rows(admin.get(system.url("manager", "/sessions?user=bob")))
    assert listed and all("<strong>bob</strong>" in row for row in listed)
    assert len(rows(admin.get(system.url("manager", "/sessions?ip=127.0.0.1")))) > len(listed)
    for nobody in ("user=nobody", "ip=192.0.2.1", "user=bob&ip=192.0.2.1"):
        page = admin.get(system.url("manager", f"/sessions?{nobody}"))
        assert "0 sessions match" in shown(page) and "<tbody>" not in page.text
    assert admin.get(system.url("manager", "/sessions?user=%ff")).status == 400


def test_a_session_that_has_ended_is_not_listed(system, admin):
    dave = log_in(system, "dave")
    assert len(rows(admin.get(system.url("manager", "/sessions?user=dave")))) == 1
    dave.submit(dave.get(system.url("auth", "/logout")).form_with("token"))
    assert rows(admin.get(system.url("manager", "/sessions?user=dave"))) == []


def test_what_a_browser_says_of_itself_is_text_and_nothing_else(system, admin):
    log_in(system, "zoe", agent=HOSTILE)
    page = shown(admin.get(system.url("manager", "/sessions?user=zoe")))
    assert "<script" not in page
    assert "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;" in page


def test_what_is_searched_for_is_text_and_nothing_else(system, admin):
    page = shown(admin.get(system.url("manager", "/sessions?user=%22%3E%3Cscript%3E&ip=%27%20onfocus=x")))
    assert "<script" not in page
    assert 'value="&quot;&gt;&lt;script&gt;"' in page


# who may, and what

@pytest.mark.parametrize("path", ["/", "/sessions", "/static/manager.css", "/nothing"])
def test_whoever_is_not_the_administrator_sees_nothing(system, path):
    stranger = Browser().get(system.url("manager", path))
    assert stranger.status == 302 and stranger.location.startswith(system.url("auth"))
    alice = log_in(system, "alice").get(system.url("manager", path))
    assert alice.status == 403
    for text in ("Virtual hosts", "Live sessions", "app2.sso.localhost", "--ground"):
        assert text not in stranger.text + alice.text


@pytest.mark.parametrize("path", ["/", "/sessions"])
def test_nothing_can_be_changed(system, admin, path):
    answer = admin.post(system.url("manager", path), {"user": "alice"})
    assert (answer.status, answer.header("Allow")) == (405, "GET, HEAD")


def test_there_is_nothing_at_other_addresses(system, admin):
    for path in ("/nothing", "/static/nothing.css", "/static/../sessions/x", "/templates/layout.tpl"):
        assert admin.get(system.url("manager", path)).status == 404, path


def test_pages_are_kept_by_nobody_and_run_no_script(system, admin):
    for path in ("/", "/sessions"):
        page = admin.get(system.url("manager", path))
        assert "no-store" in page.header("Cache-Control")
        policy = page.header("Content-Security-Policy")
        assert "default-src 'none'" in policy and "script-src" not in policy and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "<script" not in page.text and "style=" not in page.text


def test_a_static_file_is_kept_by_this_browser_and_by_no_shared_cache(system, admin):
    page = shown(admin.get(system.url("manager")))
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(addresses) >= 3
    for address in addresses:
        answer = admin.get(system.url("manager", address.replace("&amp;", "&")))
        assert answer.status == 200
        assert "private" in answer.header("Cache-Control") and "max-age" in answer.header("Cache-Control"), address
        assert "immutable" in answer.header("Cache-Control")


# without mod_sso in front of it

@pytest.mark.parametrize("headers", [{}, {"Auth-User": "admin", "Remote-User": "admin", "Auth-Type": "SSO"}])
def test_the_manager_that_is_not_behind_mod_sso_answers_nobody(system, headers):
    with Httpd() as httpd:
        programs = subfolder(httpd.folder, "programs")
        program = programs / "sso-manager"
        program.write_bytes((system.folder / "programs/sso-manager").read_bytes())
        own(program, 0o755)
        httpd.configure(f'SetEnv SSO_CONFIG {system.config_uri}\nScriptAlias "/" "{program}/"\n'
                        f'<Directory "{programs}">\nRequire all granted\n</Directory>\n')
        httpd.start()
        for path in ("/", "/sessions", "/static/manager.css"):
            answer = httpd.get("manager.sso.localhost", path, headers)
            assert answer.status == 403
            assert "Not behind mod_sso" in answer.text
            assert "app1.sso.localhost" not in answer.text
