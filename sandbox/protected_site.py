"""A site for tests of mod_sso: one httpd whose applications mod_sso protects, its sso.toml, and sessions made without a
login. There is no portal behind the portal's address: what matters is that browsers are sent there."""

import json
import shutil
import stat
import subprocess
import threading
from pathlib import Path

from sandbox.echo_app import EchoServer
from sandbox.httpd import Httpd, Response
from sandbox.process import free_port, own, service_user_options, subfolder, write

ROOT = Path(__file__).resolve().parents[1]
PORTAL = "http://auth.sso.test/"

SETTINGS = """\
[portal]
url = "{portal}"
[cookie]
domain = ".sso.test"
[session]
store = "{store}"
[authentication.ldap]
uri = ["ldap://127.0.0.1"]
base = "dc=example,dc=com"
[exported_variables]
uid = "uid"
ou = "ou"
"""


class ProtectedSite:
    """
        with ProtectedSite(build_dir) as site:
            site.settings('[vhost."app.test"]\\nurl = "http://app.sso.test/"\\n')
            site.start(site.proxy("app.test", "SSOEngine On"))
            cookie = site.login("alice", groups="group1")
            page = site.get("app.test", "/", cookie)
    """

    def __init__(self, build_dir: Path, *, mpm: str = "event", modules: tuple[str, ...] = (), store: str | None = None):
        self.build_dir = build_dir
        self.httpd = Httpd(mpm=mpm, modules=modules, sso_module=build_dir / "mod_sso" / "mod_sso.so")
        self.folder = self.httpd.folder
        self.store_folder = subfolder(self.folder, "sessions", 0o770)
        self.store = store or f"lmdb:{self.store_folder}"
        self.settings_file = self.folder / "conf" / "sso.toml"
        self.echo = EchoServer(free_port(), "app1")
        threading.Thread(target=self.echo.serve_forever, daemon=True).start()
        self.cgi = self.folder / "cgi" / "echo.cgi"
        subfolder(self.folder, "cgi")
        shutil.copy(ROOT / "sandbox" / "echo_app.py", self.cgi)
        self.cgi.chmod(0o755)
        # the service user must be able to execute it, wherever the checkout is
        self.make_session = self.folder / "modules" / "make_session"
        shutil.copy(build_dir / "tests" / "support" / "make_session", self.make_session)
        self.make_session.chmod(self.make_session.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)

    # configuration

    def settings(self, text: str) -> None:
        """Writes sso.toml: what every test needs, then `text`. Replaced whole, as an editor does it."""
        fresh = self.settings_file.with_suffix(".new")
        write(fresh, SETTINGS.format(portal=PORTAL, store=self.store) + text)
        fresh.rename(self.settings_file)

    def proxy(self, name: str, inside: str = "", aliases: str = "") -> str:
        """A virtual host whose application is behind mod_proxy_http."""
        return self.host(name, f"ProxyPass / http://127.0.0.1:{self.echo.server_address[1]}/\n{inside}", aliases)

    def cgi_host(self, name: str, inside: str = "") -> str:
        """A virtual host whose application is a CGI script."""
        return self.host(name, f'ScriptAlias / "{self.cgi}/"\n<Directory "{self.cgi.parent}">\n'
                               f"CGIPassAuth On\nRequire all granted\n</Directory>\n{inside}")

    def host(self, name: str, inside: str = "", aliases: str = "") -> str:
        alias_line = f"ServerAlias {aliases}\n" if aliases else ""
        return f"<VirtualHost *>\nServerName {name}\n{alias_line}{inside}\n</VirtualHost>\n"

    def configure(self, body: str, server_level: str = "") -> None:
        self.httpd.configure(f'SSOConfig "file:{self.settings_file}"\n{server_level}\n{body}')

    def start(self, body: str, server_level: str = "") -> None:
        self.configure(body, server_level)
        self.httpd.start()

    # sessions

    def _run(self, *words: str, stdin: str = "", env: dict[str, str] | None = None) -> subprocess.CompletedProcess:
        return subprocess.run([self.make_session, *words], input=stdin, text=True, capture_output=True, timeout=20,
                              cwd="/", env=env, **service_user_options())

    def try_login(self, user: str, command: str = "create", env: dict[str, str] | None = None,
                  **attributes) -> subprocess.CompletedProcess:
        """As `login`, whatever comes of it."""
        return self._run(command, self.store, user, stdin=json.dumps({"uid": user, **attributes}), env=env)

    def login(self, user: str, command: str = "create", **attributes) -> str:
        """A session of `user`; `uid` is the name unless given. @return the Cookie header"""
        done = self.try_login(user, command, **attributes)
        assert done.returncode == 0, done.stderr
        return f"sso={done.stdout.strip()}"

    def logout(self, cookie: str) -> None:
        """Ends the session, from a process that is not httpd."""
        done = self._run("remove", self.store, cookie.removeprefix("sso="))
        assert done.returncode == 0, done.stderr

    def change(self, cookie: str, **attributes) -> None:
        """Gives the session these attributes and no others, from a process that is not httpd."""
        done = self._run("change", self.store, cookie.removeprefix("sso="), stdin=json.dumps(attributes))
        assert done.returncode == 0, done.stderr

    # requests

    def get(self, host: str, target: str, cookie: str | None = None, headers=(), method: str = "GET",
            **options) -> Response:
        pairs = list(headers.items()) if hasattr(headers, "items") else list(headers)
        if cookie is not None:
            pairs.append(("Cookie", cookie))
        return self.httpd.request(method, host, target, pairs, **options)

    def seen(self, host: str, target: str, cookie: str | None = None, headers=(), **options) -> dict:
        """What the application received."""
        separator = "&" if "?" in target else "?"
        response = self.get(host, f"{target}{separator}format=json", cookie, headers, **options)
        assert response.status == 200, f"{response.status} {response.text}"
        return response.json()

    # life

    def stop(self) -> None:
        self.httpd.stop()
        self.echo.shutdown()
        self.echo.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def values(seen: dict, name: str) -> list[str]:
    """The values of a header as the application sees it, behind the proxy or as CGI."""
    def folded(text: str) -> str:
        return "".join(c if c.isalnum() else "_" for c in text.upper())
    return [value for header, value in seen["headers"] if folded(header.removeprefix("HTTP_")) == folded(name)]
