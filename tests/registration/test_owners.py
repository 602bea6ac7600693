"""What owners do in a browser: accept, refuse and withdraw on the portal, and see their backups behind mod_sso."""

import json
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from sandbox.browser import Browser
from sandbox.httpd import Httpd
from sandbox.process import own, service_user_options, subfolder, wait_for
from world import BACKUPPC, ETC, ROOT, STATE, BackupPc

TRIGGER = Path("/run/mod_sso/sweep")


class Site:
    """Portal and BackupPC's pages behind one httpd, on the configuration that sso-register reads."""

    def __init__(self, world, build: Path):
        self.world = world
        self.httpd = Httpd(sso_module=build / "mod_sso/mod_sso.so")
        programs = subfolder(self.httpd.folder, "programs")
        own(Path(shutil.copy(build / "portal/sso-portal", programs)), 0o755)
        snippets = ROOT / "conf/apache"
        self.httpd.configure(f"""
Define SSO_CONFIG_URI file:{ETC}/sso.toml
Define SSO_LISTEN 127.0.0.1:{self.httpd.port}
Define SSO_PROGRAMS {programs}
Define SSO_PORTAL_NAME auth.sso.localhost
Define SSO_BACKUPPC_NAME backup.sso.localhost
SSOConfig ${{SSO_CONFIG_URI}}
Include {snippets}/sso-portal.conf
Include {snippets}/sso-backuppc.conf
""")
        self.configure()
        self.httpd.start()

    def configure(self, **changed: str) -> None:
        port = self.httpd.port
        self.world.configure(portal=f"http://auth.sso.localhost:{port}/", url=f"http://backup.sso.localhost:{port}/backuppc/",
                             more='[vhost."backup.sso.localhost"]\n', **changed)

    def portal(self, path: str = "/") -> str:
        return f"http://auth.sso.localhost:{self.httpd.port}{path}"

    def logged_in(self, user: str, headers: dict[str, str] | None = None) -> Browser:
        browser = Browser(headers)
        page = browser.submit(browser.get(self.portal()).form_with("password"), user=user, password=f"{user}-demo")
        assert page.status in (302, 303), page.text
        return browser


@pytest.fixture(scope="module")
def running_site(running_world, build_dir):
    running_world.configure()
    site = Site(running_world, build_dir)
    TRIGGER.parent.mkdir(exist_ok=True)
    TRIGGER.touch()
    own(TRIGGER, 0o664)
    yield site
    site.httpd.stop()


@pytest.fixture
def site(world, running_site):
    running_site.configure()
    return running_site


def form_of(page, act: str, host: str):
    """The form whose button does `act` to `host`."""
    assert f"{host}" in page.text, page.text
    for form in page.forms():
        if form.action.endswith("/machines") and form.fields.get("act") is not None:
            if act == "withdraw" and form.fields.get("host") == host:
                return form
            if act != "withdraw" and "request" in form.fields:
                return form
    raise AssertionError(f"no form to {act} {host}:\n{page.text}")


def test_a_machine_waits_for_its_owner_and_gets_its_key_when_they_accept(world, site):
    site.configure(confirm='["127.0.0.0/8"]')
    first = world.ask("linux:cmartin")
    assert (first.code, first.status) == ("PENDING", 75)
    assert world.hosts() == {} and not (STATE / "keys/ws10").exists()
    assert world.ask("linux:cmartin").code == "PENDING"
    assert "ws10" in world.administer("pending").stdout
    stranger = site.logged_in("adupont")
    assert "ws10" not in stranger.get(site.portal("/machines")).text
    owner = site.logged_in("cmartin")
    menu = owner.get(site.portal())
    assert 'href="/machines"' in menu.text
    page = owner.get(site.portal("/machines"))
    assert page.status == 200 and "ws10" in page.text and "127.0.0.10" in page.text and "Linux" in page.text
    form = form_of(page, "accept", "ws10")
    # somebody else's browser cannot answer, nor can a page of another site
    forged = stranger.get(site.portal("/machines"))
    assert stranger.post(site.portal("/machines"), {**form.fields, "act": "accept"}).status == 403, forged.text
    assert owner.post(form.action, {**form.fields, "act": "accept"}, {"Origin": "http://evil.example"}).status == 403
    assert world.ask("linux:cmartin").code == "PENDING"
    accepted = owner.submit(form, act="accept")
    assert accepted.status == 200 and "Accepted" in accepted.text
    assert owner.submit(form, act="refuse").status == 409, "answered already"
    assert world.ask("linux:cmartin").code == "SUCCESS"
    assert world.hosts() == {"ws10": "cmartin"}
    assert form_of(owner.get(site.portal("/machines")), "withdraw", "ws10")
    assert world.ask("linux:cmartin").code == "SUCCESS", "asked once"
    world.check_is_clean()


def test_a_machine_that_its_owner_refuses_is_not_registered(world, site):
    site.configure(confirm='["127.0.0.0/8"]')
    world.ask("linux:cmartin")
    owner = site.logged_in("cmartin", {"Accept-Language": "fr"})
    page = owner.get(site.portal("/machines"))
    assert "En attente de votre réponse" in page.text
    assert "Refusée" in owner.submit(form_of(page, "refuse", "ws10"), act="refuse").text
    assert world.ask("linux:cmartin").code == "TAKEN"
    assert world.ask("linux:cmartin").code == "TAKEN"
    assert world.hosts() == {}
    # the person at the machine may have mistyped: another logon may be asked
    assert world.ask("linux:adupont").code == "PENDING"


def test_a_mistyped_logon_is_asked_no_more_once_another_is_given(world, site):
    site.configure(confirm='["127.0.0.0/8"]')
    world.ask("linux:adupont")
    world.ask("linux:cmartin")
    assert "ws10" not in site.logged_in("adupont").get(site.portal("/machines")).text
    assert "ws10" in site.logged_in("cmartin").get(site.portal("/machines")).text


def test_only_the_named_ranges_wait(world, site):
    site.configure(confirm='["127.0.0.11"]')
    assert world.ask("linux:cmartin", n=10).code == "SUCCESS"
    assert world.ask("linux:cmartin", n=11).code == "PENDING"
    world.administer("approve", "ws11")
    assert world.ask("linux:cmartin", n=11).code == "SUCCESS"
    assert world.ask("linux:cmartin", n=11).code == "SUCCESS"


def test_a_script_can_do_the_same(world, site):
    site.configure(confirm='["127.0.0.0/8"]')
    world.ask("linux:cmartin")
    script = site.logged_in("cmartin")
    script.headers["Accept"] = "application/json"
    listed = json.loads(script.get(site.portal("/machines")).body)
    assert listed["machines"][0]["host"] == "ws10" and listed["machines"][0]["pending"] is True
    fields = {"token": listed["token"], "request": listed["machines"][0]["request"], "act": "accept"}
    assert json.loads(script.post(site.portal("/machines"), fields).body) == {"result": "done"}
    anonymous = Browser({"Accept": "application/json"})
    assert anonymous.get(site.portal("/machines")).status == 401


def test_who_is_not_signed_in_signs_in_first_and_lands_there(site):
    browser = Browser()
    page = browser.follow(browser.get(site.portal("/machines")))
    landed = browser.follow(browser.submit(page.form_with("password"), user="cmartin", password="cmartin-demo"))
    assert landed.url == site.portal("/machines") and "No machine is registered" in landed.text


def test_a_withdrawn_machine_is_backed_up_no_more_and_stays_its_owner_s(world, site):
    world.ask("linux:cmartin")
    owner = site.logged_in("cmartin")
    before = TRIGGER.stat().st_mtime_ns
    page = owner.submit(form_of(owner.get(site.portal("/machines")), "withdraw", "ws10"), act="withdraw")
    assert "Withdrawn" in page.text and ">ws10<" not in page.text
    assert TRIGGER.stat().st_mtime_ns > before, "the path unit was woken"
    swept = world.administer("sweep").stdout
    assert "ws10: withdrawn by its owner" in swept
    assert world.hosts() == {} and not (STATE / "keys/ws10").exists() and not (BACKUPPC / "ws10.pl").exists()
    assert world.ask("linux:adupont").code == "TAKEN", "its old backups are its owner's"
    withdrawn = int(time.time())
    wait_for(lambda: int(time.time()) > withdrawn, 5, "the next second")  # records bear whole seconds
    assert world.ask("linux:cmartin").code == "SUCCESS"
    assert "0 machines changed" in world.administer("sweep").stdout
    world.check_is_clean()


def test_the_machines_of_who_has_left_are_disabled_until_they_are_back(world, site):
    world.ask("linux:cmartin", n=10)
    world.ask("linux:adupont", n=11)
    person = "uid=adupont,ou=people,dc=example,dc=com"
    slapd = world.slapd
    ldif = f"dn: {person}\nobjectClass: inetOrgPerson\nuid: adupont\ncn: adupont\nsn: adupont\nuserPassword: adupont-demo\n"
    slapd.end_process()
    subprocess.run(["/usr/sbin/slapmodify", "-f", slapd.configuration, "-q"], input=f"dn: {person}\nchangetype: delete\n",
                   text=True, check=True, capture_output=True, **service_user_options())
    slapd.start()
    try:
        assert "ws11: owner has left" in world.administer("sweep").stdout
        assert "$Conf{BackupsDisable} = 2;" in (BACKUPPC / "ws11.pl").read_text()
        assert "BackupsDisable" not in (BACKUPPC / "ws10.pl").read_text()
    finally:
        slapd.end_process()
        subprocess.run(["/usr/sbin/slapadd", "-f", slapd.configuration, "-q"], input=ldif, text=True, check=True,
                       **service_user_options())
        slapd.start()
    assert "ws11: owner is back" in world.administer("sweep").stdout
    assert "BackupsDisable" not in (BACKUPPC / "ws11.pl").read_text()
    slapd.end_process()
    try:
        failed = world.administer("sweep", check=False)
        assert failed.returncode == 3 and "has left" not in failed.stdout
    finally:
        slapd.start()


# BackupPC's page

def test_backuppc_s_page_is_its_owner_s_and_nobody_else_s(world, site):
    site.httpd.restart()  # the store's files are new
    url = world.ask("linux:cmartin").value("url")
    assert url == f"http://backup.sso.localhost:{site.httpd.port}/backuppc/?host=ws10"
    with BackupPc() as server:
        server.start()
        owner = site.logged_in("cmartin")
        page = owner.get(url)
        assert page.status == 200 and "Only privileged users" not in page.text and "ws10" in page.text, page.text[:2000]
        assert "Edit Hosts" not in page.text and "Admin Options" not in page.text, "an owner is no administrator"
        other = site.logged_in("adupont").get(url)
        assert "Only privileged users" in other.text, other.text[:2000]
        for path in ("/backuppc/?host=ws10", "/backuppc/index.cgi?host=ws10", "/backuppc/INDEX.CGI", "/Backuppc/",
                     "//backuppc/index.cgi", "/backuppc/./index.cgi", "/backuppc"):
            anonymous = Browser().get(f"http://backup.sso.localhost:{site.httpd.port}{path}")
            assert anonymous.status == 302 and "auth.sso.localhost" in (anonymous.location or ""), (path, anonymous)
        assert "REMOTE_USER" not in owner.get(url).text
