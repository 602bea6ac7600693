"""Starts the whole system and the scenarios of *.test.mjs on it, and tells pytest how each of them went."""

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

from sandbox.system import System, default_build  # noqa: E402

FILES = sorted(HERE.glob("*.test.mjs"))
SCENARIOS = [name for file in FILES for name in re.findall(r'^scenario\("([^"]+)"', file.read_text(), re.MULTILINE)]


@dataclass
class Outcome:
    passed: bool
    story: str


@pytest.fixture(scope="session")
def outcomes() -> dict[str, Outcome]:
    """Runs them all, once."""
    assert (HERE / "node_modules/playwright-core").is_dir(), "run npm ci in tests/browser first"
    with System() as system:
        environment = {**os.environ, "SSO_SYSTEM": json.dumps(system.description()),
                       "SSO_SCREENSHOTS": str(default_build().parent / "screenshots")}
        run = subprocess.run(["node", "--test", "--test-reporter=tap", *map(str, FILES)], cwd=HERE, env=environment,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600, check=False)
        log = system.httpd.log_tail(40)
    return read_tap(run.stdout, log)


def read_tap(text: str, log: str) -> dict[str, Outcome]:
    """The points of a TAP report, at whatever depth; what stands behind a point is its story."""
    found: dict[str, Outcome] = {}
    points = list(re.finditer(r"^ *(not )?ok \d+ - (.*)$", text, re.MULTILINE))
    for point, following in zip(points, [*points[1:], None]):
        story = text[point.start():following.start() if following else len(text)]
        found[point.group(2)] = Outcome(not point.group(1), f"{story}\n{log}")
    if not any(name in found for name in SCENARIOS):
        raise AssertionError(f"no scenario was run:\n{text[-4000:]}\n{log}")
    return found


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name, outcomes):
    assert name in outcomes, "this scenario was not run"
    assert outcomes[name].passed, outcomes[name].story
