"""The manager's REST in the whole system: who may, what is refused, and what a publish does to the applications; with
the configuration's versions in a folder and on a Redis server."""

import json
import time

import pytest

from sandbox.browser import Browser
from sandbox.process import wait_for, write
from sandbox.system import System
from tests.support.people import HOSTILE, log_in

RULE = 'vhost."app1.sso.localhost".rules[0].allow'
MANAGER = 'vhost."manager.sso.localhost"'


@pytest.fixture(scope="module", params=["dir", "redis"])
def system(request):
    with System(config=request.param) as running:
        yield running
        running.check_alive()


class Api:
    """Somebody's requests to /api/v1/, as a script of the manager's own pages makes them."""

    def __init__(self, system: System, user: str):
        self.system = system
        self.browser = log_in(system, user)
        self.page = None

    def __call__(self, method: str, path: str, body=None, status: int = 200, **headers):
        sent = {"Accept": "application/json", "Origin": self.system.url("manager").rstrip("/"),
                "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors",
                **({"Content-Type": "application/json"} if body is not None else {}),
                **{name.replace("_", "-"): value for name, value in headers.items()}}
        text = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        url = self.system.url("manager", f"/api/v1/{path}")
        self.page = self.browser._request(method, url, text, {k: v for k, v in sent.items() if v is not None})
        assert self.page.status == status, f"{method} {path}: {self.page.status}\n{self.page.text[:3000]}"
        return json.loads(self.page.text)

    @property
    def etag(self) -> str:
        return self.page.header("ETag")

    def newest(self) -> str:
        self("GET", "config")
        return self.etag

    def publish(self, *edits, status: int = 200, **more):
        """On top of the newest version."""
        etag = self.newest()
        return self("PUT", "config", {"edits": list(edits), **more}, status, If_Match=etag)


@pytest.fixture(scope="module")
def admin(system):
    return Api(system, "admin")


@pytest.fixture(scope="module")
def alice(system, admin):
    """She gets to the manager in these tests, may read, and change nothing."""
    admin.publish({"set": f"{MANAGER}.default", "value": '$uid eq "admin" or $uid eq "alice"'},
                  {"set": "manager.roles.read", "value": '$uid eq "admin" or $groups =~ /\\bgroup1\\b/'})
    somebody = Api(system, "alice")
    wait_for(lambda: all(somebody.browser.get(system.url("manager")).status == 200 for _ in range(8)), 10,
             "the new rule in all processes")
    return somebody


def app1(browser: Browser, system: System) -> int:
    return browser.get(system.url("app1", "/protected/x")).status


def log_of(system: System) -> str:
    return system.httpd.log_tail(400)


# what it is for

def test_a_published_rule_is_obeyed_within_moments_and_taken_back(system, admin, measured):
    visitor = log_in(system, "alice")
    assert app1(visitor, system) == 200
    before = admin("GET", "config")
    answer = admin.publish({"set": RULE, "value": "deny"}, message="closed for now")
    began = time.monotonic()
    wait_for(lambda: app1(visitor, system) == 403, 10, "the new rule")
    took = time.monotonic() - began
    measured(f"a publish was obeyed after {took * 1000:.0f} ms ({system.config})")
    assert took < 5, "one second, and what a busy machine adds"
    newest, *_ = admin("GET", "config/versions")
    assert newest == {**answer, "author": "admin", "message": "closed for now"}
    changed = admin("GET", f"config/diff?from={newest['version'] - 1}&to={newest['version']}")
    assert "allow = 'deny'" in changed["difference"]
    assert admin("GET", "config")["text"].splitlines()[:2] == before["text"].splitlines()[:2], "comments stay"
    etag = admin.newest()
    admin("PUT", "config", {"version": newest["version"] - 1}, If_Match=etag)
    wait_for(lambda: app1(visitor, system) == 200, 10, "the old rule")
    assert admin("GET", "config")["text"] == before["text"]
    assert admin("GET", "config/versions")[0]["message"] == f"back to version {newest['version'] - 1}"
    assert f"SSO0613 notice: published version {answer['version']}" in log_of(system)
    assert "closed for now, by admin from 127.0.0.1" in log_of(system)


def test_status_tells_who_asks_what_serves_and_whether_it_stands(system, admin):
    status = admin("GET", "status")
    assert status["user"] == "admin"
    assert status["roles"] == {"read": True, "sessions": True, "change": True}
    assert status["origin"] == system.config_uri and status["versions"] is True and status["writable"] is True
    assert status["version"] == admin("GET", "config/versions")[0]["version"]
    assert status["store"] == {"kind": "lmdb", "ok": True} and status["directory"] == {"ok": True}
    assert status["refused"] == [] and isinstance(status["warnings"], list)


def test_the_configuration_is_given_as_text_and_as_json_in_written_order(admin):
    answer = admin("GET", "config")
    assert admin.etag == f'"{answer["version"]}"'
    hosts = [name for name in answer["settings"]["vhost"]]
    assert hosts == ["app1.sso.localhost", "app2.sso.localhost", "manager.sso.localhost"]
    assert list(answer["settings"]["exported_variables"])[:3] == ["uid", "cn", "ou"]
    first = admin("GET", "config?version=1")
    assert "[manager.roles]" in first["text"] and first["version"].startswith("1-")
    admin("GET", "config?version=999", status=404)
    admin("GET", "config?version=x", status=400)
    admin("GET", "config?versoin=1", status=400)


def test_the_schema_says_of_each_setting_what_a_form_needs(admin):
    schema = admin("GET", "config/schema")
    tables = {table["name"]: {field["name"]: field for field in table["fields"]} for table in schema["tables"]}
    assert tables["session"]["lifetime"] == {**tables["session"]["lifetime"], "kind": "duration", "type": "text",
                                             "default": "20h", "range": "5min to 7d"}
    assert tables["portal"]["url"]["required"] is True and "default" not in tables["portal"]["url"]
    assert tables["cookie"]["same_site"]["choices"] == ["lax", "strict", "none"]
    assert tables["authentication"]["backends"]["default"] == ["ldap"]
    assert tables["authentication.ldap"]["start_tls"]["default"] is False
    assert tables["authentication.ldap"]["level"] == {**tables["authentication.ldap"]["level"], "default": 2,
                                                      "type": "number", "range": "0 to 99"}
    assert tables["cookie"]["secure"]["default_text"] and "default" not in tables["cookie"]["secure"]
    assert tables["manager.roles"]["change"]["default"] == "deny"
    assert "match" in tables['vhost."NAME".rules'] and "default" in tables['vhost."NAME"']
    assert "optional" in tables['vhost."NAME".headers.HEADER']
    assert [table["name"] for table in schema["open_tables"]] == [
        "exported_variables", "macros", "groups", 'vhost."NAME".headers']


# what stops a change

def test_what_is_wrong_is_said_with_its_place_and_not_published(admin):
    number = admin("GET", "config/versions")[0]["version"]
    answer = admin.publish({"set": RULE, "value": '$uid = "x"'}, status=422)
    assert answer["error"] == "invalid"
    [error] = [each for each in answer["diagnostics"] if each["severity"] == "error"]
    assert error["key"] == RULE and error["line"] > 1 and error["column"] > 1 and "eq" in error["message"]
    checked = admin("POST", "config/check", {"edits": [{"set": RULE, "value": '$uid = "x"'}]})
    assert checked["valid"] is False and checked["diagnostics"] == answer["diagnostics"]
    assert "+rules" in checked["difference"]
    assert admin.etag == admin.newest()
    second = {"set": 'vhost."app1.sso.localhost".rules[1]', "toml": "{ match = '^/protected/a', allow = 'deny' }"}
    warned = admin.publish(second, status=422)
    assert warned["error"] == "warnings" and "never reached" in warned["diagnostics"][-1]["message"]
    assert admin.publish({"set": RULE, "value": "accept"}, {"remove": "macros.none"}, status=422)["edit"] == 1
    unchanged = admin("PUT", "config", {"version": number}, 422, If_Match=admin.newest())
    assert unchanged["error"] == "invalid" and f"that of version {number}" in unchanged["message"]
    assert admin("GET", "config/versions")[0]["version"] == number
    assert admin.publish(second, accept_warnings=True, message="on purpose")["version"] == number + 1
    admin("PUT", "config", {"version": number}, If_Match=admin.newest())


def test_of_two_at_once_the_second_gets_the_difference(admin):
    began = admin.newest()
    admin.publish({"set": "session.lifetime", "value": "19h"}, message="first")
    answer = admin("PUT", "config", {"edits": [{"set": "session.lifetime", "value": "18h"}]}, 409, If_Match=began)
    assert answer["error"] == "conflict"
    assert answer["newest"]["message"] == "first" and "+lifetime = '19h'" in answer["difference"]
    assert answer["etag"] == admin.newest()
    for header in (None, "*"):
        assert admin("PUT", "config", {"edits": []}, 428, If_Match=header)["error"] == "if_match"
    admin("PUT", "config", {"edits": []}, 409, If_Match='"0-0"')
    compressed = admin.newest().rstrip('"') + '-gzip"'
    admin("PUT", "config", {"edits": [{"remove": "session.lifetime"}]}, If_Match=f"W/{compressed}")


@pytest.mark.parametrize("edit, why", [
    ({"set": "manager.roles.change", "value": '$uid eq "carol"'}, "manager.roles.change"),
    ({"set": "manager.roles.read", "value": "deny"}, "manager.roles.read"),
    ({"set": f"{MANAGER}.default", "value": "deny"}, MANAGER),
    ({"set": f"{MANAGER}.rules", "toml": "[{ match = '^/api/', allow = '$uid eq \"carol\"' }]"}, MANAGER),
    ({"set": f"{MANAGER}.maintenance", "toml": "true"}, "maintenance"),
    ({"remove": MANAGER}, "manager.sso.localhost"),
    ({"set": "session.what_to_trace", "value": "$mail"}, "manager.roles.read"),
    ({"set": "authentication.ldap.uri", "toml": '["ldap://127.0.0.1:9"]'}, "directory"),
])
def test_who_would_lock_themselves_out_is_asked(system, admin, edit, why):
    number = admin("GET", "config/versions")[0]["version"]
    answer = admin.publish(edit, status=422, accept_warnings=True)
    assert answer["error"] == "lockout" and why in answer["message"]
    assert admin("GET", "config/versions")[0]["version"] == number


def test_who_has_confirmed_it_is_locked_out(system, admin):
    number = admin.publish({"set": "manager.roles.change", "value": "deny"}, accept_lockout=True)["version"]
    assert admin("GET", "status")["roles"] == {"read": True, "sessions": True, "change": False}
    assert admin("PUT", "config", {"version": number - 1}, 403, If_Match=admin.newest())["error"] == "role"
    assert system.ssoctl("config", "rollback", str(number - 1), "--accept-warnings").returncode == 0
    assert admin("GET", "status")["roles"]["change"] is True


# who may

def test_who_has_no_role_changes_nothing_and_at_last_sees_nothing(system, alice, admin):
    before = admin("GET", "config")["version"]
    assert alice("GET", "status")["roles"] == {"read": True, "sessions": False, "change": False}
    etag = alice.newest()
    refused = alice("PUT", "config", {"edits": [{"set": RULE, "value": "accept"}]}, 403, If_Match=etag)
    assert refused["error"] == "role"
    alice("DELETE", "sessions?user=admin", status=403)
    [session, *_] = alice("GET", "sessions?user=admin")["sessions"]
    alice("DELETE", f"sessions/{session['id']}", status=403)
    assert admin("GET", "config")["version"] == before
    admin.publish({"set": "manager.roles.read", "value": '$uid eq "admin"'})
    assert alice.browser.get(system.url("manager")).status == 403
    for method, path, body in (("GET", "status", None), ("GET", "config", None), ("GET", "config?version=1", None),
                               ("GET", "config/schema", None), ("GET", "config/versions", None),
                               ("GET", "config/diff?from=0&to=1", None), ("GET", "sessions", None),
                               ("GET", f"sessions/{session['id']}", None), ("POST", "config/check", {"version": 1}),
                               ("POST", "explain", {"url": system.url("app1"), "user": "admin"})):
        answer = alice(method, path, body, status=403)
        assert set(answer) == {"error", "message"} and answer["error"] == "role", path
    admin.publish({"set": "manager.roles.read", "value": '$uid eq "admin" or $groups =~ /\\bgroup1\\b/'})
    assert alice.browser.get(system.url("manager")).status == 200


def test_a_role_whose_rule_fails_is_no_role(alice, admin):
    """The expression runs into the bound on texts that an expression may make."""
    admin.publish({"set": "manager.roles.sessions", "value": '$uid eq "admin" or ($uid x 1000000) ne ""'})
    assert alice("GET", "status")["roles"]["sessions"] is False
    admin.publish({"set": "manager.roles.sessions", "value": '$uid eq "admin"'})


def test_who_is_not_let_in_sees_nothing(system):
    answer = Browser({"Accept": "application/json"}).get(system.url("manager", "/api/v1/config"))
    assert answer.status == 401 and "text" not in json.loads(answer.text)
    answer = log_in(system, "bob").get(system.url("manager", "/api/v1/config"))
    assert answer.status == 403 and "vhost" not in answer.text


@pytest.mark.parametrize("headers", [
    {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}, {"Sec_Fetch_Site": "none"},
    {"Origin": "http://app1.sso.localhost"}, {"Origin": "null"},
])
def test_pages_of_other_sites_change_nothing(admin, headers):
    etag = admin.newest()
    answer = admin("PUT", "config", {"edits": [{"set": RULE, "value": "accept"}]}, 403, If_Match=etag, **headers)
    assert answer["error"] == "foreign"
    assert admin("DELETE", "sessions?user=dave", status=403, **headers)["error"] == "foreign"
    assert admin("POST", "explain", {"url": "http://a/"}, 403, **headers)["error"] == "foreign"


def test_a_program_says_nothing_of_sites(admin):
    answer = admin("POST", "explain", {"url": "http://a/"}, Origin=None, Sec_Fetch_Site=None, Sec_Fetch_Mode=None)
    assert answer["status"] == 403


def test_a_form_is_no_request_of_ours(admin):
    assert admin("POST", "explain", b"url=x", 415, Content_Type="application/x-www-form-urlencoded")["error"] == "type"
    admin("POST", "config/check", b"{}", 415, Content_Type="text/plain")
    admin("PUT", "config", b"{}", 415, Content_Type="text/plain", If_Match=admin.newest())


# sessions

def test_sessions_are_listed_filtered_and_ended(system, admin):
    zoe = log_in(system, "zoe", agent=HOSTILE)
    log_in(system, "zoe")
    listed = admin("GET", "sessions?user=zoe")
    assert {s["user"] for s in listed["sessions"]} == {"zoe"} and len(listed["sessions"]) == 2
    assert HOSTILE in {s["user_agent"] for s in listed["sessions"]} and "cursor" not in listed
    assert zoe.cookie("sso").value not in admin.page.text
    assert admin("GET", "sessions?user=zoe&address=192.0.2.1")["sessions"] == []
    assert len(admin("GET", "sessions?user=zoe&address=127.0.0.1&newer=1h")["sessions"]) == 2
    assert admin("GET", "sessions?user=zoe&older=1h")["sessions"] == []
    for wrong in ("older=x", "newer=-1h", "cursor=x", "cursor=1-ff", "usr=zoe"):
        admin("GET", f"sessions?{wrong}", status=400)
    [one] = [s["id"] for s in listed["sessions"] if s["user_agent"] == HOSTILE]
    shown = admin("GET", f"sessions/{one}")
    assert shown["user"] == "zoe" and shown["sealed"] is True and shown["attributes"] is None
    assert shown["ends"] > shown["created"] and zoe.cookie("sso").value not in admin.page.text
    assert admin("DELETE", f"sessions/{one}") == {"ended": 1}
    wait_for(lambda: zoe.get(system.url("app1")).status == 302, 10, "the end of her session")
    for method in ("GET", "DELETE"):
        admin(method, f"sessions/{one}", status=404)
        admin(method, "sessions/xyz", status=400)
    assert admin("DELETE", "sessions?user=zoe") == {"ended": 1}
    assert admin("DELETE", "sessions?user=zoe") == {"ended": 0}
    admin("DELETE", "sessions", status=400)
    assert f"SSO0614 notice: ended session {one}, by admin from 127.0.0.1" in log_of(system)
    assert "SSO0614 notice: ended sessions of zoe (1), by admin" in log_of(system)


def test_long_lists_of_sessions_come_in_pages(system, admin):
    attributes = write(system.folder / "attributes.json", '{"uid": "robot%d"}')
    made = system.ssoctl("session", "create", "--attributes", str(attributes), "--count", "1200")
    assert made.returncode == 0, made.stderr
    users, cursor, pages = [], "", 0
    while True:
        page = admin("GET", f"sessions?newer=1h&cursor={cursor}")
        users += [session["user"] for session in page["sessions"]]
        pages += 1
        if "cursor" not in page:
            break
        cursor = page["cursor"]
    robots = [user for user in users if user.startswith("robot")]
    assert len(robots) == len(set(robots)) == 1200 and pages == 3


# explanations

def test_explanations_by_the_directory_and_by_attributes_are_those_of_ssoctl(system, admin):
    url = system.url("app2", "/site/x")
    answer = admin("POST", "explain", {"url": url, "user": "admin", "ip": "192.0.2.4"})
    assert answer["verdict"] == "allow" and answer["user"] == "admin"
    assert {h["name"]: h["value"] for h in answer["headers"]} == {"Authorization": "***", "Remote-IP": "192.0.2.4"}
    told = json.loads(system.ssoctl("explain", "--user", "admin", "--ip", "192.0.2.4", url, "--json").stdout)
    assert answer == told
    answer = admin("POST", "explain", {"url": url, "attributes": {"uid": HOSTILE, "groups": "group2"}})
    assert answer["verdict"] == "allow" and answer["rules"][0]["steps"] and answer["user"] == HOSTILE
    assert admin("POST", "explain", {"url": url})["verdict"] == "authenticate"
    assert admin("POST", "explain", {"url": url, "method": "POST", "user": "bob"})["status"] == 200
    assert admin("POST", "explain", {"url": url, "user": "nobody"}, 404)["error"] == "not_found"


# hostile and malformed

@pytest.mark.parametrize("path, body", [
    ("config/check", b""), ("config/check", b"[1]"), ("config/check", b'{"text": 1}'),
    ("config/check", b'{"edits": [{}]}'), ("config/check", b'{"edits": [{"set": "a", "value": "1", "to": 2}]}'),
    ("config/check", b'{"edits": [{"set": "a", "value": "1", "toml": "1"}]}'),
    ("config/check", b'{"text": "", "version": 1}'), ("config/check", b'{"txet": ""}'), ("config/check", b"{}"),
    ("config/check", b'{"edits": {}}'), ("config/check", b'{"version": -1}'), ("config/check", b'{"text": "\xff"}'),
    ("explain", b"{}"), ("explain", b'{"url": "ftp://x/"}'),
    ("explain", b'{"url": "http://a/", "user": "x", "attributes": {}}'),
    ("explain", b'{"url": "http://a/", "attributes": ' + b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"}"),
    ("explain", b"[" * 1_000_000),
])
def test_bodies_that_say_nothing_are_refused(admin, path, body):
    answer = admin("POST", path, body, 400)
    assert answer["error"] == "invalid" and answer["message"]


def test_there_is_nothing_at_other_addresses_and_by_other_methods(admin):
    assert admin("GET", "nothing", status=404)["error"] == "not_found"
    admin("POST", "config", {}, 405)
    assert admin.page.header("Allow") == "GET, PUT"
    admin("DELETE", "config", status=405)
    admin("PATCH", "sessions", {}, status=405)


def test_a_large_configuration_fits_and_a_larger_body_does_not(admin):
    text = admin("GET", "config")["text"] + "# é filler\n" * 200_000
    assert admin("POST", "config/check", {"text": text})["valid"] is True
    answer = admin("POST", "config/check", {"text": text + "# filler\n" * 400_000})
    assert answer["valid"] is False
    page = admin.browser._request("POST", admin.system.url("manager", "/api/v1/config/check"), b"x" * 13_000_000,
                                  {"Content-Type": "application/json", "Accept": "application/json"})
    assert page.status == 413


def test_hostile_texts_come_back_as_json_and_nothing_else(system, admin):
    script = "<script>alert(1)</script>"
    edits = [{"insert": 'vhost."app1.sso.localhost".rules[0]',
              "toml": json.dumps(script).join(["{ match = '^/x', allow = 'accept', comment = ", " }"])},
             {"set": "macros.hostile", "value": f'"{script}"'}]
    published = admin.publish(*edits, message=script, accept_warnings=True)
    assert published["message"] == script
    log_in(system, "dave", agent=script)
    for method, path, body in (("GET", "config", None), ("GET", "config/versions", None),
                               ("POST", "config/check", {"text": script}), ("GET", "sessions?user=dave", None),
                               ("GET", f"sessions?user={'%3Cscript%3E'}", None),
                               ("GET", f"config/diff?from=1&to={published['version']}", None),
                               ("POST", "explain", {"url": system.url("app1", "/x"), "attributes": {"uid": script}})):
        admin(method, path, body)
        headers = {name.lower(): value for name, value in admin.page.headers}
        assert headers["content-type"] == "application/json" and headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "no-store" in headers["cache-control"], path
    assert admin("GET", "nothing%3Cscript%3E", status=404)
    assert "nosniff" in admin.page.header("X-Content-Type-Options")
    admin("PUT", "config", {"version": published["version"] - 1}, If_Match=admin.newest())


# a configuration that a person keeps

def test_a_file_is_shown_and_never_written():
    with System(config="file") as system:
        admin = Api(system, "admin")
        status = admin("GET", "status")
        assert status["versions"] is False and status["writable"] is False and status["version"] is None
        before = (system.folder / "etc/sso.toml").read_bytes()
        assert admin("GET", "config")["text"].encode() == before
        answer = admin("PUT", "config", {"edits": [{"set": RULE, "value": "deny"}]}, 403, If_Match=admin.etag)
        assert answer["error"] == "file" and "ssoctl" in answer["message"]
        assert (system.folder / "etc/sso.toml").read_bytes() == before
        assert admin("POST", "config/check", {"edits": [{"set": RULE, "value": "deny"}]})["valid"] is True
        for path in ("config?version=1", "config/versions", "config/diff?from=1&to=2"):
            admin("GET", path, status=404)
