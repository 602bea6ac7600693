"""What mod_sso does when something that it needs fails in the middle: each path ends in a refusal or without the thing that
failed, and in a line of the log."""

import os
import re
import resource
import shutil
import signal
import subprocess
from contextlib import suppress

import pytest

from sandbox.echo_app import MARK
from sandbox.process import wait_for, write
from sandbox.protected_site import ProtectedSite, values
from tests.support.lmdb_faults import held_writer

# More steps than an evaluation may take, for those who have such a text.
SETTINGS = r"""
[vhost."app.test"]
url = "http://app.sso.test/"
rules = [
    { match = '^/hard/', allow = '$text =~ /^(a+)+$/' },
    { match = '^/out/', allow = 'logout_sso' },
]
[vhost."app.test".headers]
Auth-User = '$uid'
Auth-Hard = '$text =~ /^(a+)+$/ ? "yes" : "no"'
"""
HARD = "a" * 60 + "b"
# what httpd's processes say, and what the watcher does, which ends then
WITHOUT_MEMORY = ("SSO0001", "SSO0374")


@pytest.fixture
def site(build_dir, watch):
    with ProtectedSite(build_dir) as site:
        watch(site.httpd)
        site.settings(SETTINGS)
        site.body = site.proxy("app.test", "SSOEngine On")
        yield site


@pytest.fixture
def site_without_memory(build_dir, watch):
    """One whose requests get no memory from operator new while the file `flag` is there, nor do parent and watcher."""
    with ProtectedSite(build_dir, mpm="prefork") as site:
        watch(site.httpd)
        library = site.folder / "modules" / "no_memory.so"
        shutil.copy(build_dir / "tests" / "support" / "no_memory.so", library)
        library.chmod(0o755)
        site.flag = site.folder / "no-memory"
        site.httpd.environment = {"LD_PRELOAD": str(library), "SSO_NO_MEMORY": str(site.flag)}
        site.settings(SETTINGS)
        site.start(site.proxy("app.test", "SSOEngine On")
                   + site.proxy("tried.test", "SSOEngine DetectionOnly\nSSOVirtualHost app.test"))
        yield site


def test_an_error_of_our_own_is_a_500_that_leads_nowhere_and_serves_nothing(site_without_memory):
    site = site_without_memory
    site.httpd.announce(*WITHOUT_MEMORY)
    alice = site.login("alice", text="aaa")
    serving = set(site.httpd.children()) - set(site.httpd.watchers())
    write(site.flag, "")
    for path in ("/page", "/hard/x", "/out/", "/a;b/%25"):
        for cookie, headers in ((None, {}), (None, {"Accept": "application/json"}), (alice, {}), (alice, {"Auth-User": "bob"})):
            answer = site.get("app.test", path, cookie, headers)
            assert answer.status == 500 and MARK not in answer.text and answer.header("Location") is None, path
            assert answer.all("Set-Cookie") == []
    assert "bad_alloc" in site.httpd.wait_for_log("SSO0001: post_perdir_config")
    assert serving <= set(site.httpd.children()), "no process has ended of it"
    site.flag.unlink()
    assert site.get("app.test", "/page").status == 302
    assert values(site.seen("app.test", "/page", alice), "Auth-User") == ["alice"]


def test_httpd_outlives_a_watcher_that_cannot_be_started_and_has_one_again_when_it_can(site_without_memory):
    site = site_without_memory
    site.httpd.announce(*WITHOUT_MEMORY)
    (watcher,) = site.httpd.watchers()
    write(site.flag, "")
    with suppress(ProcessLookupError):  # it may have ended for want of memory
        os.kill(watcher, signal.SIGKILL)
    site.httpd.wait_for_log("SSO0001: start of a watcher")
    assert site.httpd.watchers() == []
    site.flag.unlink()
    alice = site.login("alice")
    assert site.get("app.test", "/page", alice).status == 200
    site.logout(alice)
    wait_for(lambda: site.get("app.test", "/page", alice).status == 302, 3, "without a watcher, sessions are asked for anew")
    wait_for(lambda: len(site.httpd.watchers()) == 1, 25, "the parent's next look")


def test_a_watcher_that_gets_no_memory_says_so_and_ends_as_it_should(site_without_memory):
    """The parent hears of its end, and starts another one."""
    site = site_without_memory
    site.httpd.announce(*WITHOUT_MEMORY)
    (watcher,) = site.httpd.watchers()
    write(site.flag, "")
    assert "bad_alloc" in site.httpd.wait_for_log("SSO0001: watcher")
    wait_for(lambda: watcher not in site.httpd.children(), 10, "it goes on")
    assert "terminate called" not in site.httpd.error_log
    site.flag.unlink()
    wait_for(lambda: len(site.httpd.watchers()) == 1, 25, "the parent's next look")


def test_where_rules_are_only_tried_a_page_is_served_without_memory_too(site_without_memory):
    site = site_without_memory
    site.httpd.announce(*WITHOUT_MEMORY)
    alice = site.login("alice", text="aaa")
    write(site.flag, "")
    for cookie in (None, alice):
        answer = site.get("tried.test", "/page", cookie)
        assert answer.status == 200 and MARK in answer.text
    assert "bad_alloc" in site.httpd.wait_for_log("SSO0001: DetectionOnly")
    assert site.get("app.test", "/page", alice).status == 500, "where they hold, nothing is"


def test_a_rule_that_cannot_be_evaluated_for_somebody_refuses_them_and_nobody_else(site):
    site.start(site.body)
    site.httpd.announce("SSO0007", "SSO0008")
    hard, easy = site.login("hard", text=HARD), site.login("easy", text="aaa")
    assert site.get("app.test", "/hard/", easy).status == 200
    refused = site.get("app.test", "/hard/", hard)
    assert refused.status == 403 and MARK not in refused.text
    line = site.httpd.wait_for_log("SSO0008")
    assert "app.test" in line and "^/hard/" in line


def test_a_header_that_cannot_be_evaluated_for_somebody_is_not_sent_and_the_others_are(site):
    site.start(site.body)
    site.httpd.announce("SSO0007")
    hard = site.login("hard", text=HARD)
    seen = site.seen("app.test", "/", hard, {"Auth-Hard": "yes"})
    assert values(seen, "Auth-Hard") == [] and values(seen, "Auth-User") == ["hard"]
    assert "Auth-Hard" in site.httpd.wait_for_log("SSO0007")


def test_a_require_that_cannot_be_evaluated_for_somebody_lets_them_in_nowhere(site):
    site.start(site.proxy("app.test", "SSOEngine On\n<Location /required>\nRequire sso $text =~ /^(a+)+$/\n</Location>"))
    site.httpd.announce("SSO0346", "SSO0007", "AH01630")
    hard, easy = site.login("hard", text=HARD), site.login("easy", text="aaa")
    assert site.get("app.test", "/required", easy).status == 200
    refused = site.get("app.test", "/required", hard)
    assert refused.status == 403 and MARK not in refused.text
    assert site.httpd.wait_for_log("SSO0346")


def test_the_error_document_of_a_request_that_httpd_could_not_read_is_behind_the_decision_too(site):
    site.start(site.proxy("app.test", "SSOEngine On\nErrorDocument 400 /page"))
    site.httpd.announce("AH10244", "AH00561")
    for bad in (b"GET / HTTP/1.1\r\nHost: app.test\r\nno colon\r\n\r\n", b"GET /%zz HTTP/1.1\r\nHost: app.test\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: app.test\r\nX: " + b"x" * 9000 + b"\r\n\r\n"):
        answer = site.httpd.raw(bad)
        assert answer.startswith(b"HTTP/1.1 4") and MARK.encode() not in answer, bad[:60]


def test_a_last_good_configuration_that_cannot_be_kept_on_disk_serves_and_is_complained_of(site):
    site.start(site.body)
    (kept,) = (site.folder / "run").glob("sso-last-good-*.toml")
    kept.with_name(kept.name + ".new").mkdir()
    site.httpd.announce("SSO0022")
    site.settings(SETTINGS + '[vhost."more.test"]\nurl = "http://more.sso.test/"\n')
    site.httpd.graceful()
    assert kept.name in site.httpd.wait_for_log("SSO0022")
    assert site.get("app.test", "/", site.login("easy", text="aaa")).status == 200


def test_a_logout_that_the_store_does_not_take_is_no_logout(site):
    site.start(site.body, "SSOStoreTimeout 300")
    easy = site.login("easy", text="aaa")
    with held_writer(site):
        site.httpd.announce("SSO0345", "SSO0372")
        answer = site.get("app.test", "/out/", easy)
        assert answer.status == 503 and int(answer.header("Retry-After")) > 0
        assert answer.header("Set-Cookie") is None
        site.httpd.wait_for_log("SSO0345")
    assert site.get("app.test", "/", easy).status == 200
    assert site.get("app.test", "/out/", easy).status == 302
    assert site.get("app.test", "/", easy).status == 302


def test_a_child_that_cannot_hear_of_changes_lets_nobody_in_until_it_can(build_dir, watch):
    with ProtectedSite(build_dir, mpm="prefork") as site:
        watch(site.httpd)
        site.settings(SETTINGS)
        site.start(site.proxy("app.test", "SSOEngine On") + site.host(
            "reload.test", '<Location "/reload">\nSetHandler sso-reload\nRequire ip 127.0.0.1\n</Location>'))
        easy = site.login("easy", text="aaa")
        assert site.get("app.test", "/", easy).status == 200
        site.httpd.announce("SSO0024", "SSO0003", "SSO0451", "AH01239")
        # no thread is to be had by children that begin from now on, and that need one at the next change
        _, most = resource.prlimit(site.httpd.pid, resource.RLIMIT_NPROC)
        resource.prlimit(site.httpd.pid, resource.RLIMIT_NPROC, (0, most))
        first = set(site.httpd.children()) - set(site.httpd.watchers())
        for child in first:
            os.kill(child, signal.SIGTERM)
        wait_for(lambda: not first & set(site.httpd.children()), 10, "they go on")
        assert site.get("app.test", "/", easy).status == 200
        site.settings(SETTINGS.replace('"app.test"', '"other.test"'))
        wait_for(lambda: site.get("app.test", "/", easy).status == 503, 10, "a child without a thread answers")
        assert "Resource temporarily unavailable" in site.httpd.wait_for_log("SSO0024")
        answer = site.get("app.test", "/", easy, {"Auth-User": "mallory"})
        assert answer.status == 503 and MARK not in answer.text and answer.header("Retry-After")
        site.settings(SETTINGS)  # what the child had before serves again, and it has to take it up anew
        assert site.get("reload.test", "/reload").status == 500, "a child without a thread takes up nothing"
        assert site.get("app.test", "/", easy).status == 503
        sayers = re.findall(r"\[pid (\d+)[^\n]*SSO0024", site.httpd.error_log)
        assert sayers and len(sayers) == len(set(sayers)), "a child says it again and again"
        for process in (site.httpd.pid, *site.httpd.children()):
            owner = os.stat(f"/proc/{process}/task")  # none else may
            subprocess.run(["prlimit", f"--nproc={most}:{most}", f"--pid={process}"], user=owner.st_uid, group=owner.st_gid,
                           check=True, timeout=20)
        wait_for(lambda: site.get("app.test", "/", easy).status == 200, 10, "a child that can start its thread serves nothing")
        site.settings(SETTINGS.replace('"app.test"', '"other.test"'))
        wait_for(lambda: site.get("app.test", "/", easy).status == 403, 10, "it does not hear of changes")


def test_a_watcher_that_gets_no_thread_listens_and_the_children_ask_for_changes(build_dir, watch):
    with ProtectedSite(build_dir, mpm="prefork") as site:
        watch(site.httpd)
        site.settings(SETTINGS)
        site.start(site.proxy("app.test", "SSOEngine On"))
        easy = site.login("easy", text="aaa")
        assert site.get("app.test", "/", easy).status == 200
        site.httpd.announce("SSO0001", "SSO0374", "SSO0372")  # the last: it cannot write to LMDB how far it has come
        resource.prlimit(site.httpd.pid, resource.RLIMIT_NPROC, (0, 0))
        (watcher,) = site.httpd.watchers()
        os.kill(watcher, signal.SIGKILL)
        assert "Resource temporarily unavailable" in site.httpd.wait_for_log("SSO0001: watcher: asking for changes")
        (replaced,) = site.httpd.watchers()
        site.settings(SETTINGS.replace('"app.test"', '"other.test"'))
        wait_for(lambda: site.get("app.test", "/", easy).status == 403, 5, "the change is not in force")
        assert site.httpd.watchers() == [replaced]
