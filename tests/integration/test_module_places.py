"""Rules, headers and requirements in httpd's own configuration, what logs learn of a decision, and SSOEngine
DetectionOnly."""

from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.echo_app import MARK
from sandbox.process import wait_for
from sandbox.protected_site import PORTAL, ProtectedSite, values

SETTINGS = r"""
[vhost."app.test"]
url = "http://app.sso.test/"
rules = [ { match = '^/place/of-host', allow = 'deny' }, { match = '^/open/', allow = 'unprotect' } ]
[vhost."app.test".headers]
Auth-User = '$uid'
[vhost."level.test"]
url = "http://level.sso.test/"
level = 2
rules = [ { match = '^/required/any', allow = 'accept', level = 0 },
          { match = '^/required/strong', allow = 'accept', level = 3 },
          { match = '^/required/open', allow = 'unprotect' } ]
[vhost."require.test"]
url = "http://require.sso.test/"
rules = [ { match = '^/', allow = 'deny' } ]
[vhost."detect.test"]
url = "http://detect.sso.test/"
rules = [ { match = '^/never/', allow = 'deny' }, { match = '^/open/', allow = 'unprotect' } ]
[vhost."files.test"]
url = "http://files.sso.test/"
rules = [ { match = '^/front/', allow = 'unprotect' }, { match = '^/open/', allow = 'unprotect' } ]
"""

PLACES = r"""
SSOEngine On
LogLevel sso:info
<Location /place>
    SSORule ^/place/of-place "$groups =~ /\bgroup1\b/"
    SSORule ^/place/bye "logout_sso http://www.sso.test/"
    SSORule ^/place/strong accept level=2
    SSODefault accept
    SSOHeader X-Name "$uid"
    SSOHeader X-Mail "$mail" optional
</Location>
<Location /place/inner>
    SSORule ^/place/inner/never deny
</Location>
<Location /headers>
    SSOHeader X-Other "lc($uid)"
</Location>
"""

REQUIRE = """
<Location />
    AuthType SSO
    Require sso $groups =~ /\\bgroup1\\b/
</Location>
<Location /groups>
    Require sso-group group3 "group 2"
</Location>
<Location /anybody>
    Require valid-user
</Location>
<Location /engine>
    SSOEngine On
    SSODefault accept
</Location>
"""

LEVELS = """
SSOEngine On
<Location /own>
    SSORule ^/own/weak accept level=1
    SSORule ^/own/strong accept level=3
    SSODefault accept
</Location>
<Location /required>
    AuthType SSO
    Require sso accept
</Location>
<Location /only-required>
    SSOEngine Off
    AuthType SSO
    Require sso accept
</Location>
"""

FILES = """
SSOEngine On
DocumentRoot "{htdocs}"
<Directory "{htdocs}">
    Options +ExecCGI
    AddHandler cgi-script .cgi
    RewriteEngine On
    RewriteRule ^front/ /index.cgi [L]
    RewriteRule ^open/door$ /own/page.cgi [L]
</Directory>
<Location /own>
    SSODefault "$groups =~ /\\bgroup1\\b/"
</Location>
"""


@pytest.fixture(scope="module")
def world(build_dir):
    with ProtectedSite(build_dir, modules=("authz_user", "rewrite")) as site:
        site.settings(SETTINGS)
        written = site.settings_file.read_text()
        written = written.replace("[session]\n", "[session]\ncustom_to_trace = '$mail'\n", 1)
        site.settings_file.write_text(written.replace("[authentication.ldap]\n", "[authentication.ldap]\nlevel = 3\n", 1))
        for path in ("/index.cgi", "/own/page.cgi"):
            site.httpd.page(path, site.cgi.read_text(), 0o755)
        log = f'CustomLog "{site.folder}/logs/sso.log" "%U %u %{{SSO_VERDICT}}e %{{SSO_RULE}}e %{{SSO_USER}}e %{{REMOTE_CUSTOM}}e"\n'
        site.start(site.host("first.test", "SSOEngine On")
                   + site.proxy("app.test", PLACES + log)
                   + site.proxy("level.test", LEVELS)
                   + site.proxy("require.test", REQUIRE)
                   + site.proxy("detect.test", "SSOEngine DetectionOnly\nLogLevel sso:info")
                   + site.host("files.test", FILES.format(htdocs=site.httpd.htdocs)))
        yield site


@pytest.fixture
def site(world, watch):
    watch(world.httpd)
    return world


def log_line(site, path: str) -> str:
    file = site.folder / "logs" / "sso.log"

    def find():
        return next((line for line in file.read_text().splitlines() if line.startswith(path + " ")), None)

    wait_for(lambda: find() is not None, 10, f"a line of {path}")
    return find()


# SSORule, SSODefault, SSOHeader

def test_rules_of_a_place_take_the_place_of_the_virtual_hosts(site):
    member, other = site.login("alice", groups="group1"), site.login("bob")
    assert site.get("app.test", "/place/of-place", member).status == 200
    assert site.get("app.test", "/place/of-place", other).status == 403
    assert site.get("app.test", "/place/of-host", other).status == 200, "the virtual host's rules do not hold here"
    assert site.get("app.test", "/place/of-place").header("Location").startswith(PORTAL)


def test_headers_of_a_place_take_the_place_of_the_virtual_hosts_and_rules_stay_apart(site):
    forged = {"Auth-User": "m", "x_name": "m", "X-Mail": "m", "x-other": "m"}
    seen = site.seen("app.test", "/place/page", site.login("alice"), headers=forged)
    assert values(seen, "X-Name") == ["alice"] and values(seen, "Auth-User") == [] and values(seen, "X-Mail") == []
    seen = site.seen("app.test", "/headers/page", site.login("Alice"), headers=forged)
    assert values(seen, "X-Other") == ["alice"] and values(seen, "Auth-User") == [] and values(seen, "X-Name") == []


def test_names_that_a_place_sets_are_taken_from_clients_everywhere(site):
    seen = site.seen("app.test", "/open/page", headers={"X-Name": "m", "x_other": "m", "X-Harmless": "y"})
    assert values(seen, "X-Name") == [] and values(seen, "X-Other") == [] and values(seen, "X-Harmless") == ["y"]


def test_an_inner_place_with_rules_replaces_the_outer_ones_and_keeps_its_headers(site):
    alice = site.login("alice")
    assert site.get("app.test", "/place/inner/never", alice).status == 403
    assert site.get("app.test", "/place/inner/of-place", alice).status == 200, "the outer rules do not hold here"
    assert values(site.seen("app.test", "/place/inner/page", alice), "X-Name") == ["alice"]


def test_a_rule_of_a_place_may_log_out_and_ask_for_a_level(site):
    alice = site.login("alice", authenticationLevel=1)
    assert "/upgrade?url=" in site.get("app.test", "/place/strong", alice).header("Location")
    assert site.get("app.test", "/place/strong", site.login("alice", authenticationLevel=2)).status == 200
    assert site.get("app.test", "/place/bye", alice).header("Location") == "http://www.sso.test/"
    assert site.get("app.test", "/place/page", alice).status == 302


@pytest.mark.parametrize(("path", "least"), [
    ("/own/page", 2), ("/own/weak", 2), ("/own/strong", 3), ("/page", 2),
    ("/required/page", 2), ("/required/any", 1), ("/required/strong", 3), ("/required/open", 1), ("/only-required/page", 2)])
def test_of_the_levels_of_virtual_host_and_place_the_higher_holds(site, path, least):
    """Of a rule in sso.toml and its virtual host, the rule's holds; a Require sso beside it asks for no level."""
    for level in range(1, 5):
        answer = site.get("level.test", path, site.login("alice", authenticationLevel=level))
        if level >= least:
            assert answer.status == 200, level
        else:
            assert answer.status == 302 and answer.header("Location").startswith(f"{PORTAL}upgrade?url="), level
            (asked,) = parse_qs(urlsplit(answer.header("Location")).query)["level"]
            assert level < int(asked) <= least, "each step leads on"
    assert site.get("level.test", path).header("Location").startswith(f"{PORTAL}?url="), "a login comes first"


@pytest.mark.parametrize(("line", "complaint"), [
    ("SSORule ^/( accept", "SSORule: "), ('SSORule ^/ "$uid = 1"', "'='"), ('SSORule ^/ "$uid eq"', "SSORule: "),
    ("SSORule ^/ accept level=x", "level=N"), ("SSORule ^/ accept level=100", "level=N"),
    ("SSORule ^/ unprotect level=2", "no meaning"), ('SSORule ^/ "logout_sso /x"', "not an address"),
    ('SSODefault "nonsense("', "SSODefault: "), ("SSOHeader Host $uid", "belongs to the request"),
    ('SSOHeader X "$uid = 1"', "'='"), ("SSOHeader X $uid maybe", "optional"),
    ("SSOHeader X-Y $uid\nSSOHeader x_y $uid", "cannot tell"),
    ("Require sso", "missing"), ('Require sso $uid = 1', "'='"), ("Require sso unprotect", "SSORule"),
    ("Require sso \"$uid eq 'alice'\"", "without them"), ("Require sso 'accept'", "without them"),
    ("Require sso-group", "missing"), ("SSOEngine Perhaps", "DetectionOnly")])
def test_a_mistake_is_an_error_of_httpds_configuration_with_its_line(site, line, complaint):
    body = site.httpd.config_file.read_text()
    try:
        number = body.count("\n") + 2 + line.count("\n")
        site.httpd.config_file.write_text(f"{body}<Location /x>\n{line}\n</Location>\n")
        checked = site.httpd.check_config()
        assert checked.returncode != 0 and complaint in checked.stdout, checked.stdout
        assert f"line {number} of" in checked.stdout, checked.stdout
    finally:
        site.httpd.config_file.write_text(body)


# Require sso

def test_auth_type_sso_sends_nobody_to_the_portal_and_scripts_away(site):
    assert site.get("require.test", "/page").header("Location").startswith(PORTAL + "?url=")
    assert site.get("require.test", "/page", headers={"Accept": "application/json"}).status == 401


def test_require_sso_asks_the_expression_and_names_the_user(site):
    site.httpd.announce("AH01630")
    seen = site.seen("require.test", "/page", site.login("alice", groups="group1"), {"Auth-User": "mallory"})
    assert values(seen, "Auth-User") == ["alice"] and values(seen, "Cookie") == []
    assert " alice require.test " in site.httpd.wait_for_access("GET /page?")
    answer = site.get("require.test", "/page", site.login("bob"))
    assert answer.status == 403 and MARK not in answer.text and "You may not open this page" in answer.text
    assert answer.header("Location") is None


def test_require_sso_group_wants_one_of_the_groups_by_its_whole_name(site):
    site.httpd.announce("AH01630")
    for groups, status in (("group3", 200), ("x; group 2", 200), ("group", 403), ("group33; 2", 403), ("", 403)):
        assert site.get("require.test", "/groups/page", site.login("alice", groups=groups)).status == status, groups


def test_require_valid_user_with_auth_type_sso_wants_a_session(site):
    assert site.get("require.test", "/anybody/page").status == 302
    assert site.get("require.test", "/anybody/page", site.login("bob")).status == 200


def test_require_sso_holds_beside_the_rules(site):
    site.httpd.announce("AH01630")
    assert site.get("require.test", "/engine/page", site.login("alice", groups="group1")).status == 200
    assert site.get("require.test", "/engine/page", site.login("bob")).status == 403
    assert site.get("require.test", "/engine/page").status == 302


def test_require_sso_in_htaccess_is_refused(site):
    site.httpd.announce("Require sso")
    body = site.httpd.config_file.read_text()
    site.httpd.page("/hta/.htaccess", "Require sso accept\n")
    site.httpd.page("/hta/page.html", "x")
    try:
        site.httpd.config_file.write_text(body.replace("AllowOverride None", "AllowOverride None", 1).replace(
            f'<Directory "{site.httpd.htdocs}">\n    Options', f'<Directory "{site.httpd.htdocs}">\n    AllowOverride AuthConfig\n    Options'))
        site.httpd.graceful()
        assert site.get("files.test", "/hta/page.html", site.login("alice")).status == 500
    finally:
        site.httpd.config_file.write_text(body)
        site.httpd.graceful()


# logs

def test_logs_learn_verdict_rule_user_and_second_name(site):
    alice = site.login("alice", mail="alice@sso.test")
    site.get("app.test", "/page-for-log", alice)
    assert log_line(site, "/page-for-log") == "/page-for-log alice allow default alice alice@sso.test"
    site.get("app.test", "/open/for-log")
    assert log_line(site, "/open/for-log") == "/open/for-log - unprotected ^/open/ - -"
    site.get("app.test", "/place/inner/never/log", alice)
    assert log_line(site, "/place/inner/never/log") == (
        "/place/inner/never/log alice deny ^/place/inner/never alice alice@sso.test")
    site.get("app.test", "/nobody-for-log")
    assert log_line(site, "/nobody-for-log") == "/nobody-for-log - authenticate default - -"
    assert "app.test/nobody-for-log" in site.httpd.wait_for_log("SSO0340")


# carrying over

def test_a_front_controller_in_an_open_place_serves_strangers(site):
    """The decision was on the address that was asked for, and /index.cgi is no address that anybody asked for."""
    seen = site.seen("files.test", "/front/page")
    assert seen["path"].startswith("/index.cgi") and seen["remote_user"] == ""
    assert site.get("files.test", "/index.cgi").status == 302


def test_an_open_place_does_not_lead_into_one_with_rules_of_its_own(site):
    answer = site.get("files.test", "/open/door?format=json")
    assert answer.status == 302 and MARK not in answer.text
    assert site.get("files.test", "/open/door?format=json", site.login("bob")).status == 403
    assert site.seen("files.test", "/open/door", site.login("alice", groups="group1"))["remote_user"] == "alice"


# DetectionOnly

@pytest.mark.parametrize(("path", "user", "line", "level"), [
    ("/page", None, "authenticate, user -, detect.test/page, rule default", "notice"),
    ("/page", "alice", "allow, user alice, detect.test/page, rule default", "info"),
    ("/never/page", "alice", "deny, user alice, detect.test/never/page, rule ^/never/", "notice"),
    ("/open/page", None, "unprotected, user -, detect.test/open/page, rule ^/open/", "info")])
def test_detection_only_logs_the_verdict_and_changes_nothing(site, path, user, line, level):
    cookie = site.login(user) if user else "other=1"
    sent = {"Auth-User": "somebody", "Connection": "close"}
    seen = site.seen("detect.test", path, cookie, sent)
    assert values(seen, "Auth-User") == ["somebody"] and values(seen, "Cookie") == [cookie]
    answer = site.get("detect.test", path, cookie)
    assert answer.header("Cache-Control") is None and answer.header("Vary") is None
    logged = site.httpd.wait_for_log("SSO0350: DetectionOnly: " + line)
    assert f":{level}]" in logged
