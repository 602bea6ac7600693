"""Somebody of the demo's people in a browser."""

from sandbox.browser import Browser
from sandbox.people import PEOPLE
from sandbox.system import System

# What a browser may call itself, or a directory somebody: text for every page and log to escape.
HOSTILE = '"><script>alert(1)</script>&amp;\'{{USER}}'


def log_in(system: System, name: str, agent: str | None = None) -> Browser:
    browser = Browser({"User-Agent": agent} if agent else None)
    form = browser.open(system.url("auth")).form_with("password")
    browser.submit(form, user=name, password=PEOPLE[name].password)
    assert browser.cookie("sso") is not None
    return browser
