"""The portals of these tests: one of each kind for a file of them, one directory for all."""

import pytest

from sandbox.slapd import Slapd
from tests.support.portal_server import serve


@pytest.fixture(scope="session")
def slapd():
    with Slapd() as server:
        server.start()
        yield server


@pytest.fixture(scope="module", params=["cgi", "fastcgi"])
def running(request, build_dir, slapd):
    server = serve(request.param, build_dir, slapd)
    yield server
    server.httpd.stop()


@pytest.fixture(scope="module")
def running_https(build_dir, slapd):
    """A portal that browsers reach by https, through a balancer that ends TLS."""
    server = serve("cgi", build_dir, slapd, "https://auth.example.com/")
    yield server
    server.httpd.stop()


@pytest.fixture
def portal(running, watch):
    watch(running.httpd)
    return running


@pytest.fixture
def https_portal(running_https, watch):
    watch(running_https.httpd)
    return running_https
