"""mod_sso under each of httpd's process models."""

import concurrent.futures
import json
import subprocess

import pytest

from sandbox.protected_site import ProtectedSite, values

SETTINGS = """
[vhost."app.test"]
url = "http://app.sso.test/"
rules = [ { match = '^/never/', allow = 'deny' } ]
"""


@pytest.mark.parametrize("mpm", ["event", "worker", "prefork"])
def test_many_people_at_once_each_get_their_own_identity_over_restarts_and_live_changes(build_dir, watch, mpm):
    with ProtectedSite(build_dir, mpm=mpm) as site:
        watch(site.httpd)
        site.settings(SETTINGS)
        site.start(site.proxy("app.test", "SSOEngine On"))
        people = {f"user{n}": site.login(f"user{n}") for n in range(12)}

        def visit(round_and_name):
            number, name = round_and_name
            if number % 7 == 0:
                assert site.get("app.test", "/page").status == 302
            if number % 5 == 0:
                assert site.get("app.test", "/never/x", people[name]).status == 403
            return name, values(site.seen("app.test", f"/page?n={number}", people[name]), "Auth-User")

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for turn in range(3):
                visits = [(n, name) for n in range(12) for name in people]
                for name, seen in pool.map(visit, visits):
                    assert seen == [name]
                site.settings(SETTINGS + f'title = "turn {turn}"\n')
                site.httpd.graceful()
        assert site.get("app.test", "/never/x", people["user0"]).status == 403


def test_a_request_over_http2_is_treated_like_any_other(build_dir, watch):
    with ProtectedSite(build_dir, modules=("http2",)) as site:
        watch(site.httpd)
        site.settings(SETTINGS)
        site.start(site.proxy("app.test", "SSOEngine On"), "Protocols h2c http/1.1")
        alice = site.login("alice")

        def curl(path: str, *headers: str) -> tuple[str, str]:
            words = [word for header in headers for word in ("-H", header)]
            done = subprocess.run(["curl", "-sS", "--http2-prior-knowledge", "-m", "10", "-H", "Host: app.test", *words,
                                   "-w", "\n%{http_version} %{http_code}", f"http://127.0.0.1:{site.httpd.port}{path}"],
                                  capture_output=True, text=True, check=True, timeout=20)
            body, _, line = done.stdout.rpartition("\n")
            return line, body

        assert curl("/page") == ("2 302", curl("/page")[1])
        assert curl("/never/page", f"Cookie: {alice}")[0] == "2 403"
        line, body = curl("/page?format=json", f"Cookie: {alice}; other=1", "auth_user: mallory", "Auth-User: mallory")
        assert line == "2 200" and "mallory" not in body
        seen = json.loads(body)
        assert values(seen, "Auth-User") == ["alice"] and values(seen, "Cookie") == ["other=1"]
