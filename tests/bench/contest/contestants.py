"""Who takes part: each protects the same virtual host with the same small file, by its own means."""

import json
import secrets
import subprocess
from pathlib import Path

from sandbox.process import own, subfolder, write
from tests.bench.contest.scenarios import HOST, Scenario
from tests.bench.contest.server import MeasuredHttpd

PORTAL = "http://auth.sso.test/"


def person(number: object) -> dict[str, str]:
    """Who is logged in: what a site exports of its directory, and five groups."""
    return {"uid": f"user{number}", "cn": f"User {number}", "sn": f"User {number}", "mail": f"user{number}@example.com",
            "ou": "unit1", "departmentUID": "unit1", "employeeNumber": f"{number}", "login": f"user{number}",
            "groups": "group1; staff; everybody; the-application; its-administrators"}


class Contestant:
    """`enter` prepares the server's folder and its requests, and starts it; it returns when the server serves."""

    name = "plain"
    title = "plain httpd"
    extra_packages = False  # of tests/bench/packages.txt

    def __init__(self, build: Path):
        self.build = build

    def can(self, scenario: Scenario) -> bool:
        return True

    def enter(self, server: MeasuredHttpd, backend: int | None) -> None:
        cookies = [f"theme=dark; sso={secrets.token_urlsafe(32)}" for _ in range(server.scenario.sessions)]
        server.write_requests(cookies)
        server.serve("", "", backend)


class FloorProbe(Contestant):
    name = "floor"
    title = "floor probe"

    def can(self, scenario: Scenario) -> bool:
        return len(scenario.headers) == 2

    def enter(self, server: MeasuredHttpd, backend: int | None) -> None:
        names = [secrets.token_urlsafe(32) for _ in range(server.scenario.sessions)]
        people = "".join(f"{name} user{n} user{n}@example.com\n" for n, name in enumerate(names))
        sessions = write(server.folder / "conf" / "floor.sessions", people)
        rules = "".join(f'FloorRule "{rule.match}"\n' for rule in server.scenario.rules)
        server.write_requests([f"theme=dark; sso={name}" for name in names])
        server.serve(server.add_module("floor_probe", self.build / "tests/bench/mod_floor_probe.so"),
                     f'FloorSessions "{sessions}"\n{rules}', backend)


class ModSso(Contestant):
    name = "mod_sso"
    title = "mod_sso"

    def enter(self, server: MeasuredHttpd, backend: int | None) -> None:
        scenario = server.scenario
        store = f"lmdb:{subfolder(server.folder, 'sessions', 0o770)}"
        settings = self._settings(server, scenario, store)
        cookies = self._sessions(server, settings, scenario.sessions)
        server_level = (server.add_module("sso", self.build / "mod_sso/mod_sso.so") +
                        f'SSOConfig "file:{settings}"\n' +
                        (f"SSOLocalCache {scenario.local_cache}\n" if scenario.local_cache else ""))
        server.write_requests([f"theme=dark; sso={cookie}" for cookie in cookies])
        server.serve(server_level, "SSOEngine On", backend)

    def _settings(self, server: MeasuredHttpd, scenario: Scenario, store: str) -> Path:
        rules = "".join(f"    {{ match = '{rule.match}', allow = '$groups =~ /\\b{rule.group}\\b/' }},\n"
                        for rule in scenario.rules)
        headers = "".join(f"{name} = '{value}'\n" for name, value in scenario.headers.items())
        key = write(server.folder / "conf" / "key", "", 0o600)
        key.write_bytes(secrets.token_bytes(32))
        return write(server.folder / "conf" / "sso.toml", f"""\
[portal]
url = "{PORTAL}"
[cookie]
domain = ".sso.test"
[security]
key_file = "{key}"
[session]
store = "{store}"
[authentication.ldap]
uri = ["ldap://127.0.0.1"]
base = "dc=example,dc=com"
[exported_variables]
{"".join(f'{name} = "{name}"' + chr(10) for name in person(0) if name != "groups")}
[vhost."{HOST}"]
rules = [
{rules}]
default = 'deny'
[vhost."{HOST}".headers]
{headers}""")

    def _sessions(self, server: MeasuredHttpd, settings: Path, count: int) -> list[str]:
        attributes = write(server.folder / "conf" / "person.json", json.dumps(person("%d")))
        made = subprocess.run(
            [self.build / "manager/ssoctl", "--config", f"file:{settings}", "session", "create", "--attributes",
             attributes, "--count", str(count)], capture_output=True, text=True, timeout=3600)
        if made.returncode != 0:
            raise RuntimeError(made.stderr)
        for file in (server.folder / "sessions").iterdir():
            own(file)
        return made.stdout.split()
