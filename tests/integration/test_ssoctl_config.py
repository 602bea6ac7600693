"""ssoctl config: versions in a folder and on a Redis server, as an administrator types it."""

import json
import os
import re
import resource
import subprocess

import pytest

from sandbox.redis import Redis
from test_ssoctl import CONFIG, SSOCTL


class Versions:
    """A place of versions, empty at first, and ssoctl on it."""

    def __init__(self, folder, uri):
        self.uri = uri
        (folder / "sessions").mkdir(exist_ok=True)
        self.file = folder / "sso.toml"
        self.file.write_text("# kept by hand\n" + CONFIG.format(folder=folder))

    def __call__(self, *arguments, status=0, accept=True, **environment):
        """The directory and the key of this configuration are not there: who publishes accepts the warnings."""
        if accept and arguments[0] in ("set", "apply", "edit", "rollback"):
            arguments = (*arguments, "--accept-warnings")
        run = subprocess.run([SSOCTL, "--config", self.uri, "config", *arguments], capture_output=True, text=True,
                             env={**os.environ, **environment}, timeout=60, check=False)
        assert run.returncode == status, f"{arguments}: {run.returncode}\n{run.stdout}\n{run.stderr}"
        return run

    def list(self):
        return json.loads(self("list", "--json").stdout)


@pytest.fixture(params=["dir", "redis"])
def versions(request, tmp_path):
    if request.param == "dir":
        (tmp_path / "conf").mkdir()
        yield Versions(tmp_path, f"dir:{tmp_path}/conf")
        return
    with Redis().start() as redis:
        yield Versions(tmp_path, redis.uri)


@pytest.fixture
def first(versions):
    versions("apply", str(versions.file), "-m", "the first")
    return versions


def test_a_file_becomes_the_first_version_byte_for_byte(versions):
    assert "no version yet" in versions("show", status=3).stderr
    applied = versions("apply", str(versions.file), "-m", "the first")
    assert "version 1 is published" in applied.stdout
    assert re.search(r"^SSO0603: published version 1 of .*: the first, by ", applied.stderr, re.M)
    assert versions("show").stdout == versions.file.read_text()
    [listed] = versions.list()
    assert listed["version"] == 1 and listed["message"] == "the first" and listed["author"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", listed["date"])
    assert versions("check").stdout.endswith(": valid\n")


def test_a_change_of_one_key_leaves_comments_and_order(first):
    changed = first("set", 'vhost."app.example.test".rules[0].allow', '$uid eq "root"', "-m", "root alone")
    assert '-rules = [ { match = \'^/admin/\', allow = \'$uid eq "admin"\' } ]' in changed.stdout
    assert first("show").stdout == first.file.read_text().replace('eq "admin"', 'eq "root"')
    assert [v["message"] for v in first.list()] == ["root alone", "the first"]
    first("set", "session.lifetime", "10h")
    assert first("get", "session.lifetime").stdout == "10h\n"
    assert first.list()[0]["message"] == "set session.lifetime"
    first("set", "session.lifetime", "--unset")
    assert first("get", "session.lifetime").stdout == "20h\n", "what holds by default"


def test_values_are_read_by_key_of_any_version(first):
    first("set", "portal.trusted_domains", '["a.example.org"]')
    assert first("get", "portal.trusted_domains[0]").stdout == "a.example.org\n"
    assert json.loads(first("get", "portal.trusted_domains", "--json").stdout) == ["a.example.org"]
    assert first("get", "portal.trusted_domains", "--version", "1").stdout == "[]\n"
    assert json.loads(first("show", "--json").stdout)["portal"]["trusted_domains"] == ["a.example.org"]
    assert "not set" in first("get", "macros.none", status=1).stderr
    first("get", "no key", status=2)


def test_what_has_errors_is_not_published_and_says_where(first):
    wrong = first("set", 'vhost."app.example.test".rules[0].allow', '$uid = "root"', status=2)
    assert re.search(r'the new text:\d+:\d+: vhost\."app\.example\.test"\.rules\[0\]\.allow: ', wrong.stderr)
    first("set", "session.lifetme", "10h", status=2)
    first("set", "session.lifetime", "a while", status=2)
    assert len(first.list()) == 1


def test_warnings_are_to_be_accepted(first):
    catch_all = ["set", 'vhost."app.example.test".rules', "[ { match = '^/', allow = 'deny' }, "
                                                          "{ match = '^/x', allow = 'accept' } ]"]
    refused = first(*catch_all, status=1, accept=False)
    assert "warning: " in refused.stderr and "never reached" in refused.stderr
    assert re.search(r"warning: security\.key_file: .*/key", refused.stderr)
    assert re.search(r"warning: authentication\.ldap\.uri: .*127\.0\.0\.1", refused.stderr)
    assert "session.store" not in refused.stderr, "its folder is there"
    assert len(first.list()) == 1
    assert "never reached" in first(*catch_all).stderr
    assert len(first.list()) == 2


def test_differences_and_the_way_back(first):
    first("set", "session.lifetime", "10h")
    first("set", "session.lifetime", "5h")
    assert "+lifetime = '10h'" in first("diff", "2").stdout
    assert "+lifetime = '5h'" in first("diff", "1", "3").stdout
    assert "-lifetime = '5h'" in json.loads(first("diff", "3", "1", "--json").stdout)["difference"]
    first("rollback", "1")
    assert first("show").stdout == first.file.read_text()
    assert first.list()[0]["message"] == "back to version 1"
    assert "is that of version 4" in first("rollback", "1", status=1).stderr
    first("rollback", "9", status=1)


def test_the_editor_changes_the_newest_version_and_a_mistake_is_kept(first, tmp_path):
    first("edit", status=1, EDITOR="true")
    first("edit", "-m", "by hand", EDITOR="sed -i 's/^# kept by hand/# kept by many hands/'")
    assert first("show").stdout.startswith("# kept by many hands\n")
    wrong = first("edit", status=2, EDITOR="sed -i 's/uid eq/uid =/'", TMPDIR=str(tmp_path))
    kept = re.search(r"kept in (\S+)", wrong.stderr)[1]
    assert "$uid = " in open(kept, encoding="utf-8").read()
    assert os.stat(kept).st_mode & 0o077 == 0
    first("edit", status=1, EDITOR="false")
    assert len(first.list()) == 2


def test_of_two_who_begin_at_the_same_version_the_second_sees_the_difference(first, tmp_path):
    # the editor is where the second one waits while the first one publishes
    other = f"{SSOCTL} --config {first.uri} config set session.lifetime 10h --accept-warnings -m faster >/dev/null 2>&1; sed -i s/kept/put/"
    refused = first("edit", status=1, EDITOR=f"sh -c '{other} \"$0\"'", TMPDIR=str(tmp_path))
    assert "published in between" in refused.stderr and "+lifetime = '10h'" in refused.stderr
    assert "faster" in refused.stderr and "kept in" in refused.stderr
    assert [v["message"] for v in first.list()] == ["faster", "the first"]


def test_a_file_is_never_written_to(tmp_path):
    file = Versions(tmp_path, f"file:{tmp_path}/sso.toml")
    before = file.file.read_text()
    for command in (["set", "session.lifetime", "10h"], ["apply", str(file.file), "-m", "x"], ["edit"], ["list"],
                    ["rollback", "1"], ["diff", "1"], ["show", "--version", "1"]):
        assert "a person keeps" in file(*command, status=1).stderr, command
    assert file("show").stdout == before == file.file.read_text()
    assert file("get", "portal.url").stdout == "http://auth.example.test/\n"


def test_a_place_that_is_not_there_cannot_be_reached(tmp_path):
    gone = Versions(tmp_path, f"dir:{tmp_path}/none")
    assert "none" in gone("check", status=3).stderr
    assert Versions(tmp_path, "redis://127.0.0.1:1")("list", status=3).stderr


@pytest.mark.parametrize("arguments", [
    ["set"], ["set", "session.lifetime"], ["set", "session.lifetime", "1h", "--unset"], ["apply"], ["diff"],
    ["rollback", "0"], ["rollback", "x"], ["set", "a..b", "1"],
])
def test_wrong_usage_is_status_2(first, arguments):
    assert first(*arguments, status=2).stderr


def test_two_thousand_virtual_hosts_of_ten_rules_are_checked_within_five_seconds(tmp_path):
    place = Versions(tmp_path, f"file:{tmp_path}/sso.toml")
    text = [place.file.read_text()]
    for host in range(2_000):
        rules = ",\n  ".join(f"{{ match = '^/r{rule}/(a|b)[0-9]+', allow = '$groups =~ /\\bg{host % 50}x{rule}\\b/ or $uid eq \"u{host}\"' }}"
                             for rule in range(10))
        text.append(f'[vhost."h{host}.example.test"]\nrules = [\n  {rules}\n]\n[vhost."h{host}.example.test".headers]\n'
                    f"Auth-User = '$uid'\nX-H{host} = '$mail'\n")
    place.file.write_text("".join(text))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert place("check").stdout.endswith("valid\n")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 5  # of the processor: the machine is shared
