"""The README's set-up, as it is printed: its configuration files on a private httpd, in front of the demo's people."""

import json
import re
import secrets
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from sandbox.browser import Browser
from sandbox.echo_app import EchoServer
from sandbox.httpd import Httpd
from sandbox.people import PEOPLE
from sandbox.process import free_port, own, subfolder, write
from sandbox.protected_site import values
from sandbox.slapd import Slapd

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


def printed(language: str) -> list[str]:
    """The README's blocks in this language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def test_the_configuration_is_valid_as_it_is_printed(build_dir, tmp_path):
    [text] = printed("toml")
    (tmp_path / "sso.toml").write_text(text)
    checked = subprocess.run([build_dir / "manager/ssoctl", "config", "check", tmp_path / "sso.toml"],
                             capture_output=True, text=True, timeout=30, check=False)
    assert (checked.returncode, checked.stdout.count("\n")) == (0, 1), checked.stdout + checked.stderr


@pytest.fixture
def readme_site(build_dir):
    """The README's virtual hosts and sso.toml; places, port, scheme and directory are this machine's."""
    with Slapd() as slapd, Httpd(sso_module=build_dir / "mod_sso/mod_sso.so") as httpd:
        slapd.start()
        application = EchoServer(free_port(), "wiki")
        threading.Thread(target=application.serve_forever, daemon=True).start()
        programs = subfolder(httpd.folder, "programs")
        own(Path(shutil.copyfile(build_dir / "portal/sso-portal", programs / "sso-portal")), 0o755)
        here = {"/usr/local/lib/mod_sso": str(programs),
                "/var/lib/mod_sso/sessions": str(subfolder(httpd.folder, "sessions", 0o2770)),
                "/etc/mod_sso/ldap-password": str(slapd.bind_password_file),
                "/etc/mod_sso/sso.toml": str(httpd.folder / "sso.toml"),
                "https://auth.example.com/": f"http://auth.example.com:{httpd.port}/",
                "ldaps://ldap.example.com": slapd.uri,
                "[session]": f'[security]\nkey_file = "{write(httpd.folder / "key", secrets.token_hex(32), 0o600)}"\n'
                             "[session]",
                "*:443": "*", "127.0.0.1:3000": f"127.0.0.1:{application.server_address[1]}"}

        def placed(text: str) -> str:
            for there, place in here.items():
                text = text.replace(there, place)
            return text

        write(httpd.folder / "sso.toml", placed(printed("toml")[0]))
        server, hosts = printed("apache")
        lines = [line for line in server.splitlines() if not line.startswith("LoadModule")]  # the sandbox loads it
        lines.append(f"SetEnv SSO_CONFIG file:{httpd.folder}/sso.toml")  # /etc/mod_sso/sso.toml is the portal's default
        httpd.configure(placed("\n".join(lines) + "\n" + hosts))
        checked = httpd.check_config()
        assert checked.returncode == 0, checked.stdout
        httpd.start()
        yield httpd
        application.shutdown()
        application.server_close()


def test_a_login_works_with_the_printed_configuration(readme_site):
    wanted = f"http://wiki.example.com:{readme_site.port}/page?format=json"
    browser = Browser()
    form = browser.open(wanted).form_with("password")
    answer = browser.submit(form, user="alice", password=PEOPLE["alice"].password)
    assert answer.location == wanted, readme_site.log_tail()
    seen = json.loads(browser.follow(answer).body)
    assert values(seen, "Auth-User") == ["alice"] and values(seen, "Auth-Mail") != []
    assert browser.get(f"http://wiki.example.com:{readme_site.port}/admin/").status == 403  # she is not of the staff
