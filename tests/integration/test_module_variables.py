"""What logs and programs may know of a decision, as environment variables: where httpd's configuration names one of them,
or SSOEnvironment says so, and nowhere else."""

import pytest

from sandbox.process import wait_for
from sandbox.protected_site import ProtectedSite

HOST = '[vhost."app.test"]\nurl = "http://app.sso.test/"\nrules = [ { match = "^/own/", allow = "accept" } ]\ndefault = "unprotect"\n'
PROGRAM = "#!/bin/sh\necho Content-Type: text/plain\necho\nenv\n"
OURS = {"SSO_VERDICT": "allow", "SSO_RULE": "^/own/", "SSO_USER": "alice"}


@pytest.fixture
def site(build_dir, watch):
    with ProtectedSite(build_dir) as site:
        watch(site.httpd)
        site.settings(HOST)
        for path in ("/own/env.cgi", "/own/deeper/env.cgi", "/open/env.cgi"):
            site.httpd.page(path, PROGRAM, 0o755)
        yield site


def start(site, inside: str = "", server_level: str = "") -> None:
    site.start(site.host("app.test", f'SSOEngine On\nDocumentRoot "{site.httpd.htdocs}"\n'
                                     f'<Directory "{site.httpd.htdocs}">\nOptions +ExecCGI\nAddHandler cgi-script .cgi\n'
                                     f"</Directory>\n{inside}"), server_level)


def variables(site, path: str, cookie: str | None = None) -> dict[str, str]:
    answer = site.get("app.test", path, cookie)
    assert answer.status == 200, answer.text
    pairs = (line.partition("=") for line in answer.text.splitlines())
    return {name: value for name, _, value in pairs if name.startswith("SSO_") or name in ("REMOTE_USER", "REMOTE_CUSTOM")}


def test_programs_see_the_user_alone_unless_more_is_asked_for(site):
    start(site)
    assert variables(site, "/own/env.cgi", site.login("alice")) == {"REMOTE_USER": "alice"}


def test_ssoenvironment_shows_them_to_programs_and_can_be_taken_back_deeper(site):
    start(site, "SSOEnvironment On\n<Location /own/deeper>\nSSOEnvironment Off\n</Location>")
    alice = site.login("alice")
    assert variables(site, "/own/env.cgi", alice) == {"REMOTE_USER": "alice", **OURS}
    assert variables(site, "/own/deeper/env.cgi", alice) == {"REMOTE_USER": "alice"}
    assert variables(site, "/open/env.cgi") == {"SSO_VERDICT": "unprotected", "SSO_RULE": "default"}


@pytest.mark.parametrize("where", ("server", "host", "place"))
def test_a_configuration_that_names_one_has_them_all(site, where):
    log = f'CustomLog "{site.folder}/logs/sso.log" "%U %{{SSO_RULE}}e %{{SSO_USER}}e"'
    header = '<Location /own>\nHeader always set X-Rule "%{SSO_RULE}e"\n</Location>'
    start(site, {"host": log, "place": header}.get(where, ""), log if where == "server" else "")
    alice = site.login("alice")
    assert variables(site, "/own/env.cgi", alice) == {"REMOTE_USER": "alice", **OURS}
    if where == "place":
        assert site.get("app.test", "/own/env.cgi", alice).header("X-Rule") == "^/own/"
        return
    file = site.folder / "logs" / "sso.log"
    wait_for(lambda: "/own/env.cgi ^/own/ alice" in file.read_text(), 10, "the line in the log")


def test_ssoenvironment_off_holds_where_a_log_names_them(site):
    start(site, "SSOEnvironment Off", 'LogFormat "%{SSO_RULE}e" of_ours')
    assert variables(site, "/own/env.cgi", site.login("alice")) == {"REMOTE_USER": "alice"}


def test_a_second_name_needs_no_more_than_its_setting(site):
    written = site.settings_file.read_text()
    site.settings_file.write_text(written.replace("[session]\n", "[session]\ncustom_to_trace = '$ou'\n", 1))
    start(site)
    assert variables(site, "/own/env.cgi", site.login("alice", ou="unit1")) == {"REMOTE_USER": "alice",
                                                                                "REMOTE_CUSTOM": "unit1"}
