"""ssoctl as an administrator types it: real configuration files, a real LMDB store, the exit statuses of its manual."""

import json
import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

BUILD = Path(os.environ.get("SSO_BUILD_DIR", Path(__file__).resolve().parents[2] / "build" / "dev"))
SSOCTL = BUILD / "manager" / "ssoctl"

CONFIG = """
[portal]
url = "http://auth.example.test/"
[cookie]
domain = ".example.test"
[security]
key_file = "{folder}/key"
[session]
store = "lmdb:{folder}/sessions"
[authentication.ldap]
uri = ["ldap://127.0.0.1:1"]
base = "dc=example,dc=test"
[exported_variables]
uid = "uid"
mail = "mail"
[vhost."app.example.test"]
rules = [ {{ match = '^/admin/', allow = '$uid eq "admin"' }} ]
"""


class Ssoctl:
    def __init__(self, folder: Path):
        self.folder = folder
        (folder / "sessions").mkdir()
        self.config = folder / "sso.toml"
        self.config.write_text(CONFIG.format(folder=folder))

    def __call__(self, *arguments, status=0, stdin=None):
        environment = {**os.environ, "SSO_CONFIG": f"file:{self.config}"}
        run = subprocess.run([SSOCTL, *arguments], capture_output=True, text=True, env=environment, input=stdin,
                             timeout=60, check=False)
        assert run.returncode == status, f"{arguments}: {run.returncode}\n{run.stdout}\n{run.stderr}"
        return run

    def make(self, attributes: dict, *arguments) -> list[str]:
        path = self.folder / "attributes.json"
        path.write_text(json.dumps(attributes))
        return self("session", "create", "--attributes", str(path), *arguments).stdout.split()

    def sessions(self, *arguments) -> list[dict]:
        return json.loads(self("session", "list", "--json", *arguments).stdout)


@pytest.fixture
def ssoctl(tmp_path):
    return Ssoctl(tmp_path)


def test_a_good_configuration_is_valid(ssoctl):
    assert ssoctl("config", "check").stdout.endswith("valid\n")
    assert json.loads(ssoctl("--json", "config", "check").stdout)["valid"] is True


def test_every_mistake_of_a_configuration_is_named_with_its_place(ssoctl):
    text = ssoctl.config.read_text()
    ssoctl.config.write_text(text.replace("[cookie]", "[cookie]\nsecur = true").replace('$uid eq', '$uid ='))
    answer = ssoctl("config", "check", status=2)
    assert re.search(r"sso\.toml:\d+:\d+: cookie\.secur: .*secure", answer.stdout)
    assert re.search(r"sso\.toml:\d+:\d+: vhost\..*app\.example\.test.*allow: ", answer.stdout)
    listed = json.loads(ssoctl("config", "check", "--json", status=2).stdout)
    assert listed["valid"] is False
    assert len([d for d in listed["diagnostics"] if d["severity"] == "error"]) == 2


def test_a_configuration_that_is_not_there_cannot_be_reached(ssoctl):
    assert "nowhere.toml" in ssoctl("config", "check", "file:/nowhere.toml", status=3).stderr


def test_a_made_session_is_listed_shown_and_ended_by_the_stores_key(ssoctl):
    [cookie] = ssoctl.make({"uid": "alice", "mail": "alice@example.test"})
    [session] = ssoctl.sessions()
    assert session["user"] == "alice"
    assert cookie not in json.dumps(session), "the listing gives no cookie away"
    shown = json.loads(ssoctl("session", "show", session["id"], "--json").stdout)
    assert shown["id"] == session["id"] and shown["ends"] > shown["created"]
    assert "alice@example.test" not in json.dumps(shown), "attributes are sealed"
    assert ssoctl("session", "delete", session["id"]).stdout == "1 session ended\n"
    assert ssoctl.sessions() == []
    ssoctl("session", "show", session["id"], status=1)
    ssoctl("session", "delete", session["id"], status=1)


def test_sessions_are_made_in_numbers_and_ended_by_user(ssoctl):
    cookies = ssoctl.make({"uid": "user%d", "mail": "u%d@example.test", "n": 1}, "--count", "5")
    assert len(set(cookies)) == 5
    assert {s["user"] for s in ssoctl.sessions()} == {f"user{i}" for i in range(1, 6)}
    ssoctl.make({"uid": "user3"})
    assert ssoctl("session", "count").stdout == "6\n"
    assert len(ssoctl.sessions("--user", "user3")) == 2
    assert ssoctl("session", "delete", "--user", "user3").stdout == "2 sessions ended\n"
    assert ssoctl("session", "delete", "--all").stdout == "4 sessions ended\n"
    assert json.loads(ssoctl("session", "count", "--json").stdout) == {"sessions": 0}


def test_sessions_are_found_by_time(ssoctl):
    ssoctl.make({"uid": "alice"})
    assert len(ssoctl.sessions("--since", "1h")) == 1
    assert len(ssoctl.sessions("--since", "2099-01-01T00:00:00Z")) == 0
    assert "2h" in ssoctl("session", "list", "--since", "yesterday", status=2).stderr


def test_making_and_ending_sessions_is_audited(ssoctl):
    path = ssoctl.folder / "attributes.json"
    path.write_text('{"uid": "al\\nice"}')
    made = ssoctl("session", "create", "--attributes", str(path))
    assert re.search(r"^SSO0602: made session [0-9a-f]{64} for alice, by ", made.stderr, re.M)
    assert made.stdout.strip() not in made.stderr
    assert re.search(r"^SSO0601: ended all sessions \(1\), by ", ssoctl("session", "delete", "--all").stderr, re.M)


def test_what_is_made_beside_a_failure_is_printed_and_audited(ssoctl):
    text = ssoctl.config.read_text()
    ssoctl.config.write_text(text.replace("[session]", "[session]\nwhat_to_trace = '$uid eq \"u2\" ? \"\" : $uid'"))
    path = ssoctl.folder / "attributes.json"
    path.write_text('{"uid": "u%d"}')
    made = ssoctl("session", "create", "--attributes", str(path), "--count", "3", status=2)
    assert "what_to_trace" in made.stderr
    assert len(made.stdout.split()) == 2
    assert made.stderr.count("SSO0602") == 2
    assert {session["user"] for session in ssoctl.sessions()} == {"u1", "u3"}


def test_results_that_cannot_be_written_are_a_failure(ssoctl):
    environment = {**os.environ, "SSO_CONFIG": f"file:{ssoctl.config}"}
    for arguments in (["session", "list"], ["config", "check"], ["expr", "eval", "1"]):
        with open("/dev/full", "wb") as full:
            run = subprocess.run([SSOCTL, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60,
                                 env=environment, check=False)
        assert run.returncode == 3 and "could not be written" in run.stderr, arguments


def test_purge_leaves_what_lives(ssoctl):
    ssoctl.make({"uid": "alice"})
    assert json.loads(ssoctl("session", "purge", "--json").stdout) == {"purged": 0}
    assert ssoctl("session", "count").stdout == "1\n"


@pytest.mark.parametrize("content, complaint", [
    ("", "attributes.json"), ("[1]", "object"), ('{"uid": ', "attributes.json"), ('{"mail": "x"}', "what_to_trace"),
])
def test_attributes_that_make_no_session_are_refused(ssoctl, content, complaint):
    path = ssoctl.folder / "attributes.json"
    path.write_text(content)
    assert complaint in ssoctl("session", "create", "--attributes", str(path), status=2).stderr
    assert ssoctl.sessions() == []


@pytest.mark.parametrize("arguments", [
    [], ["nonsense"], ["session"], ["session", "show", "xyz"], ["session", "delete"],
    ["session", "delete", "--all", "--user", "x"], ["session", "create"], ["session", "list", "--colour"],
])
def test_wrong_usage_is_status_2_and_says_what_would_be_right(ssoctl, arguments):
    assert ssoctl(*arguments, status=2).stderr != ""


@pytest.mark.parametrize("arguments", [["nonsense"], ["session", "nonsense"], ["config", "nonsense"], ["--nonsense"]])
def test_a_command_that_is_none_is_named(ssoctl, arguments):
    assert "nonsense" in ssoctl(*arguments, status=2).stderr


def test_a_store_that_is_not_there_cannot_be_reached(ssoctl):
    ssoctl.config.write_text(ssoctl.config.read_text().replace("/sessions", "/no/such/folder"))
    assert "no/such/folder" in ssoctl("session", "count", status=3).stderr


def test_a_site_key_is_made_once_and_rotated_in_place(ssoctl):
    key = ssoctl.folder / "key"
    ssoctl("key", "new")
    assert stat.S_IMODE(key.stat().st_mode) == 0o640
    first = key.read_text().split()
    assert len(first) == 1 and re.fullmatch(r"[0-9a-f]{64}", first[0])
    ssoctl("key", "new", status=1)
    assert key.read_text().split() == first
    ssoctl("key", "rotate")
    second = key.read_text().split()
    assert len(second) == 2 and second[1] == first[0] and second[0] != first[0]
    assert stat.S_IMODE(key.stat().st_mode) == 0o640
    ssoctl("key", "rotate")
    assert key.read_text().split()[1] == second[0] and len(key.read_text().split()) == 2


def test_help_and_version_are_there_for_every_command(ssoctl):
    assert re.fullmatch(r"ssoctl \d+\.\d+\.\d+\n", ssoctl("--version").stdout)
    for command in ([], ["config"], ["config", "check"], ["session"], ["session", "create"], ["key"], ["key", "new"],
                    ["expr", "eval"]):
        assert "Usage" in ssoctl(*command, "--help").stdout or "usage" in ssoctl(*command, "--help").stdout


def test_expressions_are_evaluated(ssoctl):
    session = ssoctl.folder / "session.json"
    session.write_text('{"groups": "group1; group2"}')
    assert ssoctl("expr", "eval", "--session", str(session), r"$groups =~ /\bgroup1\b/").stdout.startswith("1")
    case = {"id": "a-1", "kind": "rule", "expr": '$uid eq "dwho"', "session": {"uid": "dwho"}, "tier": "real"}
    answer = json.loads(ssoctl("expr", "eval", "--jsonl", "-", stdin=json.dumps(case) + "\n").stdout)
    assert answer["id"] == "a-1" and answer["bool"] is True
