"""A header of ours that is called as a word which Connection says every day reaches the application nevertheless."""

import pytest

from sandbox.protected_site import ProtectedSite, values
from tests.support.clients import Connection, Request

HOST = """
[vhost."app.test"]
url = "http://app.sso.test/"
default = "accept"
[vhost."app.test".headers]
Close = '$uid'
"""


@pytest.mark.parametrize("options", ("close", "Close", "keep-alive", "keep-alive, close"))
def test_a_header_of_ours_that_is_called_close_is_not_dropped_on_the_way(build_dir, options):
    with ProtectedSite(build_dir) as site:
        site.settings(HOST)
        site.start(site.proxy("app.test", "SSOEngine On"))
        alice = site.login("alice")
        with Connection(site.httpd.port) as connection:
            answer = connection.ask(Request("app.test", "/page?format=json", headers=(
                ("Cookie", alice), ("Connection", options), ("Close", "mallory"))))
        assert answer.status == 200, answer.text
        assert values(answer.json(), "Close") == ["alice"]
