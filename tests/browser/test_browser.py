"""Starts the whole system once for each *.test.mjs, and its scenarios on it, and tells pytest how each of them went."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from sandbox.process import own, write  # noqa: E402
from sandbox.system import System, default_build  # noqa: E402

FILES = sorted(HERE.glob("*.test.mjs"))
SCENARIOS = [(file.name, name) for file in FILES
             for name in re.findall(r'^(?:scenario|administrator)\(\s*"([^"]+)"', file.read_text(), re.MULTILINE)]

# The manager's people: admin may do all, helene may read, zoe gets in and may do nothing, all others stay outside.
MANAGER_CHANGES = {
    """title = "Manager"
default = '$uid eq "admin"'""": """title = "Manager"
default = '$uid =~ /^(admin|helene|zoe)$/'""",
    """read = '$uid eq "admin"'""": """read = '$uid =~ /^(admin|helene)$/'""",
}
HOSTILE_USER = '<img src=x onerror="document.title=\'pwned\'">'


@dataclass
class Outcome:
    passed: bool
    story: str


def prepared(system: System, file: str) -> dict:
    """What the scenarios of a file are told of the system, after what they need is there."""
    description = system.description()
    if file == "manager.test.mjs":
        attributes = write(system.folder / "etc/hostile.json",
                           json.dumps({"uid": HOSTILE_USER, "ipAddr": HOSTILE_USER, "_user": HOSTILE_USER}), 0o600)
        made = system.ssoctl("session", "create", "--attributes", str(own(attributes, 0o600)))
        assert made.returncode == 0, made.stderr
        description["hostile_user"] = HOSTILE_USER
    return description


def run(file: Path) -> dict[tuple[str, str], Outcome]:
    with System(toml_changes=MANAGER_CHANGES if file.name == "manager.test.mjs" else None) as system:
        environment = {**os.environ, "SSO_SYSTEM": json.dumps(prepared(system, file.name)),
                       "SSO_SCREENSHOTS": str(default_build().parent / "screenshots")}
        ended = subprocess.run(["node", "--test", "--test-reporter=tap", str(file)], cwd=HERE, env=environment,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600, check=False)
        log = system.httpd.log_tail(40)
    return {(file.name, name): outcome for name, outcome in read_tap(ended.stdout, log).items()}


@pytest.fixture(scope="session")
def outcomes() -> dict[tuple[str, str], Outcome]:
    """Runs them all, once."""
    assert (HERE / "node_modules/playwright-core").is_dir(), "run npm ci in tests/browser first"
    return {name: outcome for file in FILES for name, outcome in run(file).items()}


def read_tap(text: str, log: str) -> dict[str, Outcome]:
    """The points of a TAP report, at whatever depth; what stands behind a point is its story."""
    found: dict[str, Outcome] = {}
    points = list(re.finditer(r"^ *(not )?ok \d+ - (.*)$", text, re.MULTILINE))
    for point, following in zip(points, [*points[1:], None]):
        story = text[point.start():following.start() if following else len(text)]
        found[point.group(2)] = Outcome(not point.group(1), f"{story}\n{log}")
    if not any(name in found for _, name in SCENARIOS):
        raise AssertionError(f"no scenario was run:\n{text[-4000:]}\n{log}")
    return found


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario[1])
def test_scenario(scenario, outcomes):
    assert scenario in outcomes, "this scenario was not run"
    assert outcomes[scenario].passed, outcomes[scenario].story
