"""SetHandler sso-status: what it counts, who may see it, and the three forms in which it is shown."""

import base64
import hashlib
import re
import subprocess

import pytest

from sandbox.process import wait_for, write
from sandbox.protected_site import ProtectedSite

RULES = """
[vhost."app.test"]
url = "http://app.sso.test/"
rules = [
    { match = '^/open/', allow = 'unprotect' },
    { match = '^/skipped/', allow = 'skip' },
    { match = '^/closed/', allow = '$groups =~ /\\bgroup1\\b/' },
]
default = 'accept'
[vhost."quiet.test"]
url = "http://quiet.sso.test/"
"""
STATUS = """
<Location "/status">
    SetHandler sso-status
    Require {who}
</Location>
"""


def place(who: str) -> str:
    return STATUS.format(who=who)


@pytest.fixture(scope="module")
def site(build_dir):
    with ProtectedSite(build_dir, modules=("auth_basic", "authn_file", "authz_user")) as site:
        site.settings(RULES)
        site.httpd.page("/page.html", "page")
        for folder in ("open", "closed", "skipped"):
            site.httpd.page(f"/{folder}/page.html", "page")
        people = write(site.folder / "conf" / "people", "")
        subprocess.run(["/usr/bin/htpasswd", "-b", "-B", people, "watcher", "secret"], check=True, capture_output=True)
        site.start(
            site.host("app.test", "SSOEngine On\nAllowEncodedSlashes On")
            + site.host("quiet.test", "SSOEngine On") + site.host("unknown.test", "SSOEngine On")
            + site.host("status.test", place("ip 127.0.0.1"))
            + site.host("everybody.test", place("all granted"))
            + site.host("but-one.test", '<Location "/status">\nSetHandler sso-status\n<RequireAll>\n'
                                        "Require all granted\nRequire not ip 192.0.2.77\n</RequireAll>\n</Location>\n")
            + site.host("no-require.test", '<Location "/status">\nSetHandler sso-status\n</Location>\n')
            + site.host("somebody.test", '<Location "/status">\nSetHandler sso-status\nAuthType Basic\nAuthName x\n'
                                         f'AuthUserFile "{people}"\nRequire valid-user\n</Location>\n')
            + site.host("elsewhere.test", place("ip 192.0.2.77")))
        yield site


def state(site) -> dict:
    answer = site.get("status.test", "/status?format=json")
    assert answer.status == 200, answer.text
    assert answer.header("Content-Type") == "application/json"
    return answer.json()


def outcomes(site, host: str) -> dict:
    return state(site)["requests"]["virtual_hosts"].get(host, {})


def test_each_outcome_is_counted_under_its_virtual_host(site, watch):
    watch(site.httpd).announce("SSO0011", "SSO0010")
    cookie = site.login("alice")
    before = outcomes(site, "app.test")
    others = state(site)["requests"]["others"]["unknown_host"]
    asked = {
        "allowed": ("/page.html", cookie, 200), "unprotected": ("/open/page.html", None, 200),
        "skipped": ("/skipped/page.html", cookie, 200), "denied": ("/closed/page.html", cookie, 403),
        "to_login": ("/page.html", None, 302), "malformed": ("/a%2Fb", cookie, 400)}
    for number, (path, who, status) in enumerate(asked.values(), 1):
        for _ in range(number):
            assert site.get("app.test", path, who).status == status
    assert site.get("unknown.test", "/page.html", cookie).status == 403
    after = outcomes(site, "app.test")
    assert {name: after[name] - before.get(name, 0) for name in asked} == {
        name: number for number, name in enumerate(asked, 1)}
    assert state(site)["requests"]["others"]["unknown_host"] == others + 1


def test_the_time_of_a_decision_is_counted(site):
    before = state(site)["latency"]["header_parser"]["count"]
    site.get("app.test", "/page.html")
    now = state(site)["latency"]["header_parser"]
    assert now["count"] == before + 1
    assert 0 < now["mean_us"] < 1e6 and 0 < now["p50_us"] <= now["p99_us"]


def test_where_sessions_were_found_is_counted(site, watch):
    watch(site.httpd)
    cookie = site.login("bob")
    before = state(site)["sessions"]
    for _ in range(3):
        assert site.get("app.test", "/page.html", cookie).status == 200
    assert site.get("app.test", "/page.html", "sso=no-cookie-of-ours").status == 302
    site.logout(cookie)
    wait_for(lambda: site.get("app.test", "/page.html", cookie).status == 302, 10, "the session lives on")
    after = state(site)
    sessions = after["sessions"]
    more = {name: number - before["misses"][name] for name, number in sessions["misses"].items()}
    assert more["store"] == 1 and more["malformed"] == 1 and more["absent"] >= 1 and more["failed"] == 0
    assert sessions["l1_hits"] - before["l1_hits"] >= 2 and 0 < sessions["l1_hit_rate"] < 1
    assert sessions["l1_entries"] >= 0 and after["store"] == {"kind": "lmdb", "open": True, "given_up": False}


def test_the_watcher_and_how_far_it_has_come_can_be_seen(site, watch):
    watch(site.httpd)
    wait_for(lambda: state(site)["watcher"]["listening"], 10, "the watcher is not heard")
    before = state(site)["watcher"]
    assert before["possible"] and 0 <= before["revocation_lag_ms"] < 250
    site.logout(site.login("carol"))
    wait_for(lambda: state(site)["watcher"]["revoked"] > before["revoked"], 10, "the revocation is not counted")
    page = site.get("status.test", "/status").text
    assert "<dt>Watcher</dt><dd>listening</dd>" in page
    lines = site.get("status.test", "/status?format=prometheus").text.splitlines()
    assert "sso_watcher_listening 1" in lines
    assert any(line.startswith('sso_session_lookups_total{found="store"} ') for line in lines)


def test_counters_outlive_a_graceful_restart(site):
    site.get("app.test", "/page.html")
    before = state(site)
    site.httpd.graceful()
    after = state(site)
    assert after["configuration"]["process"] != before["configuration"]["process"]
    assert after["requests"] == before["requests"] and after["sessions"]["misses"] == before["sessions"]["misses"]
    assert after["counting_since"] == before["counting_since"]
    site.get("app.test", "/page.html")
    assert state(site)["requests"]["total"]["to_login"] == before["requests"]["total"]["to_login"] + 1


def test_a_version_that_is_refused_shows_and_the_one_that_serves_is_named(site, watch):
    watch(site.httpd).announce("SSO0101")
    good = state(site)["configuration"]
    assert good["refusal"] == [] and good["version"]
    site.settings(RULES + "\n<b> = 1\n")
    site.httpd.wait_for_log("SSO0101")
    bad = state(site)["configuration"]
    assert bad["version"] == good["version"]
    assert any("sso.toml" in line for line in bad["refusal"])
    page = site.get("status.test", "/status").text
    assert "The newest version is refused" in page and "saw '<'" in bad["refusal"][0] and "saw '<'" not in page
    assert "sso_configuration_refused 1\n" in site.get("status.test", "/status?format=prometheus").text
    site.settings(RULES)
    wait_for(lambda: state(site)["configuration"]["refusal"] == [], 10, "the refusal still shows")


def test_prometheus_can_read_it(site):
    site.get("app.test", "/page.html")
    answer = site.get("status.test", "/status?format=prometheus")
    assert answer.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
    sample = re.compile(r'[a-z_]+(\{[a-z]+="[^"\n]*"(,[a-z]+="[^"\n]*")*\})? [0-9.e+-]+')
    lines = answer.text.splitlines()
    assert all(line.startswith("# ") or sample.fullmatch(line) for line in lines), answer.text
    buckets = [int(line.rpartition(" ")[2]) for line in lines
               if line.startswith('sso_hook_duration_seconds_bucket{hook="header_parser"')]
    assert buckets == sorted(buckets) and buckets[-1] > 0, "cells of a histogram add up"
    assert f'sso_hook_duration_seconds_count{{hook="header_parser"}} {buckets[-1]}' in lines
    assert any(line.startswith('sso_requests_total{vhost="app.test",outcome="to_login"} ') for line in lines)


def test_the_page_is_for_people_and_lets_nothing_run(site):
    site.get("app.test", "/page.html")
    answer = site.get("status.test", "/status")
    assert answer.header("Content-Type") == "text/html; charset=utf-8"
    assert '<th scope="row">app.test</th>' in answer.text and '<html lang="en">' in answer.text
    style = re.search(r"<style>(.*)</style>", answer.text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.header("Content-Security-Policy")
    assert f"style-src 'sha256-{digest}'" in policy and "default-src 'none'" in policy
    assert answer.header("Cache-Control") == "no-store" and answer.header("X-Content-Type-Options") == "nosniff"
    assert "style=" not in answer.text and "<script" not in answer.text


@pytest.mark.parametrize("host", ["everybody.test", "but-one.test", "no-require.test"])
def test_a_place_that_lets_everybody_in_is_refused_and_logged(site, watch, host):
    watch(site.httpd).announce("SSO0420")
    answer = site.get(host, "/status?format=json")
    assert answer.status == 403 and "virtual_hosts" not in answer.text
    site.httpd.wait_for_log("SSO0420")


def test_httpds_own_refusals_hold(site, watch):
    watch(site.httpd).announce("AH01630")
    assert site.get("elsewhere.test", "/status").status == 403
    assert site.get("somebody.test", "/status").status == 401
    known = base64.b64encode(b"watcher:secret").decode()
    assert site.get("somebody.test", "/status", headers={"Authorization": f"Basic {known}"}).status == 200


def test_a_look_at_the_page_logs_nothing_in_a_strangers_name(site, watch):
    watch(site.httpd)  # fails the test for a line of httpd's "client denied"
    assert site.get("status.test", "/status").status == 200


def test_only_reading_is_answered(site):
    posted = site.get("status.test", "/status", method="POST")
    assert posted.status == 405 and "GET" in posted.header("Allow")
    assert site.get("status.test", "/status?format=json", method="HEAD").status == 200
    assert site.get("status.test", "/status?format=xml").status == 400
