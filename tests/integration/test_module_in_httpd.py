"""Where mod_sso hooks into httpd, sentence by sentence (design: where it hooks): what other modules and an application's
own configuration can, and cannot, do beside SSOEngine."""

import base64
import json

import pytest

from sandbox.echo_app import MARK
from sandbox.httpd import parse_response
from sandbox.protected_site import ProtectedSite, values

SECRET = "the protected page"

SETTINGS = r"""
[vhost."files.test"]
url = "http://files.sso.test/"
rules = [
    { match = '^/protected/', allow = '$groups =~ /\bgroup1\b/' },
    { match = '^/open/', allow = 'unprotect' },
    { match = '^/query/', allow = '$ENV{QUERY_STRING} ne "secret=a%2Fb"' },
]
[vhost."partly.test"]
url = "http://partly.sso.test/"
rules = [ { match = '^/protected/', allow = '$groups =~ /\bgroup1\b/' } ]
[vhost."recheck.test"]
url = "http://recheck.sso.test/"
rules = [ { match = '^/protected/', allow = '$groups =~ /\bgroup1\b/' } ]
[vhost."places.test"]
url = "http://places.sso.test/"
[vhost."nocanon.test"]
url = "http://nocanon.sso.test/"
[vhost."keep.test"]
url = "http://keep.sso.test/"
encoded_slashes = "keep"
rules = [
    { match = '^/protected/', allow = 'deny' },
    { match = '^/a%2Fb', allow = 'deny' },
]
[vhost."slashes.test"]
url = "http://slashes.sso.test/"
rules = [ { match = '^/protected/', allow = 'deny' } ]
[vhost."encoded.test"]
url = "http://encoded.sso.test/"
rules = [ { match = '^/protected/', allow = 'deny' } ]
"""

# An application's document root with an .htaccess that may say anything that httpd lets it say.
FILES = """
DocumentRoot "{htdocs}"
<Directory "{htdocs}">
    AllowOverride All
    AllowOverrideList SSOEngine
    Options +Includes +ExecCGI +MultiViews
    AddHandler cgi-script .cgi
    AddOutputFilter INCLUDES .shtml
    AddType text/html .shtml
    DirectoryIndex index.html
    Require all granted
</Directory>
ErrorDocument 404 /error.cgi?format=json
ErrorDocument 403 /error.cgi?format=json
ErrorDocument 400 /error.cgi?format=json
"""

RULES_BESIDE = """
<Location /denied>
    Require all denied
</Location>
<Location /own>
    SSORule ^/own/ accept
</Location>
<Location /elsewhere>
    Require ip 192.0.2.1
</Location>
<Location /here>
    Require ip 127.0.0.1
</Location>
<Location /of-alice>
    Require user alice
</Location>
<Location /basic>
    AuthType Basic
    AuthName basic
    AuthUserFile "{folder}/conf/basic"
    Require valid-user
</Location>
<Location /basic-for-all>
    AuthType Basic
    AuthName basic
    AuthUserFile "{folder}/conf/basic"
    Require all granted
</Location>
"""

PARTLY = """
<Location /protected>
    SSOEngine On
</Location>
<Files secret.html>
    SSOEngine On
</Files>
RewriteEngine On
<Directory "{htdocs}">
    RewriteEngine On
    RewriteRule ^to-protected$ /protected/page.cgi [L]
</Directory>
"""

# Places inside places, each with a word of its own.
PLACES = """
LogLevel sso:info
SSOEngine On
<Location /off>
    SSOEngine Off
</Location>
<Location /off/on>
    SSOEngine On
</Location>
<Location /recheck>
    SSORecheck On
</Location>
<If "%{QUERY_STRING} =~ /off-by-if/">
    SSOEngine Off
</If>
ProxyPass / http://127.0.0.1:{port}/ upgrade=websocket
"""

PLAIN = "DocumentRoot \"{htdocs}\"\n<Directory \"{htdocs}\">\nOptions +ExecCGI\nAddHandler cgi-script .cgi\n</Directory>\n"

HTACCESS = {
    "/satisfy": "Satisfy Any\nRequire all granted\n",
    "/satisfy-order": "Satisfy Any\nOrder allow,deny\nAllow from all\n",
    "/protected/satisfy": "Satisfy Any\nRequire all granted\nAllow from all\n",
    "/engine-off": "SSOEngine Off\n",
    "/open/user": "Require valid-user\n",
    "/rewrite": "RewriteEngine On\nRewriteRule ^to-protected$ /protected/page.cgi [L]\n"
                "RewriteRule ^proxied$ http://127.0.0.1:{port}/ [P]\n",
    "/own": "RewriteEngine On\nRewriteRule ^box$ /protected/page.cgi [L]\n",
    "/protected/inner": "RewriteEngine On\nRewriteRule ^box$ /protected/inner/page.cgi [L]\n",
    "/headers": "RequestHeader set Auth-User htaccess\n",
    "/partly": "DirectoryIndex secret.html\n",
    "/handler": "SetHandler server-status\n",
}


@pytest.fixture(scope="module")
def world(build_dir):
    with ProtectedSite(build_dir, modules=("access_compat", "auth_basic", "authn_file", "authz_user", "rewrite", "include",
                                           "negotiation", "actions", "status")) as site:
        site.settings(SETTINGS)
        httpd = site.httpd
        script = site.cgi.read_text()
        for folder in ("", "/protected", "/satisfy", "/satisfy-order", "/protected/satisfy", "/engine-off", "/denied",
                       "/elsewhere", "/here", "/of-alice", "/basic", "/basic-for-all", "/open", "/open/user", "/rewrite",
                       "/own", "/protected/inner", "/headers", "/handler", "/index", "/partly"):
            httpd.page(f"{folder}/page.html", SECRET)
            httpd.page(f"{folder}/page.cgi", script, 0o755)
        httpd.page("/index/index.html", SECRET)
        httpd.page("/partly/secret.html", SECRET)
        httpd.page("/error.cgi", script.replace('"Content-Type', '"Status: {os.environ.get(\'REDIRECT_STATUS\', 200)}\\r\\nContent-Type'), 0o755)
        httpd.page("/include.shtml", '<!--#include virtual="/protected/page.cgi?format=json" -->')
        httpd.page("/open/of-its-own.shtml", '<!--#include virtual="/own/box?format=json" -->')
        httpd.page("/inner.shtml", '<!--#include virtual="/protected/inner/box?format=json" -->')
        for folder, text in HTACCESS.items():
            httpd.page(f"{folder}/.htaccess", text.format(port=site.echo.server_address[1]))
        (site.folder / "conf" / "basic").write_text("bob:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n")  # "password"
        files = FILES.format(htdocs=httpd.htdocs)
        port = site.echo.server_address[1]
        site.start(
            site.host("plain.test", PLAIN.format(htdocs=httpd.htdocs))
            + site.host("files.test", "SSOEngine On\nHeader always set X-Always here\nRewriteEngine On\n"
                        "RewriteRule ^/by-another-name/(.*)$ /protected/$1 [PT]\n"
                        "RewriteRule ^/another-file/(.*)$ /open/$1 [L]\n" + files + RULES_BESIDE.format(folder=site.folder))
            + site.host("partly.test", files + PARTLY.format(htdocs=httpd.htdocs))
            + site.host("places.test", PLACES.replace("{port}", str(port)))
            + site.host("unknown.test", "SSOEngine On\n" + files)
            + site.host("recheck.test", "SSOEngine On\nSSORecheck On\n" + files)
            + site.host("nocanon.test", f"SSOEngine On\nProxyPass / http://127.0.0.1:{port}/ nocanon\nMergeSlashes Off")
            + site.host("keep.test", f"SSOEngine On\nAllowEncodedSlashes NoDecode\nProxyPass / http://127.0.0.1:{port}/ nocanon")
            + site.proxy("slashes.test", "SSOEngine On\nMergeSlashes Off")
            + site.host("encoded.test", f"SSOEngine On\nProxyPass / http://127.0.0.1:{port}/ mapping=encoded"))
        site.alice = site.login("alice", groups="group1")
        site.bob = site.login("bob", groups="group2")
        yield site


@pytest.fixture
def site(world, watch):
    watch(world.httpd)
    return world


def basic(user: str, password: str) -> dict:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


# header_parser: no Satisfy and no Require reaches the decision

@pytest.mark.parametrize("folder", ["/satisfy", "/satisfy-order", "/protected/satisfy"])
def test_satisfy_any_in_htaccess_opens_nothing(site, folder):
    assert site.get("plain.test", f"{folder}/page.html").status in (200, 500)  # what it would do without us
    answer = site.get("files.test", f"{folder}/page.html")
    assert answer.status == 302 and SECRET not in answer.text


def test_satisfy_any_in_htaccess_does_not_overrule_a_rule(site):
    answer = site.get("files.test", "/protected/satisfy/page.html", site.bob)
    assert answer.status == 403 and SECRET not in answer.text


@pytest.mark.parametrize("target", ["/denied/page.html", "/elsewhere/page.html"])
def test_what_httpd_itself_refuses_stays_refused_to_those_whom_the_rules_let_in(site, target):
    site.httpd.announce("AH01630")
    answer = site.get("files.test", target, site.alice)
    assert answer.status == 403 and SECRET not in answer.text
    assert site.get("files.test", target).status == 302


def test_require_ip_opens_nothing_to_those_who_have_no_session(site):
    assert site.get("files.test", "/here/page.html").status == 302
    assert site.get("files.test", "/here/page.html", site.alice).status == 200


def test_require_user_goes_by_the_session(site):
    site.httpd.announce("AH01630")
    assert site.get("files.test", "/of-alice/page.html", site.alice).status == 200
    answer = site.get("files.test", "/of-alice/page.html", site.bob)
    assert answer.status in (401, 403) and SECRET not in answer.text


def test_require_valid_user_in_htaccess_of_an_open_place_wants_a_session(site):
    site.httpd.announce("AH00027")
    assert site.get("files.test", "/open/user/page.html", site.alice).status == 200
    answer = site.get("files.test", "/open/user/page.html")
    assert answer.status >= 400 and SECRET not in answer.text


def test_basic_authentication_beside_sso_asks_for_both(site):
    site.httpd.announce("AH01617", "AH01618")
    target = "/basic/page.html"
    assert site.get("files.test", target).status == 302
    assert site.get("files.test", target, headers=basic("bob", "password")).status == 302
    answer = site.get("files.test", target, site.alice)
    assert answer.status == 401 and "Basic" in answer.header("WWW-Authenticate") and SECRET not in answer.text
    assert site.get("files.test", target, site.alice, headers=basic("bob", "wrong")).status == 401
    assert site.get("files.test", target, site.alice, headers=basic("bob", "password")).status == 200


def test_the_authentication_that_httpd_did_names_the_user_and_ours_does_where_it_named_nobody(site):
    seen = site.seen("files.test", "/basic/page.cgi", site.alice, headers=basic("bob", "password"))
    assert (seen["remote_user"], seen["auth_type"]) == ("bob", "Basic")
    assert values(seen, "Auth-User") == ["alice"]
    seen = site.seen("files.test", "/basic-for-all/page.cgi", site.alice)
    assert (seen["remote_user"], seen["auth_type"]) == ("alice", "SSO")


def test_sso_directives_are_refused_in_htaccess(site):
    site.httpd.announce("SSOEngine cannot occur within htaccess files")
    for cookie in (None, site.alice):
        answer = site.get("files.test", "/engine-off/page.html", cookie)
        assert answer.status == 500 and SECRET not in answer.text
    site.httpd.wait_for_log("SSOEngine cannot occur within htaccess files")


@pytest.mark.parametrize("line", ["SSORecheck On", "SSOVirtualHost files.test", "SSOConfig file:/x", "SSOStoreTimeout 5"])
def test_no_sso_directive_at_all_may_stand_in_htaccess(site, line):
    site.httpd.announce(f"{line.split()[0]} not allowed here")
    site.httpd.page("/no-directive/.htaccess", line + "\n")
    site.httpd.page("/no-directive/page.html", SECRET)
    answer = site.get("files.test", "/no-directive/page.html", site.alice)
    assert answer.status == 500 and SECRET not in answer.text


def test_a_handler_set_in_htaccess_is_behind_the_decision(site):
    assert site.get("files.test", "/handler/page.html").status == 302


def test_a_proxying_rewrite_in_htaccess_is_behind_the_decision(site):
    answer = site.get("files.test", "/rewrite/proxied")
    assert answer.status == 302 and MARK not in answer.text


def test_directives_in_the_wrong_place_are_errors_of_httpds_configuration(site):
    body = site.httpd.config_file.read_text()
    try:
        for wrong in ("<Location /x>\nSSOVirtualHost x\n</Location>", "<VirtualHost *>\nSSOConfig file:/x\n</VirtualHost>",
                      "<VirtualHost *>\nSSOStoreTimeout 100\n</VirtualHost>", "SSOStoreTimeout 0", "SSOStoreTimeout x",
                      "SSOConfig nonsense:x", "SSOEngine Perhaps",
                      "SSOLocalCache many", "SSOLocalCache -1", "SSOLocalCache 100 8X", "SSOLocalCache 100 65G",
                      "SSOLocalCache 100 8M 1", "<VirtualHost *>\nSSOLocalCache 100\n</VirtualHost>", "SSOLease -1",
                      "SSOLease 3601", "SSOCacheTTL soon", "SSOCacheTTL -1", "<Location /x>\nSSOCacheTTL 1\n</Location>",
                      "<Location /x>\n<Limit GET>\nSSOEngine On\n</Limit>\n</Location>"):
            site.httpd.config_file.write_text(body + wrong + "\n")
            checked = site.httpd.check_config()
            assert checked.returncode != 0 and "SSO" in checked.stdout, wrong
    finally:
        site.httpd.config_file.write_text(body)


def test_the_sizes_and_times_of_caches_are_read_in_all_their_forms(site):
    body = site.httpd.config_file.read_text()
    try:
        for right in ("SSOLocalCache 0", "SSOLocalCache 20000 16777216", "SSOLocalCache 20000 16M", "SSOLocalCache 1 64G",
                      "SSOLease 0", "SSOLease 3600", "SSOCacheTTL 0", "<VirtualHost *>\nSSOCacheTTL 5\nSSOLease 60\n</VirtualHost>"):
            site.httpd.config_file.write_text(body + right + "\n")
            checked = site.httpd.check_config()
            assert checked.returncode == 0, f"{right}\n{checked.stdout}"
    finally:
        site.httpd.config_file.write_text(body)


# TRACE

@pytest.mark.parametrize("host", ["files.test", "partly.test", "nocanon.test"])
def test_trace_is_refused_on_every_server_in_whose_configuration_sso_engine_stands(site, host):
    for target in ("/", "/open/page.html", "/not/protected"):
        answer = site.get(host, target, "sso=secret-bits", method="TRACE")
        assert answer.status == 405 and "secret-bits" not in answer.text
        assert answer.header("Cache-Control") == "no-store"


def test_trace_is_left_to_httpd_where_sso_engine_stands_nowhere(site):
    answer = site.get("plain.test", "/", "other=1", method="TRACE")
    assert answer.status == 200 and "other=1" in answer.text


# decided once

def test_the_first_decision_the_user_and_the_headers_carry_over_to_internal_redirects(site):
    seen = site.seen("files.test", "/rewrite/to-protected", site.bob, headers={"Auth-User": "mallory"})
    assert seen["path"] == "/protected/page.cgi"
    assert values(seen, "Auth-User") == ["bob"] and seen["remote_user"] == "bob"
    assert values(seen, "Cookie") == []


def test_with_sso_recheck_an_internal_redirect_is_decided_again(site):
    answer = site.get("recheck.test", "/rewrite/to-protected?format=json", site.bob)
    assert answer.status == 403 and '"path": "/protected/page.cgi"' not in answer.text
    seen = site.seen("recheck.test", "/rewrite/to-protected", site.alice)
    assert values(seen, "Auth-User") == ["alice"] and seen["remote_user"] == "alice"


def test_the_first_decision_carries_over_to_subrequests(site):
    answer = site.get("files.test", "/include.shtml", site.bob)
    assert answer.status == 200 and '"remote_user": "bob"' in answer.text
    assert '["HTTP_AUTH_USER", "bob"]' in answer.text


def test_a_subrequests_internal_redirect_is_judged_by_what_was_decided_on_the_subrequest(site):
    def shown(host: str, page: str, cookie: str) -> str:
        """The path of what was included: a page, or an error document."""
        return json.loads(site.get(host, page, cookie).text)["path"]
    # the page is open to everybody, and what it includes is a place's own, which leads to what rules of the host protect
    assert shown("files.test", "/open/of-its-own.shtml", site.bob) == "/error.cgi"
    assert shown("files.test", "/open/of-its-own.shtml", site.alice) == "/protected/page.cgi"
    # SSOEngine is Off at the page, and On at what it includes: known there, known where that leads
    assert shown("partly.test", "/inner.shtml", site.alice) == "/protected/inner/page.cgi"
    site.httpd.announce("unable to include")
    assert MARK not in site.get("partly.test", "/inner.shtml", site.bob).text


def test_with_sso_recheck_a_subrequest_is_decided_again(site):
    site.httpd.announce("unable to include")
    answer = site.get("recheck.test", "/include.shtml", site.bob)
    assert MARK not in answer.text
    assert '"remote_user": "alice"' in site.get("recheck.test", "/include.shtml", site.alice).text


@pytest.mark.parametrize("host", ["files.test", "recheck.test"])
def test_an_error_document_is_not_decided_again(site, host):
    answer = site.get(host, "/nothing-here?format=json", site.bob)
    assert answer.status == 404 and MARK in answer.text
    assert answer.json()["remote_user"] == "bob" and values(answer.json(), "Auth-User") == ["bob"]
    assert "private" in answer.all("Cache-Control")


@pytest.mark.parametrize("host", ["files.test", "recheck.test"])
def test_the_error_document_of_a_refusal_is_served_without_identity(site, host):
    answer = site.get(host, "/protected/page.html?format=json", site.bob, headers={"Auth-User": "mallory"})
    assert answer.status == 403 and SECRET not in answer.text
    seen = answer.json()
    assert values(seen, "Auth-User") == [] and values(seen, "Cookie") == []
    assert answer.header("Cache-Control") == "no-store"


@pytest.mark.parametrize("host", ["files.test", "recheck.test"])
def test_the_error_document_of_a_request_that_httpd_gave_up_on_is_a_page_like_any_other(site, host):
    """Nothing was decided before; an application that makes its pages from REDIRECT_URL must not run for anybody."""
    site.httpd.announce("AH10244")

    def ask(cookie: str, accept: str) -> bytes:
        return site.httpd.raw(f"GET /protected/x%zz HTTP/1.1\r\nHost: {host}\r\nAuth-User: mallory\r\nCookie: {cookie}\r\n"
                              f"Accept: {accept}\r\nConnection: close\r\n\r\n".encode())

    for accept in ("text/html", "application/json"):
        raw = ask("a=b", accept)
        assert parse_response(raw).status == 400 and MARK.encode() not in raw
    raw = ask(site.alice, "text/html")
    assert parse_response(raw).status == 400 and site.alice.removeprefix("sso=").encode() not in raw
    assert values(parse_response(raw).json(), "Auth-User") == ["alice"]


@pytest.mark.parametrize("host", ["files.test", "unknown.test"])
def test_the_error_document_of_a_request_that_we_refuse_unasked_does_not_see_the_session_cookie(site, host):
    """Refused before any rule: for its path, or because the configuration does not know the server."""
    answer = site.get(host, "/a\\b", f"{site.alice}; other=1", {"Auth-User": "mallory"})
    seen = answer.json()
    assert answer.status == (400 if host == "files.test" else 403) and seen["path"] == "/error.cgi"
    assert values(seen, "Cookie") == ["other=1"] and values(seen, "Auth-User") == []


def test_an_open_place_does_not_lead_into_a_protected_one(site):
    """The client's request was for a place without SSOEngine, so nothing was decided that could carry over."""
    for target in ("/to-protected", "/partly/"):
        answer = site.get("partly.test", target)
        assert answer.status == 302 and SECRET not in answer.text and MARK not in answer.text
    assert site.get("partly.test", "/to-protected", site.bob).status == 403
    seen = site.seen("partly.test", "/to-protected", site.alice)
    assert values(seen, "Auth-User") == ["alice"] and values(seen, "Cookie") == []
    assert site.get("partly.test", "/partly/", site.bob).text == SECRET


def test_a_script_that_asks_for_a_folder_learns_that_its_index_needs_a_session(site):
    answer = site.get("partly.test", "/partly/", headers={"Accept": "application/json"})
    assert answer.status == 401 and answer.header("Cache-Control") == "no-store"
    assert answer.header("WWW-Authenticate") == 'SSO portal="http://auth.sso.test/"'
    assert site.get("partly.test", "/partly/", site.bob, {"Accept": "application/json"}).text == SECRET



@pytest.mark.parametrize(("target", "status"), [
    ("/x", 302), ("/off/x", 200), ("/off/on/x", 302), ("/off/on", 302), ("/offside", 302), ("/OFF/x", 302),
    ("/off/../x", 302), ("/off/%6fn/x", 302), ("/off//on/x", 302), ("/off/./on", 302), ("/x/../off/on/x", 302),
    ("http://places.test/off/on/x", 302), ("http://places.test/off/x", 200), ("/recheck/x", 302),
    ("/x?off-by-if", 200), ("/x?/off/", 302)])
def test_the_innermost_place_that_says_something_holds(site, target, status):
    answer = site.get("places.test", target)
    assert answer.status == status and (MARK in answer.text) == (status == 200)


def test_the_log_line_of_a_path_that_is_refused_leaves_the_query_out(site):
    assert site.get("places.test", "/a\\b?token=hunter2", site.alice).status == 400
    assert "hunter2" not in site.httpd.wait_for_log("SSO0012")


def test_a_websocket_needs_a_session_like_any_other_request(site):
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade, auth-user", "Sec-WebSocket-Version": "13",
               "Sec-WebSocket-Key": "c3NvLXNzby1zc28tc3NvLQ=="}
    answer = site.get("places.test", "/socket", headers=upgrade)
    assert answer.status == 302 and MARK not in answer.text
    for listed in ("Upgrade, auth-user", "Upgrade", "keep-alive, Upgrade", "keep-alive,Auth_User", "auth-user"):
        seen = site.seen("places.test", "/socket", site.alice, {**upgrade, "Connection": listed, "Auth_User": "mallory"})
        assert values(seen, "Auth-User") == ["alice"] and values(seen, "Cookie") == [], listed


def test_a_place_without_sso_engine_is_served_and_still_gets_no_forged_header(site):
    seen = site.seen("partly.test", "/page.cgi", headers={"Auth-User": "mallory", "auth_user": "x"})
    assert values(seen, "Auth-User") == []


def test_a_directory_index_and_multiviews_are_served_by_the_decision_on_the_request(site):
    assert site.get("files.test", "/index/").status == 302
    assert site.get("files.test", "/index/", site.bob).text == SECRET
    assert site.get("files.test", "/protected/page").status == 302
    assert site.get("files.test", "/protected/page", site.bob).status == 403


def test_options_for_the_server_as_a_whole_is_httpds_own(site):
    answer = site.get("files.test", "*", method="OPTIONS")
    assert answer.status == 200 and answer.body == b""


# spellings that httpd lets through

@pytest.mark.parametrize("target", [
    "/x/../page", "/x/%2e%2e/page", "/x//page", "/x/./page", "/x;y/page", "/x/.;/page", "/./page", "/x/%2e/page"])
def test_a_raw_target_that_a_proxied_application_might_read_differently_is_refused_with_nocanon(site, target):
    for cookie in (None, site.alice):
        raw = site.httpd.raw((f"GET {target} HTTP/1.1\r\nHost: nocanon.test\r\nConnection: close\r\n"
                              + (f"Cookie: {cookie}\r\n" if cookie else "") + "\r\n").encode())
        assert parse_response(raw).status == 400 and MARK.encode() not in raw


def test_an_ordinary_raw_target_goes_through_with_nocanon(site):
    site.httpd.announce("AH01136")
    assert site.seen("nocanon.test", "//page", site.alice)["path"] == "/page"  # httpd drops these itself
    assert site.seen("nocanon.test", "/a%20b/c.d/..e;v=1", site.alice)["path"] == "/a%20b/c.d/..e;v=1"


def test_encoded_slashes_are_refused_unless_they_are_to_be_kept(site):
    for target in ("/a%2Fc", "/a%2fc", "/a%5Cc"):
        assert site.get("files.test", target, site.alice).status in (400, 404)
    assert site.seen("keep.test", "/a%2Fc", site.alice)["path"] == "/a%2Fc"


@pytest.mark.parametrize("target", ["/protected%2Fpage", "/protected/page", "/x%2F..%2Fprotected%2Fpage", "/a%2Fb",
                                    "/%70rotected%2fpage", "/protected%5Cpage"])
def test_with_kept_slashes_the_stricter_verdict_on_both_spellings_holds(site, target):
    answer = site.get("keep.test", target, site.alice)
    assert answer.status in (400, 403) and MARK not in answer.text
    assert answer.status == 403 or ".." in target


def test_slashes_that_httpd_does_not_merge_do_not_slip_by_a_rule(site):
    for target in ("//protected/page", "///protected/page", "/protected//page"):
        answer = site.get("slashes.test", target, site.alice)
        assert answer.status == 403 and MARK not in answer.text, target


def test_a_path_that_httpd_does_not_decode_does_not_slip_by_a_rule(site):
    site.httpd.announce("AH01136")
    for target in ("/%70rotected/page", "/protected/page", "/x/%2e%2e/protected/page"):
        answer = site.get("encoded.test", target, site.alice)
        assert answer.status in (400, 403) and MARK not in answer.text, target


def test_the_rules_see_the_path_that_server_level_rewriting_made(site):
    assert site.get("files.test", "/by-another-name/page.html", site.alice).text == SECRET
    answer = site.get("files.test", "/by-another-name/page.html", site.bob)
    assert answer.status == 403 and SECRET not in answer.text
    # the address that was wanted is the one that was asked for
    location = site.get("files.test", "/by-another-name/page.html").header("Location")
    assert base64.b64encode(b"http://files.sso.test/by-another-name/page.html").decode().rstrip("=") in location


def test_without_pass_through_rewriting_changes_the_file_and_the_rules_see_the_address(site):
    """As <Location> does: httpd leaves r->uri as it was."""
    assert site.get("files.test", "/another-file/page.html").status == 302
    assert site.get("files.test", "/another-file/page.html", site.bob).text == SECRET
    assert site.get("files.test", "/open/page.html").text == SECRET


def test_the_rules_see_the_raw_query_as_a_variable_of_its_own(site):
    assert site.get("files.test", "/query/page.html?secret=a%2Fb", site.bob).status == 403
    assert site.get("files.test", "/query/page.html?secret=a/b", site.bob).status == 404
    assert site.get("files.test", "/page.html?/query/", site.bob).status == 200


def test_headers_that_the_administrator_sends_always_are_on_every_answer_of_ours(site):
    for headers, status in (({}, 302), ({"Accept": "application/json"}, 401)):
        answer = site.get("files.test", "/page.html", headers=headers)
        assert answer.status == status and answer.header("X-Always") == "here"
    assert site.get("files.test", "/protected/page.html", site.bob).header("X-Always") == "here"


# trailers

def test_trailers_that_httpd_merges_do_not_become_identity_headers(site):
    site.httpd.config_file.write_text(site.httpd.config_file.read_text().replace(
        "ServerName keep.test\n", "ServerName keep.test\nMergeTrailers On\n"))
    site.httpd.graceful()
    body = "5\r\na=bcd\r\n0\r\nAuth-User: mallory\r\nauth_user: mallory\r\nX-Harmless: yes\r\n\r\n"
    answer = parse_response(site.httpd.raw((
        f"POST /p?format=json HTTP/1.1\r\nHost: keep.test\r\nCookie: {site.alice}\r\nTransfer-Encoding: chunked\r\n"
        f"Connection: close\r\n\r\n{body}").encode()))
    assert answer.status == 200 and "mallory" not in answer.text
    assert values(answer.json(), "Auth-User") == ["alice"]
