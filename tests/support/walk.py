"""Somebody at a browser: logs in at the portal's form, and reads what the demo's applications say they received."""

import json

from sandbox.browser import Browser, Cookie, Page
from sandbox.process import wait_for, write
from sandbox.system import DOMAIN, System

# For httpd_more: what httpd knows of the person, a line for each request.
NAMES_LOG = 'LogFormat "%r %u %{SSO_USER}e %{REMOTE_CUSTOM}e" names\nCustomLog logs/names.log names\n'


def log_in(system: System, browser: Browser, name: str, password: str, wanted: str | None = None) -> Page:
    """Opens the wanted address, fills the portal's form in, and returns the portal's answer."""
    form = browser.open(wanted or system.url("auth")).form_with("password")
    return browser.submit(form, user=name, password=password)


def given_session(system: System, attributes: dict) -> Browser:
    """A browser with a session that `ssoctl session create` has made."""
    file = write(system.folder / "etc/attributes.json", json.dumps(attributes))
    made = system.ssoctl("session", "create", "--attributes", str(file))
    assert made.returncode == 0, made.stderr
    browser = Browser()
    browser.cookies.append(Cookie("sso", made.stdout.strip(), DOMAIN, False, "/"))
    return browser


def sessions_of(system: System, user: str) -> list[str]:
    """The store's keys of them."""
    listed = system.ssoctl("--json", "session", "list", "--user", user)
    assert listed.returncode == 0, listed.stderr
    return [session["id"] for session in json.loads(listed.stdout)]


def names_at(system: System, path: str) -> str:
    """%u, SSO_USER and REMOTE_CUSTOM of the first request for the path, by NAMES_LOG."""
    log = system.httpd.folder / "logs/names.log"

    def line() -> str | None:
        return next((line for line in log.read_text().splitlines() if line.startswith(f"GET {path} ")), None)
    wait_for(lambda: line() is not None, 10, f"a line of {path}")
    return line().split(" ", 3)[3]


def received(page: Page) -> dict:
    """What the application says that it received."""
    assert page.status == 200, page.text[:500]
    return json.loads(page.body)


def values(seen: dict, name: str) -> list[str]:
    """All values of a header, however the application was told of it (an HTTP header, or a CGI variable)."""
    names = {name.lower(), "http_" + name.lower().replace("-", "_")}
    return [value for key, value in seen["headers"] if key.lower() in names]
