"""The configuration in the life of httpd: live changes, bad texts, restarts, and what httpd says of it."""

import os
from pathlib import Path

import pytest

from sandbox.process import last_held, wait_for
from sandbox.protected_site import ProtectedSite, values

OPEN = '[vhost."app.test"]\nurl = "http://app.sso.test/"\ndefault = "accept"\n'
CLOSED = OPEN.replace("accept", "deny")
BAD = OPEN + "nonsense = 1\n"


@pytest.fixture
def site(build_dir, watch, request):
    with ProtectedSite(build_dir, mpm=getattr(request, "param", "event")) as site:
        watch(site.httpd)
        site.httpd.page("/index.html", "unprotected")
        site.body = site.proxy("app.test", "SSOEngine On") + site.host("plain.test")
        yield site


by_thread_and_by_process = pytest.mark.parametrize("site", ["event", "prefork"], indirect=True)


def status(site, cookie=None) -> int:
    return site.get("app.test", "/page", cookie).status


def eventually(site, cookie, expected: int) -> float:
    """Waits until every process answers so; how many seconds some still answered otherwise."""
    otherwise = last_held(lambda: status(site, cookie) != expected)
    assert status(site, cookie) == expected
    return otherwise


@by_thread_and_by_process
def test_a_change_is_in_force_within_about_a_second_without_a_restart(site):
    site.settings(OPEN)
    site.start(site.body)
    alice = site.login("alice")
    assert status(site, alice) == 200
    site.settings(CLOSED)
    assert eventually(site, alice, 403) < 2
    site.settings(OPEN)
    assert eventually(site, alice, 200) < 2


def test_a_bad_text_is_refused_with_a_numbered_line_while_the_last_good_one_serves(site):
    site.settings(CLOSED)
    site.start(site.body)
    alice = site.login("alice")
    assert status(site, alice) == 403
    site.httpd.announce("SSO0101")
    site.settings(BAD)
    line = site.httpd.wait_for_log("SSO0101")
    assert "sso.toml" in site.httpd.log_since_mark()
    assert line
    assert status(site, alice) == 403
    site.settings(OPEN)
    eventually(site, alice, 200)


TWO = OPEN + '''[vhost."quiet.test"]
url = "http://quiet.sso.test/"
rules = [ {{ match = '^/page', allow = '{quiet}' }} ]
[vhost."quiet.test".headers]
X-Text = '"{quiet}"'
'''


@by_thread_and_by_process
def test_a_virtual_host_that_nobody_asked_decides_by_the_text_that_is_in_force_when_it_is_asked(site):
    """A live change compiles a virtual host at its first request, whatever was changed before."""
    site.settings(TWO.format(quiet="deny"))
    site.start(site.body + site.proxy("quiet.test", "SSOEngine On"))
    alice = site.login("alice")
    for quiet in ("unprotect", "accept"):  # nobody asks it of the first
        site.settings(TWO.format(quiet=quiet).replace('default = "accept"', 'default = "deny"'))
        eventually(site, alice, 403)
        site.settings(TWO.format(quiet=quiet))
        eventually(site, alice, 200)
    assert site.get("quiet.test", "/page").status == 302
    assert values(site.seen("quiet.test", "/page", alice, {"X-Text": "forged"}), "X-Text") == ["accept"]
    site.settings(TWO.format(quiet="deny").replace('default = "accept"', 'default = "deny"'))
    eventually(site, alice, 403)
    assert site.get("quiet.test", "/page", alice).status == 403


@pytest.mark.parametrize("rule", [
    "match = '(', allow = 'accept'", "match = '^/x', allow = '$uid eq'", "match = '^/x', allow = '$uid = 1'"])
def test_a_mistake_in_a_virtual_host_that_nobody_asks_refuses_the_version_whole(site, rule):
    site.settings(TWO.format(quiet="deny"))
    site.start(site.body + site.proxy("quiet.test", "SSOEngine On"))
    alice = site.login("alice")
    site.httpd.announce("SSO0101")
    text = TWO.format(quiet="accept").replace('default = "accept"', 'default = "deny"')
    site.settings(text.replace("rules = [ ", f"rules = [ {{ {rule} }}, "))
    site.httpd.wait_for_log("SSO0101")
    assert "sso.toml:" in site.httpd.log_since_mark() and 'vhost."quiet.test"' in site.httpd.log_since_mark()
    for _ in range(8):
        assert status(site, alice) == 200, "what else the version holds is not in force either"
        assert site.get("quiet.test", "/page", alice).status == 403


def test_a_text_that_disappears_changes_nothing(site):
    site.settings(CLOSED)
    site.start(site.body)
    alice = site.login("alice")
    site.httpd.announce("SSO0102")
    site.settings_file.unlink()
    site.httpd.wait_for_log("SSO0102")
    assert status(site, alice) == 403


@pytest.mark.parametrize("restart", ["graceful", "restart"])
def test_a_restart_with_a_bad_text_works_and_the_last_good_one_serves(site, restart):
    site.settings(CLOSED)
    site.start(site.body)
    alice = site.login("alice")
    site.httpd.announce("SSO0101", "SSO0020")
    site.settings(BAD)
    getattr(site.httpd, restart)()
    assert status(site, alice) == 403
    assert "SSO0020" in site.httpd.wait_for_log("SSO0020")
    assert site.get("plain.test", "/index.html").text == "unprotected"


def test_a_stop_and_a_start_with_a_bad_text_find_the_last_good_one_on_disk(site):
    site.settings(CLOSED)
    site.start(site.body)
    alice = site.login("alice")
    site.httpd.end_process()
    site.httpd.announce("SSO0101", "SSO0020")
    site.settings(BAD)
    site.httpd.start()
    assert status(site, alice) == 403


def test_a_live_change_is_what_a_restart_with_a_bad_text_falls_back_to(site):
    """httpd's parent learns of live changes when it looks after its children, each ten seconds or so."""
    site.settings(OPEN)
    site.start(site.body)
    alice = site.login("alice")
    site.settings(CLOSED)
    eventually(site, alice, 403)
    (kept,) = (site.folder / "run").glob("sso-last-good-*.toml")
    wait_for(lambda: "deny" in kept.read_text(), 25, "the parent's look")
    site.httpd.announce("SSO0101", "SSO0020")
    site.settings(BAD)
    site.httpd.graceful()
    assert status(site, alice) == 403


def test_the_last_good_text_on_disk_is_ours_alone(site):
    site.settings(CLOSED)
    site.start(site.body)
    (kept,) = (site.folder / "run").glob("sso-last-good-*.toml")
    facts = kept.stat()
    assert facts.st_mode & 0o777 == 0o600 and facts.st_uid == os.geteuid()
    site.httpd.end_process()
    kept.chmod(0o666)  # now somebody else could have written it
    site.httpd.announce("SSO0101", "SSO0021", "SSO0003")
    site.settings(BAD)
    site.httpd.start()
    assert status(site) == 503


def test_with_no_good_text_at_all_protected_places_answer_503_and_the_rest_is_served(site):
    site.httpd.announce("SSO0101", "SSO0021", "SSO0003")
    site.settings(BAD)
    site.start(site.body)
    answer = site.get("app.test", "/page")
    assert answer.status == 503 and answer.header("Retry-After") and answer.header("Cache-Control") == "no-store"
    assert site.get("plain.test", "/index.html").text == "unprotected"
    site.settings(OPEN)
    eventually(site, None, 302)


def test_with_no_good_text_at_all_no_client_sets_the_headers_that_it_names(site):
    """Where SSOEngine is Off nothing is decided, and an application behind it trusts the headers all the same."""
    site.httpd.announce("SSO0101", "SSO0021")
    site.settings(BAD + '[vhost."app.test".headers]\nUnit-Name = "$ou"\n')
    site.start(site.proxy("app.test", 'SSOEngine On\n<Location "/off">\nSSOEngine Off\n</Location>'))
    seen = site.seen("app.test", "/off", headers={"Auth_User": "admin", "UNIT-NAME": "x", "Other": "stays"})
    assert not values(seen, "Auth-User") and not values(seen, "Unit-Name")
    assert values(seen, "Other") == ["stays"]


@by_thread_and_by_process
def test_with_no_file_at_all_httpd_starts_and_takes_it_up_when_it_comes(site):
    site.httpd.announce("SSO0102", "SSO0021", "SSO0003")
    site.start(site.body)
    assert status(site) == 503
    site.settings(OPEN)
    eventually(site, None, 302)


def test_the_check_of_httpds_configuration_tells_the_mistakes_of_ours(site):
    site.settings(OPEN)
    site.configure(site.body)
    checked = site.httpd.check_config()
    assert checked.returncode == 0 and "Syntax OK" in checked.stdout and "SSO" not in checked.stdout
    site.settings(BAD)
    checked = site.httpd.check_config()
    assert checked.returncode == 0, "a restart must stay possible"
    assert "SSO0023" in checked.stdout and "nonsense" in checked.stdout and "sso.toml" in checked.stdout


def test_a_graceful_restart_unloads_the_old_module(site):
    """A symbol that stays unique in the process, or a thread-local's destructor, would keep it mapped over restarts."""
    site.settings(OPEN)
    site.start(site.body)
    site.httpd.install_module(site.build_dir / "mod_sso" / "mod_sso.so")
    site.httpd.graceful()
    maps = Path(f"/proc/{site.httpd.pid}/maps").read_text()
    assert "mod_sso.so\n" in maps and "mod_sso.so (deleted)" not in maps
    assert status(site, site.login("alice")) == 200


def test_children_inherit_no_descriptor_of_the_configuration_or_the_store(site):
    site.settings(OPEN)
    site.start(site.body)
    for child in set(site.httpd.children()) - set(site.httpd.watchers()):  # the watcher reads the store
        names = [os.readlink(link) for link in Path(f"/proc/{child}/fd").iterdir()]
        assert not [name for name in names if "sso" in Path(name).name or "sessions" in name], names


def test_sessions_outlive_restarts_and_configurations(site):
    site.settings(OPEN)
    site.start(site.body)
    alice = site.login("alice")
    site.httpd.graceful()
    assert status(site, alice) == 200
    site.settings(OPEN + "title = \"Application\"\n")
    site.httpd.restart()
    assert status(site, alice) == 200
