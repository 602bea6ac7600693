"""Who takes part: each protects the same virtual host with the same small file, by its own means."""

import json
import secrets
import subprocess
from collections import Counter
from pathlib import Path

from sandbox.process import own, subfolder, wait_for, write
from sandbox.redis import Redis
from tests.bench.contest.scenarios import HOST, Scenario
from tests.bench.contest.server import MeasuredHttpd

PORTAL = "http://auth.sso.test/"
STATUS = """\
<VirtualHost *>
    ServerName status.test
    <Location "/">
        SetHandler sso-status
        Require ip 127.0.0.1
    </Location>
</VirtualHost>
"""


def person(number: object) -> dict[str, str]:
    """Who is logged in: what a site exports of its directory, and five groups."""
    return {"uid": f"user{number}", "cn": f"User {number}", "sn": f"User {number}", "mail": f"user{number}@example.com",
            "ou": "unit1", "departmentUID": "unit1", "employeeNumber": f"{number}", "login": f"user{number}",
            "groups": "group1; staff; everybody; the-application; its-administrators"}


class Contestant:
    """`enter` prepares the server's folder and its requests, and starts it; it returns when the server serves."""

    name = "plain"
    title = "plain httpd"
    library = ""  # the module, where it is one that does the work
    extra_packages = False  # of tests/bench/packages.txt

    def __init__(self, build: Path):
        self.build = build

    def takes_part(self, scenario: Scenario) -> bool:
        return (not scenario.contestants or self.name in scenario.contestants) and self.can(scenario)

    def can(self, scenario: Scenario) -> bool:
        return True

    def tally(self, server: MeasuredHttpd) -> Counter[str]:
        """What it counted itself up to now, where the scenario wants to know."""
        return Counter()

    def judge(self, scenario: Scenario, counted: Counter[str], requests: int) -> dict[str, float]:
        """Figures of `counted`, which is what the tally grew by over so many requests. Raises RuntimeError if they were not
        what the scenario is about."""
        return {}

    def enter(self, server: MeasuredHttpd, backend: int | None) -> None:
        cookies = [f"theme=dark; sso={secrets.token_urlsafe(32)}" for _ in range(server.scenario.sessions)]
        server.write_requests(cookies)
        server.serve("", "", backend)


class FloorProbe(Contestant):
    name = "floor"
    title = "floor probe"
    library = "mod_floor_probe.so"

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
    library = "mod_sso.so"
    redis: Redis | None = None  # where the sessions are, if not in a folder

    def enter(self, server: MeasuredHttpd, backend: int | None) -> None:
        scenario = server.scenario
        self.redis = server.beside.enter_context(Redis()).start() if scenario.redis else None
        store = self.redis.uri if self.redis else f"lmdb:{subfolder(server.folder, 'sessions', 0o770)}"
        settings = self._settings(server, scenario, store)
        cookies = self._sessions(server, settings, scenario.sessions)
        server_level = (server.add_module("sso", self.build / "mod_sso/mod_sso.so") +
                        f'SSOConfig "file:{settings}"\n' +
                        (f"SSOLocalCache {scenario.local_cache}\n" if scenario.local_cache else "") +
                        (f"SSOCache {scenario.shared_cache}\n" if scenario.shared_cache else ""))
        server.write_requests([f"theme=dark; sso={cookie}" for cookie in cookies])
        server.serve(server_level, "SSOEngine On", backend, STATUS if scenario.found_in else "")
        if scenario.found_in:
            wait_for(lambda: self._status(server)["watcher"]["listening"], 30, "nobody listens to the store")

    def tally(self, server: MeasuredHttpd) -> Counter[str]:
        if not server.scenario.found_in:
            return Counter()
        sessions = self._status(server)["sessions"]
        counted = Counter(sessions["misses"], lookups=sessions["lookups"])
        if self.redis:
            counted.update(self._redis_work(self.redis))
        return counted

    def judge(self, scenario: Scenario, counted: Counter[str], requests: int) -> dict[str, float]:
        if not scenario.found_in:
            return {}
        if counted["lookups"] != requests or counted[scenario.found_in] != requests:
            raise RuntimeError(f"{scenario.name}: of {requests} requests not all were found in {scenario.found_in}: "
                               f"{dict(counted)}")
        if self.redis is None:
            return {}
        return {"store_commands": counted["commands"] / requests, "store_trips": counted["reads"] / requests}

    @staticmethod
    def _status(server: MeasuredHttpd) -> dict:
        return server.get("status.test", "/?format=json", timeout=120).json()

    @staticmethod
    def _redis_work(redis: Redis) -> dict[str, int]:
        """How many commands were given, and how often the server read what had come: as often as somebody began a trip. The
        watcher's heartbeat is no part of it, nor is this question."""
        info = dict(line.split(":", 1) for line in redis.command("INFO", "everything").splitlines() if ":" in line)
        calls = {name.removeprefix("cmdstat_"): int(line.split("calls=")[1].split(",")[0])
                 for name, line in info.items() if name.startswith("cmdstat_")}
        pings = calls.get("ping", 0)
        asked = calls.get("info", 0)
        return {"commands": sum(calls.values()) - pings - asked,
                # a question of ours is read twice: its words, and that it has ended
                "reads": int(info["total_reads_processed"]) - pings - 2 * asked}

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
        if not server.scenario.redis:
            for file in (server.folder / "sessions").iterdir():
                own(file)
        return made.stdout.split()
