"""Registration's tests change /etc and listen on port 22: they run on a private machine, by scripts/private-machine."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(Path(__file__).parent))

from world import World  # noqa: E402


def pytest_sessionstart():
    if not Path("/run/copies/etc").is_dir():
        pytest.exit("these tests change the machine: run scripts/private-machine python3 -m pytest tests/registration", 2)


@pytest.fixture(scope="session")
def build_dir() -> Path:
    return Path(os.environ.get("SSO_BUILD_DIR", ROOT / "build" / "dev")).resolve()


@pytest.fixture(scope="session")
def running_world(build_dir):
    world = World(build_dir)
    try:
        yield world.start()
    finally:
        world.stop()


@pytest.fixture
def world(running_world):
    """The server with nothing registered, its configuration as at first, and its directory running."""
    running_world.configure()
    running_world.reset()
    yield running_world
