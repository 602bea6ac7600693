"""SetHandler sso-reload, and how the children of one httpd share the work of looking for a new configuration."""

import pytest

from sandbox.protected_site import ProtectedSite

OPEN = '[vhost."app.test"]\nurl = "http://app.sso.test/"\ndefault = "accept"\n'
CLOSED = OPEN.replace("accept", "deny")
BAD = OPEN + "nonsense = 1\n"
PLACE = '<Location "/reload">\nSetHandler sso-reload\n{}\n</Location>\n'


@pytest.fixture
def site(build_dir, watch):
    with ProtectedSite(build_dir) as site:
        watch(site.httpd)
        site.settings(OPEN)
        site.start(site.proxy("app.test", "SSOEngine On")
                   + site.host("reload.test", PLACE.format("Require ip 127.0.0.1"))
                   + site.host("everybody.test", PLACE.format("Require all granted"))
                   + site.host("nobody-said.test", PLACE.format("")))
        yield site


def reload(site, method="GET", host="reload.test"):
    return site.get(host, "/reload", method=method)


def test_what_was_written_serves_as_soon_as_the_answer_is_there(site):
    before = reload(site)
    assert before.status == 200 and before.text.startswith("version ") and before.text.endswith(" serves\n")
    assert before.header("Content-Type") == "text/plain; charset=utf-8"
    assert before.header("Cache-Control") == "no-store"
    assert reload(site).text == before.text
    site.settings(CLOSED)
    after = reload(site, "POST")
    assert after.status == 200 and after.text != before.text
    assert "SSO045" not in site.httpd.log_since_mark(), "what went well is in the access log alone"


def test_a_bad_text_is_answered_500_and_the_log_alone_says_why(site):
    site.httpd.announce("SSO0101", "SSO0451")
    site.settings(BAD)
    for _ in range(2):  # also when it is known already
        answer = reload(site)
        assert answer.status == 500 and answer.text == "refused; the error log says why\n"
        assert "nonsense" in site.httpd.wait_for_log("SSO0451")
    site.settings(OPEN)
    assert reload(site).status == 200


@pytest.mark.parametrize("host", ["everybody.test", "nobody-said.test"])
def test_a_place_that_nothing_restricts_is_refused(site, host):
    site.httpd.announce("SSO0450")
    assert reload(site, host=host).status == 403


def test_other_methods_are_refused(site):
    answer = reload(site, "PUT")
    assert answer.status == 405 and {"GET", "POST"} <= set(answer.header("Allow").split(","))
