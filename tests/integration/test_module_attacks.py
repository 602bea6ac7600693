"""The attack lists of tests/data, through httpd with mod_sso, to an application behind mod_proxy_http and one that is a
CGI script. What must never happen: a byte of a protected page on an answer that is no allow."""

import pytest

from sandbox.echo_app import MARK
from sandbox.httpd import parse_response
from sandbox.protected_site import ProtectedSite, values
from tests.data.attack_lists import identity_headers, request_paths

SETTINGS = r"""
[vhost."app.test"]
url = "http://app.sso.test/"
rules = [
    { match = '^/protected/.*$', allow = '$groups =~ /\bgroup1\b/' },
    { match = '^/site/.*$', allow = '$groups =~ /\bgroup1\b/' },
]
default = 'accept'
[vhost."app.test".headers]
Auth-User = '$uid'
Unit = '$ou'
[vhost."other.test"]
url = "http://other.sso.test/"
"""

# The same rules guard both kinds of application, each behind an httpd of its own, as the lists describe it.
KINDS = ("proxy", "cgi")


@pytest.fixture(scope="module", params=KINDS)
def world(request, build_dir):
    with ProtectedSite(build_dir) as site:
        site.kind = request.param
        site.settings(SETTINGS)
        application = site.proxy if site.kind == "proxy" else site.cgi_host
        site.httpd.page("/index.html", "of other.test")
        site.start(site.host("other.test", "SSOEngine On\nHeader always set X-Server other.test")
                   + application("app.test", "SSOEngine On\nHeader always set X-Server app.test"))
        site.member = site.login("carol", groups="group1", ou="unit1")
        site.stranger = site.login("bob", groups="group2", ou="unit2")
        yield site


@pytest.fixture
def site(world, watch):
    watch(world.httpd)
    # httpd names what is wrong with a request at a level of its own choosing
    world.httpd.announce("AH00026", "AH00036", "AH00127", "AH00128", "AH10244", "AH02811")
    return world


def drops_parameters(site, case) -> bool:
    """Behind a proxy may stand a servlet container, which reads "/protected;x/page" as "/protected/page": the rules are
    asked about that, too."""
    path = case.target.partition(b"?")[0]
    plain = b"/".join(segment.partition(b";")[0] for segment in path.split(b"/"))
    while b"//" in plain:
        plain = plain.replace(b"//", b"/")
    return site.kind == "proxy" and plain != path and plain.startswith((b"/protected/", b"/site/"))


def is_too_long_for_a_file(site, case) -> bool:
    """Where names are those of files, httpd refuses one that no file could have before it asks us."""
    return site.kind == "cgi" and max(map(len, case.target.split(b"/"))) > 255


def test_every_request_path_is_answered_as_the_list_says(site):
    wrong = []
    for case in request_paths():
        for who, cookie in (("member", site.member), ("stranger", site.stranger), ("nobody", None)):
            raw = site.httpd.raw(case.request((f"Cookie: {cookie}",) if cookie else ()))
            answer = parse_response(raw)
            expect = case.expect
            if expect == "open" and drops_parameters(site, case):
                expect = "403"
            served = MARK.encode() in raw
            if expect == "403" and is_too_long_for_a_file(site, case):
                holds = answer.status == 403 and not served
            elif expect == "other":
                holds = answer.header("X-Server") == "other.test" and not served
            elif expect in ("400", "404", "414"):
                holds = answer.status == int(expect) and not served
            elif who == "nobody":
                holds = answer.status == 302 and not served
            elif expect == "403" and who == "stranger":
                holds = answer.status == 403 and not served
            else:
                holds = answer.status == 200 and served
            if not holds:
                wrong.append(f"{case}: {case.expect} for {who}: {answer.status} {answer.header('X-Server')}"
                             f"{' served' if served else ''}")
    assert not wrong, "\n".join(wrong)


def test_no_spelling_of_an_identity_header_reaches_the_application(site):
    cases = identity_headers()
    assert len(cases) >= 60
    wrong = []
    for case in cases:
        raw = site.httpd.raw(case.request("app.test", "/page?format=json", (f"Cookie: {site.member}",)))
        answer = parse_response(raw)
        if case.expect == "400":
            if answer.status != 400 or MARK.encode() in raw:
                wrong.append(f"{case}: {answer.status}")
            continue
        if answer.status != 200:
            wrong.append(f"{case}: {answer.status}")
            continue
        seen = answer.json()
        holds = values(seen, "Auth-User") == ["carol"] and values(seen, "Unit") == ["unit1"]
        if case.expect == "removed":
            holds = holds and "mallory" not in answer.text
        else:
            holds = holds and values(seen, case.name) == [case.value]
        if not holds:
            wrong.append(f"{case}: {case.expect}: {seen['headers']}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "POST", "PROPFIND"])
def test_no_method_brings_an_identity_header_to_the_application(site, method):
    answer = site.get("app.test", "/page?format=json", site.member, method=method,
                      headers={"auth_user": "mallory", "UNIT": "mallory"})
    assert "mallory" not in answer.text
