"""ssoctl explain says what the handler does: verdict and headers, on generated requests; and whom it asks about: people
of the directory, attributes of a file, the owner of a cookie."""

import json
import os
import random
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.browser import Browser
from sandbox.people import PEOPLE
from sandbox.process import write
from sandbox.protected_site import ProtectedSite, values
from sandbox.system import System

HOST = "app.test"
SETTINGS = """
[vhost."app.test"]
url = "http://app.sso.test/"
rules = [
    { match = '^/public/', allow = 'unprotect' },
    { match = '^/static', allow = 'skip' },
    { match = '^/admin/', allow = '$uid eq "carol"', comment = 'she alone' },
    { match = '^/protected/.*$', allow = '$groups =~ /\\bgroup1\\b/' },
    { match = '/write$', allow = '$ENV{REQUEST_METHOD} eq "POST" and $groups =~ /group2/' },
    { match = '^/here', allow = '$ip =~ /^127\\./ or $uid eq "bob"' },
    { match = '^/search', allow = '$ENV{QUERY_STRING} =~ /^q=/' },
    { match = '^/closed', allow = 'deny' },
]
default = 'accept'
[vhost."app.test".headers]
Auth-User = '$uid'
Groups = '$groups'
First-Group = '(split /; /, $groups)[0]'
Where = '$ip'
App-Token = '$uid'
"""
PEOPLE_HERE = {"alice": "group1", "bob": "group2; group3", "carol": "", None: None}
SEGMENTS = ["public", "static", "admin", "protected", "write", "here", "search", "closed", "x", "..", ".", "", "%61dmin",
            "admin;x", "a%2Fb", "protected%2F", "x.css", "..;"]
REQUESTS = 500 if os.environ.get("SSO_STRESS") == "whole" else 120


def generated(count: int):
    dice = random.Random(20260131)
    for _ in range(count):
        path = "/" + "/".join(dice.choice(SEGMENTS) for _ in range(dice.randint(1, 4)))
        query = dice.choice(["", "q=1&", "x=q=1&"])
        yield (dice.choice(list(PEOPLE_HERE)), dice.choice(["GET", "GET", "POST"]), f"{path}?{query}format=json")


@pytest.fixture(scope="module")
def site(build_dir):
    with ProtectedSite(build_dir) as running:
        running.settings(SETTINGS)
        running.start(running.proxy(HOST, "SSOEngine On"))
        yield running


def test_verdict_and_headers_are_those_of_the_handler(site, build_dir, tmp_path):
    cookies, files = {None: None}, {}
    for name, groups in PEOPLE_HERE.items():
        if name is not None:
            cookies[name] = site.login(name, groups=groups)
            files[name] = tmp_path / f"{name}.json"
            files[name].write_text(json.dumps({"uid": name, "groups": groups}))

    def explain(question):
        name, method, target = question
        who = [] if name is None else ["--attributes", str(files[name])]
        run = subprocess.run([build_dir / "manager/ssoctl", "--json", "--config", f"file:{site.settings_file}", "explain",
                              *who, "--method", method, f"http://{HOST}{target}"], capture_output=True, text=True,
                             timeout=120, check=False)
        assert run.returncode in (0, 1), f"{question}: {run.stderr}"
        answer = json.loads(run.stdout)
        assert (run.returncode == 0) == (answer["status"] == 200)
        return answer

    questions = list(generated(REQUESTS))
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(explain, questions))
    outcomes = set()
    for question, answer in zip(questions, answers):
        name, method, target = question
        page = site.get(HOST, target, cookies[name], method=method)
        outcomes.add(answer["status"])
        if answer["status"] == 400:
            assert page.status in (400, 404), (question, answer, page.status)  # httpd itself has no page for some
            continue
        assert page.status == answer["status"], (question, answer, page.status)
        if page.status != 200:
            continue
        expected = {header["name"]: header["value"] for header in answer["headers"]}
        assert expected.pop("App-Token", "***") == "***"
        for header in ("Auth-User", "Groups", "First-Group", "Where"):
            sent = values(page.json(), header)
            assert sent == ([expected[header]] if header in expected else []), (question, header, sent, expected)
        assert bool(values(page.json(), "App-Token")) == bool(expected)
    assert outcomes == {200, 302, 400, 403}


def test_people_of_the_directory_cookies_and_the_doctor():
    with System() as system:
        def explain(*arguments, status):
            run = system.ssoctl("explain", *arguments)
            assert run.returncode == status, f"{arguments}\n{run.stdout}{run.stderr}"
            return run.stdout

        # group1 by her department, as LDAP and the expression of the seed have it
        answer = explain("--user", "alice", system.url("app1", "/protected/page"), status=0)
        assert "applies  ^/protected/.*$" in answer and "$groups  =  " in answer
        assert "verdict: allow (200)" in answer and "Auth-User: alice" in answer and "Unit: accounts" in answer
        answer = explain("--user", "alice", system.url("app2", "/site/page"), status=1)
        assert "verdict: deny (403)" in answer and "Auth-User" not in answer
        answer = json.loads(explain("--user", "admin", "--json", "--ip", "192.0.2.9", system.url("app2", "/site/"), status=0))
        assert {h["name"]: h["value"] for h in answer["headers"]} == {"Authorization": "***", "Remote-IP": "192.0.2.9"}
        assert "verdict: authenticate (302)" in explain(system.url("app1"), status=1)
        assert "no virtual host" in explain("--user", "alice", "http://other.example.org/", status=1)
        for name, person in PEOPLE.items():
            expected = 0 if "group1" in person.groups else 1
            explain("--user", name, system.url("app1", "/protected/"), status=expected)

        # the examples of docs/manager.md, as they stand there
        manual = (Path(__file__).resolve().parents[2] / "docs/manager.md").read_text(encoding="utf-8")
        examples = re.findall(r"^\$ ssoctl explain (.*)\n((?:(?!\n\$ |\n?```).|\n(?!\$ |```))*)", manual, re.MULTILINE)
        assert len(examples) == 7
        for command, expected in examples:
            run = system.ssoctl("explain", *command.replace(":8080/", f":{system.port}/").split())
            assert run.stdout.strip() == expected.strip(), command

        # whose cookie it is
        browser = Browser()
        browser.submit(browser.open(system.url("auth")).form_with("password"), user="alice",
                       password=PEOPLE["alice"].password)
        cookie = write(system.folder / "cookie", browser.cookie("sso").value + "\n", 0o600)
        assert "Unit: accounts" in explain("--cookie-file", str(cookie), system.url("app1", "/protected/"), status=0)
        write(cookie, "A" * 43 + "\n", 0o600)
        explain("--cookie-file", str(cookie), system.url("app1"), status=1)
        write(cookie, "no cookie\n", 0o600)
        explain("--cookie-file", str(cookie), system.url("app1"), status=2)

        # who and what cannot be explained
        explain("--user", "nobody", system.url("app1"), status=1)
        explain("--user", "alice", "--cookie-file", str(cookie), system.url("app1"), status=2)
        explain("--user", "alice", "no address", status=2)
        explain(status=2)

        looked_at = system.ssoctl("doctor", "--json")
        found = {row["what"].split(" ")[1]: row for row in json.loads(looked_at.stdout)}
        for what in ("configuration", "directory", "site", "session"):
            assert found[what]["good"], found[what]
        (system.folder / "etc/key").chmod(0o644)
        system.slapd.end_process()
        examined = system.ssoctl("doctor")
        assert examined.returncode == 1
        assert "BAD   the site key" in examined.stdout and "chmod o-rw" in examined.stdout
        assert "BAD   the directory" in examined.stdout and "good  the session store" in examined.stdout
        explain("--user", "alice", system.url("app1"), status=3)
