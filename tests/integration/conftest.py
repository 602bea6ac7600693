"""What the integration tests share: where the built programs are, and a log that is watched during each test."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


@pytest.fixture(scope="session")
def build_dir() -> Path:
    """Where the programs were built: SSO_BUILD_DIR, else build/dev."""
    folder = Path(os.environ.get("SSO_BUILD_DIR", ROOT / "build" / "dev")).resolve()
    assert folder.is_dir(), f"nothing is built in {folder}: run cmake --preset dev && cmake --build build/dev"
    return folder


@pytest.fixture
def watch():
    """`watch(httpd)` begins this test's part of that server's error log. At its end the test fails on any warning or
    error there whose number it did not announce with `httpd.announce`."""
    watched = []

    def begin(httpd):
        httpd.mark_log()
        watched.append(httpd)
        return httpd

    yield begin
    for httpd in watched:
        lines = httpd.unannounced()
        assert not lines, "not announced by the test:\n" + "\n".join(lines)


@pytest.fixture
def measured(request):
    """`measured(text)` adds a line to the file that SSO_MEASURED names: what a stress test took and found."""
    def note(text: str) -> None:
        if path := os.environ.get("SSO_MEASURED"):
            with open(path, "a", encoding="utf-8") as file:
                file.write(f"{request.node.name}: {text}\n")
    return note
