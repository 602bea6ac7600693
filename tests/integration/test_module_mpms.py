"""mod_sso under each of httpd's process models."""

import concurrent.futures

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
