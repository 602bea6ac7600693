"""The manager's pages in the whole system: behind mod_sso, on the demo's people and rules."""

import hashlib
import json
import re
from contextlib import contextmanager

import pytest

from sandbox.browser import Browser
from sandbox.httpd import Httpd
from sandbox.process import own, subfolder, wait_for, write
from sandbox.system import System
from tests.support.people import log_in

PAGES = ("/", "/versions", "/sessions", "/tester")

@pytest.fixture(scope="module")
def system():
    with System() as running:
        yield running
        running.check_alive()


@pytest.fixture(scope="module")
def admin(system):
    return log_in(system, "admin")


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
    """Puts a text in the configuration's place that is refused; gives what the manager says of it."""
    def refused() -> list:
        return json.loads(admin.get(system.url("manager", "/api/v1/status")).text)["refused"]
    good = newest_text_of(system)
    try:
        publish_unchecked(system, text)
        wait_for(refused, 10, "the refusal")
        yield json.loads(admin.get(system.url("manager", "/api/v1/status")).text)
    finally:
        publish_unchecked(system, good)
        wait_for(lambda: not refused(), 10, "the good text")


# what the server gives: the shell in which the modules draw (what they draw: tests/browser)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_a_shell_that_says_who_it_is_and_what_does_the_same_without_scripts(system, admin, path):
    page = shown(admin.get(system.url("manager", path)))
    assert "Signed in as</span> <strong>admin</strong>" in page
    assert re.search(r'<script type="module" src="/static/[0-9a-f]+/ui/main\.js"></script>', page)
    for command in ("ssoctl config show", "ssoctl config rollback", "ssoctl session delete", "ssoctl explain"):
        assert command in page.partition("<noscript>")[2]


def test_the_shell_speaks_the_browsers_language(system, admin):
    for accepted, language, words in (("fr-CA,en;q=0.5", "fr", "Connecté en tant que"), ("de, en;q=0.1", "en", "Signed in as")):
        page = admin.get(system.url("manager"), {"Accept-Language": accepted})
        assert f'<html lang="{language}"' in shown(page) and words in page.text
        assert page.header("Content-Language") == language
        assert page.header("Vary") == "Accept-Language"


def test_no_page_holds_anything_of_the_configuration(system, admin):
    for path in PAGES:
        page = shown(admin.get(system.url("manager", path)))
        for text in ("app1.sso.localhost", "group1", system.slapd.base, system.config_uri, admin.cookie("sso").value):
            assert text not in page, text


def test_the_newest_text_that_is_refused_is_told_with_its_mistakes(system, admin):
    text = newest_text_of(system) + """
[vhost."<b>x</b>"]
[vhost."wrong.sso.localhost"]
default = '$uid = "admin"'
"""
    with newest_text(system, admin, text) as status:
        assert any("wrong.sso.localhost" in each["key"] for each in status["refused"])
        assert status["version"] == 1  # what serves


def test_a_password_in_a_refused_address_of_a_store_is_not_told(system, admin):
    secret = "s3cret-of-redis"
    text = newest_text_of(system).replace(system.session_store, f"redis://sso:{secret}@127.0.0.1:1/x")
    with newest_text(system, admin, text) as status:
        assert "session.store" in [each["key"] for each in status["refused"]]
        assert secret not in json.dumps(status)


# who may, and what

@pytest.mark.parametrize("path", ["/", "/sessions", "/static/manager.css", "/static/ui/main.js", "/nothing"])
def test_whoever_is_not_the_administrator_sees_nothing(system, path):
    stranger = Browser().get(system.url("manager", path))
    assert stranger.status == 302 and stranger.location.startswith(system.url("auth"))
    alice = log_in(system, "alice").get(system.url("manager", path))
    assert alice.status == 403
    for text in ("ui/main.js", "ssoctl", "import ", "--ground"):
        assert text not in stranger.text + alice.text


@pytest.mark.parametrize("path", PAGES)
def test_pages_take_no_forms(system, admin, path):
    answer = admin.post(system.url("manager", path), {"user": "alice"})
    assert (answer.status, answer.header("Allow")) == (405, "GET, HEAD")


def test_there_is_nothing_at_other_addresses(system, admin):
    for path in ("/nothing", "/static/nothing.css", "/static/../sessions/x", "/templates/layout.tpl"):
        assert admin.get(system.url("manager", path)).status == 404, path


def test_pages_are_kept_by_nobody_and_run_the_managers_own_scripts_alone(system, admin):
    for path in PAGES:
        page = admin.get(system.url("manager", path))
        assert "no-store" in page.header("Cache-Control")
        policy = page.header("Content-Security-Policy").split("; ")
        assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'",
                "base-uri 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'"} <= set(policy)
        assert "unsafe" not in page.header("Content-Security-Policy")
        assert page.text.count("<script") == 1
        assert "style=" not in page.text and not re.search(r"\son\w+=", page.text)


def test_modules_name_each_other_within_their_version(system, admin):
    address = re.search(r'src="(/static/[^"]+/)ui/main\.js"', shown(admin.get(system.url("manager")))).group(1)
    seen, wanted = set(), {"main.js"}
    while wanted - seen:
        name = (wanted - seen).pop()
        seen.add(name)
        module = admin.get(system.url("manager", f"{address}ui/{name}"))
        assert module.status == 200, name
        assert module.header("Content-Type") == "text/javascript; charset=utf-8"
        assert "immutable" in module.header("Cache-Control")
        for path in re.findall(r'(?:^import .* from |import\()"([^"]+)"', module.text, re.MULTILINE):
            assert re.fullmatch(r"\./\w+\.js", path), path
            wanted.add(path[2:])
    assert len(seen) > 15
    outdated = admin.get(system.url("manager", "/static/0123456789ab/ui/main.js"))
    assert outdated.status == 404
    unversioned = admin.get(system.url("manager", "/static/ui/main.js"))
    assert unversioned.status == 200 and "immutable" not in unversioned.header("Cache-Control")


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
        for path in ("/", "/sessions", "/static/manager.css", "/static/ui/main.js"):
            answer = httpd.get("manager.sso.localhost", path, headers)
            assert answer.status == 403
            assert "Not behind mod_sso" in answer.text
            assert "app1.sso.localhost" not in answer.text


# the manager's own virtual host: its rules see the path as httpd has it, as any application's do

RULES = {'[vhost."manager.sso.localhost"]\n': '[vhost."manager.sso.localhost"]\n'
         "rules = [ { match = '^/api/v1/sessions', allow = 'deny' }, { match = '^/versions$', allow = 'deny' },\n"
         "  { match = '^/sso-manager', allow = 'deny' }, { match = '[?&]', allow = 'deny' } ]\n"}


def test_rules_of_the_managers_virtual_host_see_the_path_that_httpd_has(watch):
    with System(toml_changes=RULES) as system:
        watch(system.httpd)
        admin = log_in(system, "admin")
        for path in ("/api/v1/sessions", "/api//v1/./sessions", "/api/v1/x/../sessions", "/%61pi/v1/sessions?user=bob",
                     "/versions", "/x/../versions", "//versions?page=2"):
            assert admin.get(system.url("manager", path)).status == 403, path
        # neither the program behind ScriptAlias nor the query is a part of it
        for path in ("/", "/sessions", "/api/v1/status", "/api/v1/config?version=1"):
            assert admin.get(system.url("manager", path)).status == 200, path
