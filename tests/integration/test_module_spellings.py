"""What the lists of tests/data do not name: request targets and header lines by the thousand, made from a seed, on every
way to an application. A guarded page is shown to nobody who may not have it, however it is asked for, and an application
knows nobody by a header of the client's. SSO_SEED repeats a run."""

import random
from collections import Counter

import pytest

from sandbox.echo_app import MARK
from sandbox.httpd import Response, parse_response
from sandbox.process import subfolder
from sandbox.protected_site import ProtectedSite
from tests.support.backends import APPLICATION, FastCgiMirror, MirrorBackend
from tests.support.clients import CarelessHttp2, Connection, Raw, ask_anything
from tests.support.length import short_or_whole
from tests.support.spellings import Fields, Targets, cookies, every_byte, may_be_guarded, seed, variable

RULES = r"""rules = [
    { match = '^/protected/.*$', allow = '$groups =~ /\bgroup1\b/' },
    { match = '^/site/.*$', allow = '$groups =~ /\bgroup1\b/' },
    { match = '^/open/', allow = 'unprotect' },
    { match = '^/skip/', allow = 'skip' },
]
"""
NAMES = ("Auth-User", "Unit", "X-Mail-2")
SECRET = "a page that only group1 may see"
FILES = """
SSOEngine On
DocumentRoot "{htdocs}"
<Directory "{htdocs}">
    Options +MultiViews
    DirectoryIndex page.html
</Directory>
"""
# Beside the application, an address that httpd redirects to it by itself.
FCGI = """
ProxyPass /door !
ProxyPass / {fcgi}/
DocumentRoot "{htdocs}"
<Directory "{htdocs}">
    RewriteEngine On
    RewriteRule ^door$ /page [L]
</Directory>
"""
# The body is read to its end: a reset would lose the answer.
CGI = """#!/bin/sh
[ "$REQUEST_METHOD" = POST ] && cat > /dev/null
printf 'Content-Type: text/plain\\r\\n\\r\\n%s\\n'
/usr/bin/env | sed 's/=/: /'
"""
LASTING = "KeepAlive On\nMaxKeepAliveRequests 0\nKeepAliveTimeout 60\nProtocols h2c http/1.1\nSSOStoreTimeout 10000"

TARGETS = short_or_whole(1200, 20_000)
FIELDS = short_or_whole(700, 12_000)


class Way:
    """One way to an application: a virtual host, and what it says of its rules beside them."""

    def __init__(self, name: str, inside: str, settings: str = ""):
        self.host = f"{name}.test"
        self.inside = f"SSOEngine On\nMergeTrailers On\n<Location /off>\nSSOEngine Off\n</Location>\n{inside}\n"
        self.settings = (f'[vhost."{self.host}"]\nurl = "http://{name}.sso.test/"\n{settings}{RULES}'
                         f"[vhost.\"{self.host}\".headers]\nAuth-User = '$uid'\nUnit = '$ou'\nX-Mail-2 = '$mail'\n")

    @property
    def is_decoded(self) -> bool:
        """Whether the application gets the path decoded, as PATH_INFO."""
        return self.host in ("fcgi.test", "cgi.test")


class World(ProtectedSite):
    def __init__(self, build_dir):
        super().__init__(build_dir, modules=("http2", "proxy_fcgi", "negotiation", "rewrite"))
        self.http, self.fcgi = MirrorBackend(), FastCgiMirror()
        proxy, fcgi = f"http://127.0.0.1:{self.http.port}", f"fcgi://127.0.0.1:{self.fcgi.port}"
        for folder in ("protected", "site", "protected/a", "x/protected"):
            self.httpd.page(f"/{folder}/page.html", SECRET if folder[:1] in "ps" else MARK)
            self.httpd.page(f"/{folder}/b.html", SECRET if folder[:1] in "ps" else MARK)
        self.httpd.page("/page.html", MARK)
        script = subfolder(self.folder, "cgi") / "env.cgi"
        script.write_text(CGI.replace("%s", APPLICATION.decode()))
        script.chmod(0o755)
        self.ways = (
            Way("proxy", f"ProxyPass / {proxy}/"),
            Way("nocanon", f"ProxyPass / {proxy}/ nocanon"),
            Way("keep", f"AllowEncodedSlashes NoDecode\nProxyPass / {proxy}/ nocanon", 'encoded_slashes = "keep"\n'),
            Way("kept", f"AllowEncodedSlashes On\nProxyPass / {proxy}/", 'encoded_slashes = "keep"\n'),
            Way("slashes", f"MergeSlashes Off\nProxyPass / {proxy}/"),
            Way("encoded", f"ProxyPass / {proxy}/ mapping=encoded"),
            Way("fcgi", FCGI.format(fcgi=fcgi, htdocs=self.httpd.htdocs)),
            Way("cgi", f'ScriptAlias / "{script}/"\n<Directory "{script.parent}">\nRequire all granted\n</Directory>'),
        )
        self.files = Way("files", FILES.format(htdocs=self.httpd.htdocs))

    def open(self):
        ways = self.ways + (self.files,)
        self.settings("".join(way.settings for way in ways))
        self.start("".join(self.host(way.host, way.inside) for way in ways), LASTING)
        self.member = self.login("carol", groups="group1", ou="unit1", mail="1")
        self.stranger = self.login("bob", groups="group2", ou="unit2", mail="2")

    def stop(self):
        super().stop()
        self.http.stop()
        self.fcgi.stop()


@pytest.fixture(scope="module")
def world(build_dir):
    with World(build_dir) as site:
        site.open()
        yield site


@pytest.fixture
def site(world, watch):
    watch(world.httpd)
    # httpd's own words of what it refuses
    world.httpd.announce("AH00026", "AH00036", "AH00127", "AH00128", "AH10244", "AH02811", "AH01136", "AH00561", "AH00566",
                         "AH01095", "AH01270")
    return world


@pytest.fixture
def chance():
    number = seed()
    print(f"SSO_SEED={number}")
    return random.Random(number)


# targets

def request_for(way: Way, target: bytes, cookie: str | None) -> Raw:
    fields = [b"Host: " + way.host.encode()] + ([b"Cookie: " + cookie.encode()] if cookie else [])
    return Raw(b"GET " + target + b" HTTP/1.1\r\n" + b"\r\n".join(fields) + b"\r\n\r\n")


def pseudo_fields(way: Way, method: bytes, path: bytes) -> list[tuple[bytes, bytes]]:
    return [(b":method", method), (b":scheme", b"http"), (b":authority", way.host.encode()), (b":path", path)]


def asked_for(way: Way, answer: Response) -> bytes:
    """The path that the application was asked for, decoded where it gets it so."""
    _, _, received = answer.body.partition(b"\n")
    if not way.is_decoded:
        return received.split(b" ")[1].partition(b"?")[0]
    lines = dict(line.partition(b": ")[::2] for line in received.replace(b"\r\n", b"\n").split(b"\n"))
    return lines.get(b"SCRIPT_NAME", b"").replace(b"/env.cgi", b"") + lines.get(b"PATH_INFO", b"")


def shows_guarded(way: Way, answer: Response | None) -> bool:
    if answer is None:
        return False
    if APPLICATION not in answer.body:
        return SECRET.encode() in answer.body
    return may_be_guarded(asked_for(way, answer), is_decoded=way.is_decoded, drops_parameters=not way.is_decoded)


def is_served(answer: Response | None) -> bool:
    return answer is not None and any(text in answer.body for text in (APPLICATION, SECRET.encode(), MARK.encode()))


def status_of(answer: Response | None) -> int:
    return answer.status if answer else 0


def ask_as_each(site, connection: Connection, way: Way, target: bytes, statuses: Counter) -> str | None:
    """Asks as somebody who may not have the guarded pages, as nobody, and as somebody who may. @return what is wrong"""
    def ask(cookie: str | None) -> Response | None:
        return ask_anything(connection, request_for(way, target, cookie))
    stranger = ask(site.stranger)
    statuses["stranger", status_of(stranger)] += 1
    if shows_guarded(way, stranger):
        return f"shown to a stranger: {stranger.body[:200]!r}"
    nobody = ask(None)
    statuses["nobody", status_of(nobody)] += 1
    if is_served(nobody) and b"/open/" not in target and b"/skip/" not in target:
        return f"shown to nobody in particular: {nobody.body[:200]!r}"
    member = ask(site.member)
    statuses["member", status_of(member)] += 1
    statuses["guarded"] += shows_guarded(way, member)
    if status_of(stranger) not in (403, status_of(member)):
        return f"a stranger got {status_of(stranger)}, a member {status_of(member)}"
    return None


def assert_closed(site, targets, measured) -> None:
    statuses: Counter = Counter()
    wrong = []
    with Connection(site.httpd.port) as connection:
        for way, target in targets:
            flaw = ask_as_each(site, connection, way, target, statuses)
            if flaw:
                wrong.append(f"{way.host} {target!r}: {flaw}")
    assert not wrong, f"{len(wrong)} of {len(targets)}:\n" + "\n".join(wrong[:20])
    # and yet it was asked for what is guarded, and shown to those who may
    assert statuses["guarded"] > len(targets) / 40 and statuses["stranger", 403] >= statuses["guarded"], statuses
    assert statuses["stranger", 400] > len(targets) / 40, statuses
    measured(f"{len(targets)} targets, three visitors each, none slipped by; "
             f"{statuses['guarded']} showed a guarded page to a member, {statuses['stranger', 400]} were 400")


def test_no_generated_spelling_of_a_path_shows_a_guarded_page_to_a_stranger(site, chance, measured):
    targets = Targets(chance)
    ways = [way for way in site.ways if way.host != "cgi.test"] * 3 + [site.files] * 3 + [site.ways[-1]]
    cases = [(way, targets.next(way.host.encode())) for way in chance.choices(ways, k=TARGETS)]
    assert_closed(site, cases, measured)


def test_no_byte_escaped_once_or_twice_leads_by_the_rules(site, chance, measured):
    every = every_byte()
    ways = [way for way in site.ways if way.host != "cgi.test"] + [site.files]
    cases = [(way, target) for target in every for way in chance.sample(ways, short_or_whole(1, len(ways)))]
    statuses: Counter = Counter()
    wrong = []
    with Connection(site.httpd.port) as connection:
        for way, target in cases:
            answer = ask_anything(connection, request_for(way, target, site.stranger))
            statuses[status_of(answer)] += 1
            if shows_guarded(way, answer):
                wrong.append(f"{way.host} {target!r}: {answer.body[:200]!r}")
    assert not wrong, f"{len(wrong)} of {len(cases)}:\n" + "\n".join(wrong[:20])
    assert statuses[403] > 100 and statuses[400] > 100 and statuses[200] > 100, statuses
    measured(f"{len(cases)} targets: {dict(statuses)}")


def test_no_generated_path_in_http2_shows_a_guarded_page_to_a_stranger(site, chance, measured):
    targets = Targets(chance)
    count = TARGETS // 4
    statuses: Counter = Counter()
    wrong = []
    with CarelessHttp2(site.httpd.port) as client:
        for _ in range(count):
            way = chance.choice(site.ways[:-1] + (site.files,))
            path = targets.next(way.host.encode())
            answer = client.ask(pseudo_fields(way, b"GET", path) + [(b"cookie", site.stranger.encode())])
            statuses[status_of(answer)] += 1
            if shows_guarded(way, answer):
                wrong.append(f"{way.host} {path!r}: {answer.body[:200]!r}")
    assert not wrong, f"{len(wrong)} of {count}:\n" + "\n".join(wrong[:20])
    assert statuses[403] > count / 40 and statuses[400] > count / 40, statuses
    measured(f"{count} targets: {dict(statuses)}")


# header lines

def received_fields(way: Way, answer: Response) -> list[tuple[str, str]]:
    """Names and values as the application got them, a variable of CGI's under its own name."""
    _, _, received = answer.body.decode("latin-1").partition("\n")
    prefix = "HTTP_" if way.is_decoded else ""
    return [(name.removeprefix(prefix), value.strip()) for name, separator, value in
            (line.rstrip("\r").partition(":") for line in received.split("\n")) if separator]


IDENTITIES = {"carol": ("carol", "unit1", "1"), None: (None, None, None)}


def foreign_identity(way: Way, answer: Response, allowed: list[str | None], secret: str) -> str | None:
    """What is wrong with whom the application knows; None if it is one of `allowed`, by one header a name."""
    fields = received_fields(way, answer)
    found = [[value for name, value in fields if variable(name) == variable(ours)] for ours in NAMES]
    if not any(found == [[] if value is None else [value] for value in IDENTITIES[who]] for who in allowed):
        return f"the application knows {found}, not one of {allowed}"
    odd = [name for name, _ in fields if not all(c.isascii() and (c.isalnum() or c in "!#$%&'*+-.^_`|~") for c in name)]
    if odd:
        return f"names that are none: {odd}"
    if any(secret in value for name, value in fields if variable(name).endswith("COOKIE")):
        return "the application has the session's cookie"
    return None


PLACES = (("/page", True, False), ("/open/page", True, True), ("/skip/page", False, True), ("/off/page", False, True))


class Visit:
    """One request with generated lines: what is sent, and as whom it may be served; as nobody where that is None."""

    def __init__(self, site, chance: random.Random, way: Way, fields: Fields, *, simple: bool):
        self.way = way
        self.path, knows, is_open = chance.choice(PLACES)
        name, _, self.secret = site.member.partition("=")
        comes_along = chance.random() < 0.75
        odd = comes_along and chance.random() < 0.3
        own = []
        if comes_along:
            own = cookies(chance, name.encode(), self.secret.encode()) if odd else [b"Cookie: " + site.member.encode()]
        lines = fields.next(simple=simple) + own
        chance.shuffle(lines)
        self.lines = lines
        odd = odd or any(line[:1] in b" \t" for line in lines)  # it may go on with the Cookie line
        who: list[str | None] = ["carol"] if comes_along and knows else []
        if not who or odd:
            who += [None] if is_open else []
        self.allowed = who
        # a place that leaves all to the application leaves it the cookie, too
        self.secret = "nothing of this kind" if self.path.startswith("/off/") else self.secret
        self.trailers = fields.next(simple=True) if chance.random() < 0.15 else []

    def request(self) -> Raw:
        head = [b"Host: " + self.way.host.encode(), *self.lines]
        if not self.trailers:
            return Raw(b"GET %s HTTP/1.1\r\n" % self.path.encode() + b"\r\n".join(head) + b"\r\n\r\n")
        head.append(b"Transfer-Encoding: chunked")
        return Raw(b"POST %s HTTP/1.1\r\n" % self.path.encode() + b"\r\n".join(head) + b"\r\n\r\n3\r\na=b\r\n0\r\n"
                   + b"\r\n".join(self.trailers) + b"\r\n\r\n", "POST")

    def blocks(self) -> tuple[list[tuple[bytes, bytes]], list[tuple[bytes, bytes]]]:
        """The same for HTTP/2, header and trailer."""
        def fields(lines: list[bytes]) -> list[tuple[bytes, bytes]]:
            return [(name.lower(), value.strip(b" \t")) for name, _, value in (line.partition(b":") for line in lines)]
        own = pseudo_fields(self.way, b"POST" if self.trailers else b"GET", self.path.encode())
        return own + fields(self.lines), fields(self.trailers)

    def flaw(self, answer: Response | None) -> str | None:
        if answer is None or APPLICATION not in answer.body:
            return "nothing was served" if answer is not None and answer.status == 200 else None
        if not self.allowed:
            return "served to nobody"
        found = foreign_identity(self.way, answer, self.allowed, self.secret)
        return found and f"{found}: {answer.body[:2000]!r}"


def assert_no_foreign_identity(site, chance, count: int, ask, measured, *, simple: bool = False) -> None:
    fields = Fields(chance, NAMES, b"mallory")
    statuses: Counter = Counter()
    wrong = []
    ways = [way for way in site.ways if way.host in ("proxy.test", "fcgi.test")] * 5 + [site.ways[-1]]
    for _ in range(count):
        visit = Visit(site, chance, chance.choice(ways), fields, simple=simple)
        answer = ask(visit)
        statuses[status_of(answer)] += 1
        if flaw := visit.flaw(answer):
            wrong.append(f"{visit.way.host}{visit.path} {visit.lines} {visit.trailers}: {flaw}")
    assert not wrong, f"{len(wrong)} of {count}:\n" + "\n\n".join(wrong[:10])
    assert statuses[200] > count * (0.5 if simple else 0.15), statuses
    measured(f"{count} requests, nobody known by a header of the client's: {dict(statuses)}")


@pytest.mark.parametrize("simple", [True, False], ids=["that httpd takes", "of any bytes"])
def test_no_generated_header_line_makes_an_application_know_somebody(site, chance, measured, simple):
    with Connection(site.httpd.port) as connection:
        assert_no_foreign_identity(site, chance, FIELDS, lambda visit: ask_anything(connection, visit.request()), measured,
                                   simple=simple)


@pytest.mark.parametrize("simple", [True, False], ids=["that httpd takes", "of any bytes"])
def test_no_generated_header_block_of_http2_makes_an_application_know_somebody(site, chance, measured, simple):
    with CarelessHttp2(site.httpd.port) as client:
        assert_no_foreign_identity(site, chance, FIELDS // 2, lambda visit: client.ask(*visit.blocks()), measured, simple=simple)


@pytest.mark.parametrize("path", ["/page", "/off/page", "/door"])
def test_trailers_become_no_identity_wherever_they_are_read(site, path):
    """At a place without SSOEngine, and when httpd has left the filters of the client's request behind, too."""
    way = next(way for way in site.ways if way.host == "fcgi.test")
    known = path != "/off/page"
    raw = site.httpd.raw(
        f"POST {path} HTTP/1.1\r\nHost: {way.host}\r\nCookie: {site.member}\r\nTransfer-Encoding: chunked\r\n"
        "Connection: close\r\n\r\n3\r\na=b\r\n0\r\nAuth-User: mallory\r\nunit: mallory\r\nX-Harmless: yes\r\n\r\n".encode())
    fields = dict(received_fields(way, parse_response(raw)))
    assert fields["X_HARMLESS"] == "yes", "the trailers were merged"
    assert [fields.get(variable(name)) for name in NAMES] == list(IDENTITIES["carol" if known else None])
