"""A portal behind a real httpd, as CGI and as FastCGI, and browsers before it."""

import base64
import secrets
import shutil
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from sandbox.browser import Browser
from sandbox.httpd import Httpd
from sandbox.people import PEOPLE
from sandbox.process import own, subfolder, write
from sandbox.slapd import Slapd

JSON = {"Accept": "application/json"}

CONFIGURATION = """\
[portal]
url = "{url}"
trusted_domains = ["trusted.example.net"]
[cookie]
domain = ".example.com"
[security]
key_file = "{folder}/key"
[session]
store = "lmdb:{folder}/sessions"
[authentication.ldap]
uri = ["{ldap}"]
base = "{base}"
bind_dn = "{bind_dn}"
bind_password_file = "{password_file}"
timeout = "2s"
[exported_variables]
uid = "uid"
cn = "cn"
ou = "ou"
mail = "mail"
departmentUID = "departmentUID"
login = "uid"
[macros]
mail_domain = '(split /@/, $mail)[1]'
[groups]
group1 = '{{ $departmentUID eq "unit1" or $login eq "user1" }}'
group2 = '(|(uid=xavier.guimard){{$ou eq "unit1"}})'
[vhost."www1.example.com"]
title = "The <first> & only"
url = "{scheme}://www1.example.com/"
rules = [ {{ match = '^/protected/', allow = '$groups =~ /\\bgroup1\\b/' }} ]
[vhost."www2.example.com"]
url = "https://www2.example.com:8443/"
default = '$groups =~ /\\bgroup2\\b/'
"""

AS_CGI = """
ScriptAlias "/" "{program}/"
SetEnv SSO_CONFIG file:{config}
<Directory "{folder}/programs">
    Options ExecCGI
    Require all granted
</Directory>
"""

AS_FASTCGI = """
FcgidIPCDir "{ipc}"
FcgidProcessTableFile "{folder}/run/fcgid.table"
FcgidInitialEnv SSO_CONFIG file:{config}
FcgidMaxRequestLen 1048576
<If "%{{HTTP:Content-Length}} -gt 131072">
    Redirect 413
</If>
Alias "/" "{program}/"
<Location "/">
    SetHandler fcgid-script
    Options ExecCGI
    Require all granted
</Location>
"""


class PortalServer:
    """One httpd whose every address is the portal's."""

    def __init__(self, kind: str, program: Path, slapd: Slapd, portal_url: str):
        self.kind = kind
        self.httpd = Httpd(modules=("fcgid",))
        self.folder = self.httpd.folder
        self.slapd = slapd
        self.url = portal_url
        installed = subfolder(self.folder, "programs") / program.name
        shutil.copyfile(program, installed)
        own(installed, 0o755)
        subfolder(self.folder, "sessions", 0o2770)
        write(self.folder / "key", secrets.token_hex(32) + "\n", 0o600)
        self.config = self.folder / "sso.toml"
        self.write_configuration()
        body = (AS_CGI if kind == "cgi" else AS_FASTCGI).format(
            program=installed, config=self.config, folder=self.folder, ipc=subfolder(self.folder, "run/ipc"))
        self.httpd.configure(body)
        self.httpd.start()

    def write_configuration(self, ldap: str | None = None) -> None:
        write(self.config, CONFIGURATION.format(
            url=self.url, scheme=urlsplit(self.url).scheme, folder=self.folder, ldap=ldap or self.slapd.uri, base=self.slapd.base,
            bind_dn=self.slapd.bind_dn, password_file=self.slapd.bind_password_file))

    def at(self, path: str = "/") -> str:
        return f"http://auth.example.com:{self.httpd.port}{path}"

    def browser(self, **headers: str) -> "PortalBrowser":
        return PortalBrowser(self, headers)


class PortalBrowser(Browser):
    """A browser in front of the portal. Its address has httpd's own port, whatever the portal calls itself, as when a
    balancer stands between; and it says where its forms come from as the portal's own pages would make it say."""

    def __init__(self, server: PortalServer, headers: dict[str, str]):
        super().__init__(headers)
        self.server = server
        self.own = {"Origin": server.url.rstrip("/"), "Sec-Fetch-Site": "same-origin"}

    def login_page(self, url: str | None = None):
        return self.get(self.server.at("/" + ("?" + urlencode({"url": url}) if url else "")))

    def send_login(self, page, user: str, password: str, headers: dict[str, str] | None = None, **fields: str):
        form = page.form_with("password")
        return self.post(form.action, {**form.fields, "user": user, "password": password, **fields},
                         self.own if headers is None else headers)

    def login(self, user: str = "alice", password: str | None = None, url: str | None = None):
        return self.send_login(self.login_page(url), user, password or PEOPLE[user].password)

    def send_logout(self, headers: dict[str, str] | None = None, **fields: str):
        form = self.get(self.server.at("/logout")).form_with("token")
        return self.post(form.action, {**form.fields, **fields}, self.own if headers is None else headers)


def serve(kind, build_dir, slapd, url="http://auth.example.com/"):
    return PortalServer(kind, build_dir / "portal/sso-portal", slapd, url)


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def form_cookies(browser) -> list:
    return [cookie for cookie in browser.cookies if cookie.name.startswith(("sso-form-", "__Host-sso-form-"))]
