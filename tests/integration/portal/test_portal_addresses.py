"""Where the portal sends people back to, and where not."""

import re
import sys
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from tests.support.portal_server import b64

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/data"))
import attack_lists  # noqa: E402


def test_the_attack_list_of_return_addresses(portal):
    """Each address is tried when somebody logs in with it, and when somebody who is signed in comes with it."""
    wrong = []
    signed_in = portal.browser()
    signed_in.login("alice")
    for case in attack_lists.return_addresses():
        query = "url=" + quote(case.value, safe="")
        signed_in.cookies = [c for c in signed_in.cookies if c.name != "sso-arrivals"]
        answers = [signed_in.get(portal.at("/?" + query))]
        body = "&".join([query, urlencode({"token": token_for(signed_in), "user": "alice", "password": "alice-demo"})])
        answers.append(signed_in._request("POST", portal.at(), body.encode(), {
            "Content-Type": "application/x-www-form-urlencoded", **signed_in.own}))
        for answer in answers:
            location = answer.header("Location")
            if case.follow and location is None:
                wrong.append(f"{case}: not followed ({answer.status})")
            elif case.follow and not same_address(location, case.plain):
                wrong.append(f"{case}: led to {location}")
            elif not case.follow and location and not location.startswith("http://auth.example.com/"):
                wrong.append(f"{case}: followed to {location}")
            elif not case.follow:
                wrong += [f"{case}: link to {link}" for link in foreign_links(answer.text)]
    assert not wrong, "\n".join(wrong)


def token_for(browser) -> str:
    """A login form's token for somebody who may be signed in: from a page of the same browser without its session."""
    session = browser.cookies
    browser.cookies = [cookie for cookie in session if cookie.name.startswith("sso-form-")]
    token = browser.login_page().form_with("password").fields["token"]
    browser.cookies = session
    return token


def same_address(location: str, wanted: bytes) -> bool:
    """Whether the portal's spelling is the same address: scheme and host in lower case, the default port left out, and
    nothing else changed."""
    def normal(text: str):
        parts = urlsplit(text)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme.lower()]
        return parts.scheme.lower(), (parts.hostname or "").lower(), port, parts.path or "/", parts.query
    return normal(location) == normal(wanted.decode("latin-1").strip())


def foreign_links(text: str) -> list[str]:
    allowed = ("/", "#", "http://auth.example.com/", "http://www1.example.com/", "https://www2.example.com:8443/")
    links = re.findall(r'(?:href|src|action)="([^"]*)"', text)
    return [link for link in links if not link.startswith(allowed) or link.startswith("//")]


def test_a_refused_address_is_told_about_and_the_menu_comes_after_the_login(portal):
    browser = portal.browser()
    page = browser.login_page(b64("https://evil.example/"))
    assert page.status == 400
    assert "not one that we may send you back to" in page.text
    assert "evil" not in page.text
    answer = browser.send_login(page, "alice", "alice-demo", url=b64("https://evil.example/"))
    assert answer.header("Location") == "http://auth.example.com/?refused=1"
    browser = portal.browser()
    browser.login("alice")
    assert "not one that we may send you back to" in browser.get(portal.at("/?refused=1")).text
