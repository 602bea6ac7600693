"""What core/http and the attack lists say of httpd holds for the httpd that is installed: no mod_sso here. A path that
we do not refuse is the path that httpd sees; a line that httpd is said to refuse is refused by it."""

import base64
import random
import subprocess
from pathlib import Path

import pytest

from sandbox.httpd import Httpd, parse_response
from tests.data.attack_lists import identity_headers, request_paths


# X-Uri is r->uri, the path that rules see; X-Server tells which virtual host was chosen.
HOST = """
<VirtualHost *>
    ServerName {name}
    Header always set X-Server {name}
    Header always set X-Uri "expr=%{{base64:%{{REQUEST_URI}}}}"
</VirtualHost>
"""


@pytest.fixture(scope="module")
def plain_httpd():
    with Httpd() as httpd:
        httpd.configure(HOST.format(name="other.test") + HOST.format(name="app.test"))
        httpd.start()
        yield httpd


def canonical(build_dir: Path, paths: list[bytes]) -> list[bytes | None]:
    """Each path as core/http sees it, nothing where it is refused."""
    out = subprocess.run([build_dir / "tests/support/canonical_paths"], input="".join(p.hex() + "\n" for p in paths),
                         capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
    assert len(out) == len(paths)
    return [None if line.startswith("refused: ") else bytes.fromhex(line) for line in out]


def uri(response) -> bytes:
    return base64.b64decode(response.header("X-Uri", ""))


def test_every_request_path_of_the_list_is_answered_as_the_list_says(plain_httpd, build_dir):
    cases = request_paths()
    assert len(cases) >= 70
    ours = dict(zip(cases, canonical(build_dir, [case.own_path or b"" for case in cases])))
    wrong = []
    for case in cases:
        answer = parse_response(plain_httpd.raw(case.request()))
        server, path = answer.header("X-Server"), uri(answer)
        guarded = path.startswith((b"/protected/", b"/site/"))
        if case.expect in ("404", "414"):
            holds = answer.status == int(case.expect)
        elif case.expect == "400":  # by httpd, or else by us
            holds = answer.status == 400 or (case.own_path is not None and ours[case] is None)
        elif case.expect == "other":
            holds = answer.status == 404 and server == "other.test"
        else:  # there is no such file, and the long names are longer than a file's may be (403)
            holds = answer.status in (403, 404) and server == "app.test" and guarded == (case.expect == "403")
            holds = holds and (case.own_path is None or ours[case] == path)
        if not holds:
            wrong.append(f"{case}: {case.expect}: {answer.status} {server} {path[:80]!r}")
    assert not wrong, "\n".join(wrong)


def test_a_path_that_we_do_not_refuse_is_the_one_that_httpd_sees(plain_httpd, build_dir):
    """Paths made of the pieces that decoding and normalising stumble over; the seed is fixed, the order is not luck."""
    dice = random.Random(20261123)
    pieces = [b"/", b"/", b"/", b".", b".", b"..", b"%2e", b"%2E", b"%2f", b"%5c", b"\\", b"a", b"b", b";", b"%3b", b"%25",
              b"%", b"%41", b"%c3%a9", b"\xc3\xa9", b"%c0%af", b"%ff", b"%20", b"%0a", b"%00", b"%7f", b"+", b"~", b"%7e",
              b"%3f", b"%23", b":", b"@", b"*", b"'", b'"', b"<", b"|", b"^"]
    paths = [b"/" + b"".join(dice.choices(pieces, k=dice.randrange(1, 12))) for _ in range(1500)]
    seen = canonical(build_dir, paths)
    assert sum(path is not None for path in seen) > 200, "most of what is tried must be allowed to count"
    wrong = []
    for raw, ours in zip(paths, seen):
        answer = parse_response(plain_httpd.raw(b"GET %s HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n" % raw))
        refused = answer.status == 400 or (answer.status == 404 and ours is None)
        if ours is not None and (refused or uri(answer) != ours):
            wrong.append(f"{raw!r}: httpd {answer.status} {uri(answer)!r}, ours {ours!r}")
    assert not wrong, "\n".join(wrong)


def test_httpd_refuses_the_header_lines_that_the_list_says_it_refuses(plain_httpd):
    """And lets the others in: what is said to be removed must reach mod_sso to be removed."""
    cases = identity_headers()
    assert len(cases) >= 70
    wrong = []
    for case in cases:
        answer = parse_response(plain_httpd.raw(case.request("app.test", "/", fields=("Cookie: a=b",))))
        if (answer.status == 400) != (case.expect == "400"):
            wrong.append(f"{case}: {case.expect}: {answer.status}")
    assert not wrong, "\n".join(wrong)
