"""SetHandler sso-auth: the endpoint itself, and real nginx and Caddy in front of an application, with the configuration
of conf/ as it is shipped. Traefik is no package of Debian's: what it sends is sent by hand."""

import base64
import re
import socket
import urllib.parse
from pathlib import Path

import pytest

from sandbox.caddy import Caddy
from sandbox.echo_app import MARK
from sandbox.httpd import Response, parse_response
from sandbox.nginx import Nginx
from sandbox.process import free_port
from sandbox.protected_site import ProtectedSite, values
from tests.data.attack_lists import request_paths

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = r"""
[vhost."app.test"]
url = "http://app.sso.test/"
rules = [
    { match = '^/protected/.*$', allow = '$groups =~ /\bgroup1\b/' },
    { match = '^/site/.*$', allow = '$groups =~ /\bgroup1\b/' },
    { match = '^/public/', allow = 'unprotect' },
    { match = '^/static/', allow = 'skip' },
    { match = '^/inside/', allow = '$ENV{REMOTE_ADDR} eq "192.0.2.9"' },
    { match = '^/bye', allow = 'logout_sso http://www.sso.test/bye' },
    { match = '^/strong/', allow = 'accept', level = 2 },
    { match = '^/reading/', allow = '$ENV{REQUEST_METHOD} eq "GET"' },
]
default = 'accept'
[vhost."app.test".headers]
Auth-User = '$uid'
Auth-Mail = '$mail'
[vhost."open.test"]
url = "http://open.sso.test/"
default = 'unprotect'
"""
JSON = {"Accept": "application/json"}


class Front:
    """A place that answers HTTP: the endpoint, or a proxy in front of the application."""

    def __init__(self, port: int, host: str):
        self.port = port
        self.host = host

    def raw(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), 10) as connection:
            connection.sendall(request)
            received = b""
            while piece := connection.recv(65536):
                received += piece
            return received

    def get(self, target: str, cookie: str | None = None, headers=(), method: str = "GET",
            host: str | None = None) -> Response:
        pairs = list(headers.items()) if hasattr(headers, "items") else list(headers)
        lines = [f"{method} {target} HTTP/1.1", f"Host: {host or self.host}", "Connection: close",
                 *(f"{name}: {value}" for name, value in pairs), *([f"Cookie: {cookie}"] if cookie else [])]
        return parse_response(self.raw("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"))


def endpoint_of(site: ProtectedSite, *more: str) -> Front:
    """Starts the site with conf/apache/sso-auth.conf."""
    port = free_port()
    shipped = (ROOT / "conf/apache/sso-auth.conf").read_text()
    site.start("\n".join(more), f"Define SSO_AUTH_LISTEN 127.0.0.1:{port}\n{shipped}")
    return Front(port, "sso-auth.internal")


@pytest.fixture(scope="module")
def site(build_dir):
    with ProtectedSite(build_dir) as site:
        site.settings(SETTINGS)
        site.endpoint = endpoint_of(site, site.host("nobody-trusted.test", '<Location "/sso-auth">\n'
                                                    "SetHandler sso-auth\n</Location>"),
                                    site.host("status.test", '<Location "/status">\nSetHandler sso-status\n'
                                              "Require ip 127.0.0.1\n</Location>"))
        site.member = site.login("carol", groups="group1", mail="carol@example.com")
        site.stranger = site.login("bob", groups="group2", mail="bob@example.com")
        yield site


def start_nginx(nginx: Nginx, endpoint: int, application: int) -> Front:
    nginx.start(f"""
upstream sso_handler {{ server 127.0.0.1:{endpoint}; }}
server {{
    listen 127.0.0.1:{nginx.port};
    server_name app.test;
    include {ROOT}/conf/nginx/sso-auth.conf;
    location / {{
        include {ROOT}/conf/nginx/sso-protect.conf;
        proxy_set_header Host $host;
        proxy_pass http://127.0.0.1:{application};
    }}
}}
""")
    return Front(nginx.port, "app.test")


def start_caddy(caddy: Caddy, endpoint: int, application: int) -> Front:
    caddy.start((ROOT / "conf/caddy/sso-auth.caddy").read_text() + f"""
http://app.test:{caddy.port} {{
	bind 127.0.0.1
	import sso
	reverse_proxy 127.0.0.1:{application}
}}
""", {"SSO_HANDLER": f"127.0.0.1:{endpoint}"})
    return Front(caddy.port, f"app.test:{caddy.port}")


@pytest.fixture(scope="module", params=[(Nginx, start_nginx), (Caddy, start_caddy)], ids=["nginx", "caddy"])
def front(request, site):
    kind, start = request.param
    with kind() as proxy:
        yield start(proxy, site.endpoint.port, site.echo.server_address[1])


def by_url(target: str, host: str = "app.test", **more: str) -> dict[str, str]:
    """As nginx describes a request."""
    return {"X-Original-URL": f"http://{host}{target}", **more}


def forwarded(target: str, host: str = "app.test", **more: str) -> dict[str, str]:
    """As Traefik and Caddy describe a request."""
    return {"X-Forwarded-Method": "GET", "X-Forwarded-Uri": target, "X-Forwarded-Host": host,
            "X-Forwarded-Proto": "http", **more}


KINDS = pytest.mark.parametrize("kind", [by_url, forwarded])


def asked(site, description: dict[str, str], cookie: str | None = None) -> Response:
    return site.endpoint.get("/sso-auth", cookie, description)


def wanted_at(location: str) -> str:
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)
    return base64.b64decode(query["url"][0]).decode()


# the endpoint

@KINDS
def test_who_may_is_answered_204_with_the_identity_and_the_other_cookies(site, watch, kind):
    watch(site.httpd)
    answer = asked(site, kind("/protected/page?x=1"), f"theme=dark; {site.member}; lang=fr")
    assert answer.status == 204 and answer.body == b""
    assert answer.all("Auth-User") == ["carol"] and answer.all("Auth-Mail") == ["carol@example.com"]
    assert answer.header("Cookie") == "theme=dark; lang=fr"
    assert answer.header("Cache-Control") == "no-store"


@KINDS
def test_who_may_not_is_answered_403(site, watch, kind):
    watch(site.httpd)
    answer = asked(site, kind("/protected/page"), site.stranger)
    assert answer.status == 403 and answer.header("Auth-User") is None
    site.httpd.wait_for_log("SSO0010")


def test_nobody_is_sent_to_the_portal_in_the_way_that_the_proxy_understands(site, watch):
    watch(site.httpd)
    for_nginx = asked(site, by_url("/page?a=b"))
    assert for_nginx.status == 401
    for_others = asked(site, forwarded("/page?a=b"))
    assert for_others.status == 302
    for answer in (for_nginx, for_others):
        assert answer.header("Location").startswith("http://auth.sso.test/?url=")
        assert wanted_at(answer.header("Location")) == "http://app.sso.test/page?a=b"


@KINDS
def test_who_logged_in_too_weakly_is_sent_to_the_portal_too(site, watch, kind):
    watch(site.httpd)
    answer = asked(site, kind("/strong/page"), site.member)
    assert answer.status == (401 if kind is by_url else 302)
    assert answer.header("Location").startswith("http://auth.sso.test/") and answer.header("Auth-User") is None


@KINDS
def test_a_script_hears_401_in_json_and_no_location(site, watch, kind):
    watch(site.httpd)
    answer = asked(site, {**kind("/page"), **JSON})
    assert answer.status == 401 and answer.header("Location") is None
    assert answer.header("Content-Type") == "application/json"
    assert wanted_at(answer.json()["login_url"]) == "http://app.sso.test/page"


@KINDS
def test_the_described_host_says_whose_rules_hold(site, watch, kind):
    watch(site.httpd)
    assert asked(site, kind("/page", host="OPEN.test:8080")).status == 204
    assert asked(site, kind("/page", host="unknown.test"), site.member).status == 403
    site.httpd.wait_for_log("SSO0011")


@KINDS
def test_open_places_are_answered_204_and_nothing_of_the_clients_own_comes_back(site, watch, kind):
    watch(site.httpd)
    spoofed = {"Auth-User": "mallory", "auth_user": "mallory"}
    for path, cookie, user in (("/public/page", None, ""), ("/public/page", site.member, "carol"),
                               ("/static/page", site.member, "")):
        answer = asked(site, {**kind(path), **spoofed}, cookie)
        # a name that is missing would be the proxy's to make something of
        assert answer.status == 204 and answer.all("Auth-User") == [user] and answer.all("Cookie") == [""]


@KINDS
def test_rules_see_the_clients_address_and_method(site, watch, kind):
    watch(site.httpd)
    for chain, status in (("192.0.2.9", 204), ("198.51.100.1, 192.0.2.9", 204), ("192.0.2.9, 198.51.100.1", 403),
                          ("2001:db8::1", 403)):
        assert asked(site, kind("/inside/page", **{"X-Forwarded-For": chain}), site.member).status == status, chain
    assert asked(site, kind("/inside/page"), site.member).status == 403  # the proxy's own
    name = "X-Original-Method" if kind is by_url else "X-Forwarded-Method"
    assert asked(site, kind("/reading/page", **{name: "GET"}), site.member).status == 204
    assert asked(site, kind("/reading/page", **{name: "DELETE"}), site.member).status == 403
    assert asked(site, kind("/page", **{name: "TRACE"}), site.member).status == 405


def test_nobody_but_a_trusted_proxy_is_believed(site, watch):
    watch(site.httpd).announce("SSO0421")
    answer = site.get("nobody-trusted.test", "/sso-auth", site.member, by_url("/page"))
    assert answer.status == 403 and answer.header("Auth-User") is None
    site.httpd.wait_for_log("SSO0421")


MALFORMED = [
    {},
    by_url("/page", **{"X-Forwarded-Uri": "/public/page"}),
    by_url("/page", **{"X-Forwarded-Method": "GET"}),
    {"X-Original-URL": "/page"},
    {"X-Original-URL": "app.test/page"},
    {"X-Original-URL": "ftp://app.test/page"},
    {"X-Original-URL": "http:///page"},
    {"X-Original-URL": "http://app.test"},
    {"X-Original-URL": "http://user@app.test/page"},
    {"X-Original-URL": "http://open.test\\@app.test/page"},
    {"X-Original-URL": "http://app.test:x/page"},
    {"X-Original-URL": "http://app.test:99999/page"},
    {"X-Original-URL": "http://app.testhttp://open.test/page"},
    {"X-Original-URL": "http://app..test/page"},
    {"X-Original-URL": "http://app.test/page#x"},
    {"X-Original-URL": "http://app.test/page x"},
    {"X-Original-URL": "http://app.test/page\tx"},
    {"X-Original-URL": "http://app.test?x"},
    by_url("/page", **{"X-Original-Method": "GET POST"}),
    by_url("/page", **{"X-Original-Method": ""}),
    by_url("/page", **{"X-Forwarded-For": "localhost"}),
    by_url("/page", **{"X-Forwarded-For": "192.0.2.9, "}),
    *({name: value for name, value in forwarded("/page").items() if name != missing} for missing in forwarded("/page")),
    forwarded("http://open.test/page"),
    forwarded("*"),
    forwarded("page"),
    forwarded("/page", host="open.test, app.test"),
    forwarded("/page", host="app.test/"),
    forwarded("/page", host="app.test?x"),
    forwarded("/page", **{"X-Forwarded-Proto": "https, http"}),
    forwarded("/page", **{"X-Forwarded-Proto": "javascript"}),
    forwarded("/page", **{"X-Forwarded-Method": "GET, POST"}),
]


def test_a_description_that_is_malformed_is_refused(site, watch):
    watch(site.httpd)
    assert {number: asked(site, description, site.member).status for number, description in enumerate(MALFORMED)} == {
        number: 400 for number in range(len(MALFORMED))}
    site.httpd.wait_for_log("SSO0422")


@pytest.mark.parametrize("twice", [
    [("X-Original-URL", "http://open.test/"), ("X-Original-URL", "http://app.test/")],
    [*forwarded("/page").items(), ("X-Forwarded-Uri", "/public/page")],
    [*forwarded("/page").items(), ("x-forwarded-host", "open.test")],
])
def test_a_description_that_is_said_twice_is_refused(site, watch, twice):
    watch(site.httpd)
    assert site.endpoint.get("/sso-auth", site.member, twice).status == 400


@KINDS
def test_no_spelling_of_a_path_slips_by_a_rule(site, watch, kind):
    """What is refused of a request that comes to httpd is refused of one that is described, and no more is let in. The
    target goes to the application as it came, so that some spellings are refused here alone."""
    watch(site.httpd)
    wrong, let_in, kept_out = [], 0, 0
    for case in request_paths():
        target = case.target.decode("latin-1")
        if case.expect == "other" or not target.startswith("/") or not target.isprintable():
            continue
        status = asked(site, kind(target), site.stranger).status
        let_in += status == 204
        kept_out += status == 403
        if status not in ((204, 400, 403) if case.expect == "open" else (400, 403)):
            wrong.append(f"{case}: {case.expect}: {status}")
    assert not wrong, "\n".join(wrong)
    assert let_in > 5 and kept_out > 5


def test_what_is_decided_for_proxies_is_counted_and_logged_under_the_persons_name(site, watch):
    watch(site.httpd)

    def counted() -> tuple[int, int]:
        state = site.get("status.test", "/status?format=json").json()
        return (state["latency"]["sso-auth"]["count"],
                state["requests"]["virtual_hosts"].get("app.test", {}).get("allowed", 0))
    calls, allowed = counted()
    assert asked(site, by_url("/page"), site.member).status == 204
    assert counted() == (calls + 1, allowed + 1)
    assert " carol sso-auth.internal " in site.httpd.wait_for_access("GET /sso-auth HTTP/1.1\" 204")


def test_a_store_that_is_gone_is_503_and_never_the_portal(build_dir, watch):
    with ProtectedSite(build_dir, store=f"redis://127.0.0.1:{free_port()}/0") as site:
        site.settings(SETTINGS)
        site.endpoint = endpoint_of(site)
        watch(site.httpd).announce("SSO0004", "SSO0372")
        cookie = "sso=" + base64.urlsafe_b64encode(bytes(range(32))).decode().rstrip("=")
        for kind in (by_url, forwarded):
            answer = asked(site, kind("/page"), cookie)
            assert answer.status == 503 and answer.header("Retry-After") and answer.header("Location") is None
        assert asked(site, by_url("/public/page"), cookie).status == 204


def test_only_addresses_and_networks_can_be_trusted(build_dir):
    with ProtectedSite(build_dir) as site:
        for good in ("127.0.0.1", "10.0.0.0/8 2001:db8::/32"):
            site.configure(f"SSOTrustedProxy {good}")
            assert site.httpd.check_config().returncode == 0
        for bad in ("proxy.example.com", "10.0.0.0/33", "10.0.0.0/", "*"):
            site.configure(f"SSOTrustedProxy {bad}")
            done = site.httpd.check_config()
            assert done.returncode != 0 and "neither an address nor a network" in done.stdout, bad


# behind real proxies

def test_the_application_learns_who_it_is_and_not_the_session(front, site, watch):
    watch(site.httpd)
    seen = front.get("/protected/page?format=json", f"theme=dark; {site.member}").json()
    assert values(seen, "Auth-User") == ["carol"] and values(seen, "Auth-Mail") == ["carol@example.com"]
    assert values(seen, "Cookie") == ["theme=dark"]


def test_a_browser_is_sent_to_the_portal_and_a_script_is_not(front, site, watch):
    watch(site.httpd)
    answer = front.get("/page?a=b")
    assert answer.status == 302 and wanted_at(answer.header("Location")) == "http://app.sso.test/page?a=b"
    script = front.get("/page", headers=JSON)
    assert script.status == 401 and script.header("Location") is None
    assert "SSO portal=" in script.header("WWW-Authenticate", "")
    assert MARK not in answer.text + script.text


def test_a_logout_rule_ends_the_session_and_takes_the_cookie_away(front, site, watch):
    watch(site.httpd)
    cookie = site.login("dave")
    assert front.get("/page", cookie).status == 200
    answer = front.get("/bye", cookie)
    assert answer.status == 302 and answer.header("Location") == "http://www.sso.test/bye"
    assert answer.header("Set-Cookie", "").startswith("sso=;") and MARK not in answer.text
    assert front.get("/page", cookie).status == 302


def test_who_may_not_gets_403_and_no_byte_of_the_page(front, site, watch):
    watch(site.httpd)
    for target, status in (("/protected/page", 403), ("/a%2Fb", 400), ("/public/..%2Fprotected/page", 400)):
        answer = front.get(target, site.stranger)
        assert answer.status == status and MARK not in answer.text, target


def test_a_client_cannot_describe_another_request(front, site, watch):
    watch(site.httpd)
    lies = {"X-Original-URL": "http://open.test/", "X-Original-Method": "HEAD", "X-Forwarded-Method": "HEAD",
            "X-Forwarded-Uri": "/public/page", "X-Forwarded-Host": "open.test", "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "192.0.2.9"}
    for chosen in ({name: value} for name, value in lies.items()):
        assert MARK not in front.get("/protected/page", site.stranger, chosen).text, chosen
        assert MARK not in front.get("/inside/page", site.member, chosen).text, chosen
    answer = front.get("/protected/page", site.stranger, lies)
    assert answer.status in (400, 403) and MARK not in answer.text


def test_a_client_cannot_choose_the_virtual_host(front, site, watch):
    """nginx has no other server and answers to any name; Caddy has no site of that name."""
    watch(site.httpd)
    answer = front.get("/protected/page", site.stranger, host="open.test")
    assert MARK not in answer.text


def test_no_spelling_of_an_identity_header_comes_through(front, site, watch):
    watch(site.httpd)
    for path, cookie, expected in (("/protected/page", site.member, ["carol"]), ("/public/page", None, [])):
        for name in ("Auth-User", "auth-user", "AUTH-USER", "Auth_User", "auth_user", "AUTH_USER"):
            seen = front.get(f"{path}?format=json", cookie, {name: "mallory"}).json()
            assert [value for value in values(seen, "Auth-User") if value] == expected, name
            assert "mallory" not in str(seen["headers"]), name


@pytest.mark.parametrize(("kind", "start", "status"), [(Nginx, start_nginx, 503), (Caddy, start_caddy, 502)])
def test_a_proxy_whose_endpoint_is_gone_shows_nothing(site, kind, start, status):
    with kind() as proxy:
        answer = start(proxy, free_port(), site.echo.server_address[1]).get("/page", site.member)
        assert answer.status == status and MARK not in answer.text


def test_traefiks_example_passes_on_what_the_endpoint_needs_and_takes_back_what_it_gives(site, watch):
    watch(site.httpd)
    shipped = (ROOT / "conf/traefik/sso-auth.yml").read_text()

    def listed(name: str) -> list[str]:
        return re.search(rf"^ *{name}: \[(.*)\]$", shipped, re.MULTILINE)[1].split(", ")
    client = {"Cookie": site.member, "Accept": "text/html", "Accept-Language": "en", "X-Requested-With": "fetch",
              "Sec-Fetch-Mode": "navigate", "User-Agent": "browser", "X-Original-URL": "http://open.test/"}
    passed = {name: client[name] for name in listed("authRequestHeaders")}
    answer = site.endpoint.get("/sso-auth", None, {**passed, **forwarded("/protected/page")})
    assert answer.status == 204
    assert {name: answer.header(name) for name in listed("authResponseHeaders")} == {
        "Cookie": "", "Auth-User": "carol", "Auth-Mail": "carol@example.com"}
