"""A site where every way that httpd can serve a request leads by mod_sso: the same rules on each, the same people before
each, and what must come of it by the model (tests/support/model.py)."""

import secrets
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from sandbox.httpd import Response
from sandbox.process import wait_for, write
from sandbox.protected_site import PORTAL, ProtectedSite
from tests.support.backends import APPLICATION, CGI, FastCgiBackend, HttpBackend
from tests.support.clients import UPGRADE, Request
from tests.support.model import Outcome, Prediction, Rule, Rules, Session, Store, Visitor, predict

RULES = Rules((Rule("^/open/", "unprotect"), Rule("^/skip/", "skip"), Rule("^/never/", "deny"),
               Rule("^/group/", "group1")))
PLACES = ("/", "/open/", "/skip/", "/never/", "/group/")

HOSTS = ("files.test", "proxy.test", "fcgi.test", "socket.test", "tunnel.test")
MODULES = ("rewrite", "proxy_fcgi", "proxy_wstunnel")
# Where callers get their service tokens: the application is told of it as of a name.
FRONT = "front.test"
TOKENS = f"""
[security]
key_file = "{{key}}"
[vhost."{FRONT}"]
url = "http://front.sso.test/"
[vhost."{FRONT}".headers]
Auth-User = '''token($_session_id, {", ".join(f"'{host}'" for host in HOSTS)})'''
"""
TABLE = """[vhost."{host}"]
url = "http://{name}.sso.test/"
service_tokens = true
service_token_lifetime = "1h"
{rules}"""

# Files, scripts, mod_dir, mod_rewrite at both levels, error documents. The paths of the ways below lead here.
FILES = """
SSOEngine On
DocumentRoot "{htdocs}"
ErrorDocument 403 /refused.txt
ErrorDocument 404 /error.cgi
RewriteEngine On
RewriteRule ^/by-server(/.*)$ $1 [PT]
<Directory "{htdocs}">
    Options +ExecCGI
    AddHandler cgi-script .cgi
    DirectoryIndex index.html
    SetEnv BODY_TEXT {application}
    RewriteEngine On
    RewriteRule ^(.*)rewritten$ /$1page.cgi
    <Files "*.html">
        Header set X-Seen-User "expr=%{{HTTP:Auth-User}}"
        Header set X-Seen-Cookie "expr=%{{HTTP:Cookie}}"
    </Files>
</Directory>
{fallbacks}
"""
FALLBACK = '<Directory "{htdocs}{place}fallback">\n    FallbackResource {place}page.cgi\n</Directory>\n'

REFUSAL = b"the error document of a refusal"  # where FILES stands
BODY = b"0123456789" * 700  # longer than one chunk and than a packet


@dataclass(frozen=True)
class Way:
    """One way of serving. `{place}` in target and path is a place of the rules'; `path` is what the rules see."""
    name: str
    host: str
    target: str
    path: str = ""
    status: int = 200  # of an answer to somebody who is let in
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    chunked: bool = False

    def request(self, place: str, headers: tuple[tuple[str, str], ...]) -> Request:
        target = self.target.format(place=place)
        return Request(self.host, target, self.method, self.headers + headers, self.body, self.chunked)


STATIC_WAYS = (
    Way("static file", "files.test", "{place}page.html"),
    Way("head of a static file", "files.test", "{place}page.html", method="HEAD"),
    Way("mod_dir's index", "files.test", "{place}"),
)
FILE_WAYS = STATIC_WAYS + (
    Way("CGI", "files.test", "{place}page.cgi?a=b"),
    Way("mod_dir's fallback", "files.test", "{place}fallback/nothing/there"),
    Way("mod_rewrite in a directory", "files.test", "{place}rewritten"),
    Way("mod_rewrite at the server", "files.test", "/by-server{place}page.cgi", path="{place}page.cgi"),
    Way("error document", "files.test", "{place}nothing.html", status=404),
)
PROXY_WAYS = (
    Way("mod_proxy_http", "proxy.test", "{place}page"),
    Way("mod_proxy_fcgi", "fcgi.test", "{place}page"),
)
BODY_WAYS = tuple(Way(f"body to {name}", host, target, method="POST", body=BODY) for name, host, target in (
    ("CGI", "files.test", "{place}page.cgi"), ("mod_proxy_http", "proxy.test", "{place}page"),
    ("mod_proxy_fcgi", "fcgi.test", "{place}page")))
CHUNKED_WAYS = tuple(replace(way, name=f"chunked {way.name}", chunked=True) for way in BODY_WAYS)
SOCKET_WAYS = (
    Way("websocket by mod_proxy_http", "socket.test", "{place}socket", status=101, headers=UPGRADE),
    Way("websocket by mod_proxy_wstunnel", "tunnel.test", "{place}socket", status=101, headers=UPGRADE),
)

ALICE = Visitor("alice", ("group1",), Session.LIVE)
BOB = Visitor("bob", ("group2",), Session.LIVE)
LEFT = Visitor("carol", ("group1",), Session.ENDED)
NOBODY = Visitor("nobody")
# These bring a service token in the place of a cookie.
CALLER = Visitor("erin", ("group1",), Session.LIVE)
LEFT_CALLER = Visitor("frank", ("group1",), Session.ENDED)
CALLERS = (CALLER, LEFT_CALLER)
VISITORS = (ALICE, BOB, LEFT, NOBODY, *CALLERS)

KINDS = {NOBODY: (False, True), LEFT_CALLER: (True,)}  # whether somebody is answered as a script is; others: no
SCRIPT = (("Accept", "application/json"),)
FORGED = (("auth_user", "mallory"), ("Auth-User", "mallory"))


@dataclass(frozen=True)
class Case:
    """One request and what must come of it."""
    way: Way
    place: str
    visitor: Visitor
    request: Request
    prediction: Prediction
    is_script: bool

    def __str__(self) -> str:
        return f"{self.way.name}, {self.place}, {self.visitor.name}{' (script)' if self.is_script else ''}"

    def flaw(self, answer: Response) -> str | None:
        """What is wrong with the answer; None if nothing is."""
        found = flaw_of(answer, self.prediction, self.way.status, is_script=self.is_script)
        if found is None and self.prediction.outcome is Outcome.SERVED and self.way.body:
            if answer.header("X-Seen-Length", "").strip() != str(len(self.way.body)):
                found = f"the application got {answer.header('X-Seen-Length')} bytes of {len(self.way.body)}"
        if found is None and answer.status == 403 and self.way.host == "files.test" and self.way.method != "HEAD":
            found = None if answer.body == REFUSAL else "not the error document"
        return None if found is None else f"{self}: {found}; {self.prediction}; {answer.status} {answer.headers}"


def flaw_of(answer: Response, prediction: Prediction, status: int = 200, *, is_script: bool = False) -> str | None:
    """What is wrong with an answer, by the model."""
    has_page = APPLICATION in answer.body
    if prediction.outcome is Outcome.SERVED:
        if answer.status != status:
            return f"status {answer.status}"
        if (answer.header("X-Seen-User") or "") != (prediction.user or ""):
            return f"the application saw {answer.header('X-Seen-User')!r}"
        return None if answer.header("X-Seen-Cookie", "") == "other=1" else "the application saw other cookies"
    if has_page or answer.header("X-Seen-User"):
        return "the application was reached"
    if answer.header("Cache-Control") != "no-store":
        return "a refusal that may be stored"
    if prediction.outcome is Outcome.FORBIDDEN:
        return None if answer.status == 403 else f"status {answer.status}"
    if prediction.outcome is Outcome.UNAVAILABLE:
        fits = answer.status == 503 and int(answer.header("Retry-After", "0")) > 0 and not answer.header("Location")
        return None if fits else f"status {answer.status}"
    if is_script:
        return None if answer.status == 401 and answer.json()["login_url"].startswith(PORTAL) else f"status {answer.status}"
    fits = answer.status == 302 and (answer.header("Location") or "").startswith(f"{PORTAL}?url=")
    return None if fits else f"status {answer.status}"


class Crossroads(ProtectedSite):
    """`with Crossroads(build_dir, mpm="event") as site: site.open(); cases = site.cases(FILE_WAYS)`"""

    def __init__(self, build_dir: Path, *, modules: tuple[str, ...] = (), **options):
        super().__init__(build_dir, modules=MODULES + modules, **options)
        self.http, self.fcgi = HttpBackend(), FastCgiBackend()
        self.cookies: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.key = write(self.folder / "conf/key", secrets.token_hex(32) + "\n", 0o600)
        for place in PLACES:
            self.httpd.page(f"{place}page.html", APPLICATION.decode())
            self.httpd.page(f"{place}index.html", APPLICATION.decode())
            self.httpd.page(f"{place}page.cgi", CGI, 0o755)
            self.httpd.page(f"{place}fallback/kept", "")
        self.httpd.page("/error.cgi", CGI, 0o755)
        self.httpd.page("/refused.txt", REFUSAL.decode())

    def write_rules(self, more: str = "") -> None:
        """The same rules for every host; `more` goes behind them."""
        tables = [TABLE.format(host=host, name=host.removesuffix(".test"), rules=RULES.toml()) for host in HOSTS]
        self.settings(TOKENS.format(key=self.key) + "\n".join(tables) + more)

    def body(self) -> str:
        """httpd's virtual hosts."""
        htdocs = self.httpd.htdocs
        fallbacks = "".join(FALLBACK.format(htdocs=htdocs, place=place) for place in PLACES)
        http, fcgi = (f"127.0.0.1:{backend.port}" for backend in (self.http, self.fcgi))
        return (self.host("files.test", FILES.format(htdocs=htdocs, application=APPLICATION.decode(), fallbacks=fallbacks))
                + self.host(FRONT, f"SSOEngine On\nProxyPass / http://{http}/")
                + self.host("proxy.test", f"SSOEngine On\nProxyPass / http://{http}/")
                + self.host("fcgi.test", f"SSOEngine On\nProxyPass / fcgi://{fcgi}/")
                + self.host("socket.test", f"SSOEngine On\nProxyPass / http://{http}/ upgrade=websocket")
                + self.host("tunnel.test", f"SSOEngine On\nProxyPass / ws://{http}/"))

    def open(self, server_level: str = "", also: str = "") -> None:
        """Starts, and makes everybody's session. `also`: virtual hosts of the test's own."""
        self.write_rules()
        self.start(self.body() + also, server_level)
        for visitor in VISITORS:
            self.admit(visitor)

    def admit(self, visitor: Visitor) -> None:
        if visitor.session is Session.NONE:
            return
        cookie = self.login(visitor.name, groups="; ".join(visitor.groups))
        self.cookies[visitor.name] = cookie
        if visitor in CALLERS:
            self.tokens[visitor.name] = self.get(FRONT, "/", cookie).header("X-Seen-User") or ""
            assert self.tokens[visitor.name]
        if visitor.session is Session.ENDED:
            self.logout(cookie)
            # a caller's session is known to the process that made the token
            wait_for(lambda: all(self.get(FRONT, "/", cookie).status == 302 for _ in range(8)), 5,
                     f"the session of {visitor.name} is over")

    def headers_of(self, visitor: Visitor) -> tuple[tuple[str, str], ...]:
        if visitor in CALLERS:
            return FORGED + (("X-LLNG-TOKEN", self.tokens[visitor.name]), ("Cookie", "other=1"))
        cookie = self.cookies.get(visitor.name, "sso=nonsense")
        return FORGED + (("Cookie", f"{cookie}; other=1"),)

    def cases(self, ways: tuple[Way, ...], store: Store = Store.ANSWERS) -> list[Case]:
        """Each way to each place for each visitor, those who bring no session as a browser and as a script. Who brings a
        token is a script."""
        cases = []
        for way, place, visitor in product(ways, PLACES, VISITORS):
            path = (way.path or way.target.partition("?")[0]).format(place=place)
            prediction = predict(RULES, path, visitor, store)
            for is_script in KINDS.get(visitor, (False,)):
                if is_script and way.method == "HEAD":
                    continue  # what a script is told stands in the body
                headers = self.headers_of(visitor) + (SCRIPT if is_script else ())
                cases.append(Case(way, place, visitor, way.request(place, headers), prediction, is_script))
        return cases

    def stop(self) -> None:
        super().stop()
        self.http.stop()
        self.fcgi.stop()
