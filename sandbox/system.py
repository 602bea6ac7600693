"""The whole system on loopback: slapd, a session store, httpd with mod_sso, portal, manager and two applications, under
four host names of one port. The demo and the tests start this same system."""

import os
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path

from sandbox.httpd import Httpd
from sandbox.people import PEOPLE
from sandbox.process import Server, free_port, make_folder, own, port_answers, service_user_options, subfolder, write
from sandbox.redis import Redis
from sandbox.slapd import ROOT, Slapd

DOMAIN = "sso.localhost"
STORES = ("lmdb", "redis")
CONFIGS = ("dir", "redis", "file")


def default_build() -> Path:
    return Path(os.environ.get("SSO_BUILD_DIR", ROOT / "build/dev"))


class EchoApp(Server):
    """app1: a small HTTP server behind mod_proxy_http."""

    name = "app1"

    def __init__(self, folder: Path, script: Path):
        super().__init__(folder)
        self.script = script
        self.port = free_port()

    def start(self) -> None:
        self.spawn(["/usr/bin/python3", "-I", str(self.script), str(self.port), "app1"], as_service_user=True)
        self.wait_until(lambda: port_answers(self.port))


class System:
    """Use as a context manager, or call `start` and `stop`. Everything it makes is below `folder`, which goes with it."""

    def __init__(self, *, store: str = "lmdb", config: str = "dir", port: int | None = None, build: Path | None = None,
                 fastcgi: bool = True, httpd_more: str = "", toml_more: str = "",
                 toml_changes: dict[str, str] | None = None):
        assert store in STORES
        assert config in CONFIGS
        self.store = store
        self.config = config          # where the configuration lives
        self.fastcgi = fastcgi        # how portal and manager run; else as CGI
        self.build = build or default_build()
        self.httpd_more = httpd_more  # lines for httpd's configuration
        self.toml_more = toml_more    # lines for the end of sso.toml
        self.toml_changes = toml_changes or {}  # what of the demo's sso.toml is replaced, and by what
        self.port = port or free_port()
        self.servers: list[Server] = []
        self.redis: Redis | None = None
        self.folder = make_folder("sso-system-")

    # names

    def url(self, host: str, path: str = "/") -> str:
        port = "" if self.port == 80 else f":{self.port}"  # as a browser writes it
        return f"http://{host}.{DOMAIN}{port}{path}"

    @property
    def config_folder(self) -> Path:
        """The configuration's versions."""
        return self.folder / "conf"

    @property
    def config_uri(self) -> str:
        return {"dir": f"dir:{self.config_folder}", "redis": self.redis and self.redis.uri,
                "file": f"file:{self.folder / 'etc/sso.toml'}"}[self.config]

    @property
    def session_store(self) -> str:
        return f"lmdb:{self.folder / 'sessions'}" if self.store == "lmdb" else self.redis.uri

    def description(self) -> dict:
        """run/demo-N.json (interfaces.md)."""
        return {
            "portal": self.url("auth"),
            "manager": self.url("manager"),
            "apps": {"app1": self.url("app1"), "app2": self.url("app2")},
            "users": {name: {"password": person.password, "groups": list(person.groups)}
                      for name, person in PEOPLE.items()},
            "session_store": self.session_store,
            "config": self.config_uri,
            "httpd_pid": self.httpd.pid,
        }

    # life

    def start(self) -> "System":
        try:
            if port_answers(self.port):
                raise RuntimeError(f"port {self.port} is in use; choose another one")
            self._install()
            self._start_servers()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Ends what was started, the last one first, and removes the folder."""
        for server in reversed(self.servers):
            try:
                server.end_process()
            except Exception as error:  # the others are to end all the same
                print(f"{server.name}: {error}", file=sys.stderr)
        self.servers.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "System":
        return self.start()

    def __exit__(self, *_) -> None:
        self.stop()

    def check_alive(self) -> None:
        """Raises RuntimeError, naming the server and the end of its log, when one has died."""
        for server in self.servers:
            server.check_alive()

    # parts

    def _program(self, path: str) -> Path:
        program = self.build / path
        if not program.exists():
            raise RuntimeError(f"{program} is not there; build it first: cmake --preset dev && cmake --build --preset dev")
        return program

    def _install(self) -> None:
        """Copies what the service user runs and reads: it may not be able to enter the checkout."""
        programs = subfolder(self.folder, "programs")
        for program in ("portal/sso-portal", "manager/sso-manager", "manager/ssoctl"):
            self._copy(self._program(program), programs)
        apps = subfolder(self.folder, "apps")
        self.app_script = self._copy(ROOT / "sandbox/echo_app.py", apps)
        snippets = subfolder(self.folder, "apache")
        for snippet in (ROOT / "conf/apache").glob("*.conf"):
            self._copy(snippet, snippets, 0o644)
        subfolder(self.folder, "etc", 0o750)
        subfolder(self.folder, "sessions", 0o2770)
        subfolder(self.folder, "conf", 0o2770)
        write(self.folder / "etc/key", secrets.token_hex(32) + "\n", 0o600)

    @staticmethod
    def _copy(source: Path, folder: Path, mode: int = 0o755) -> Path:
        return own(Path(shutil.copyfile(source, folder / source.name)), mode)

    def _start_servers(self) -> None:
        self.slapd = Slapd(subfolder(self.folder, "slapd"))
        self._start(self.slapd)
        if "redis" in (self.store, self.config):
            self.redis = Redis(subfolder(self.folder, "redis"))
            self._start(self.redis)
        self.app1 = EchoApp(subfolder(self.folder, "app1"), self.app_script)
        self._start(self.app1)
        self._publish_configuration()
        self.httpd = Httpd(subfolder(self.folder, "httpd"), port=self.port,
                           modules=("fcgid",) if self.fastcgi else (), sso_module=self._program("mod_sso/mod_sso.so"))
        self.httpd.configure(self._httpd_configuration())
        checked = self.httpd.check_config()
        if checked.returncode != 0:
            raise RuntimeError(f"httpd refuses its configuration:\n{checked.stdout}")
        self._start(self.httpd)

    def _start(self, server: Server) -> None:
        self.servers.append(server)
        server.start()

    def _publish_configuration(self) -> None:
        """The first version: conf/demo/sso.toml.in with this system's places put in."""
        values = {"PORT": str(self.port), "ETC": str(self.folder / "etc"), "STORE": self.session_store,
                  "LDAP_URI": self.slapd.uri, "LDAP_BASE": self.slapd.base, "LDAP_BIND_DN": self.slapd.bind_dn,
                  "LDAP_PASSWORD_FILE": str(self.slapd.bind_password_file)}
        text = (ROOT / "conf/demo/sso.toml.in").read_text(encoding="utf-8")
        for old, new in self.toml_changes.items():
            assert text.count(old) == 1, f"not once in the demo's sso.toml: {old}"
            text = text.replace(old, new)
        for name, value in values.items():
            text = text.replace(f"@{name}@", value)
        file = write(self.folder / "etc/sso.toml", text + self.toml_more, 0o640)
        if self.config == "file":
            return
        applied = self.ssoctl("config", "apply", str(file), "-m", "the demo's first version", "--accept-warnings")
        if applied.returncode != 0:
            raise RuntimeError(f"the configuration is refused:\n{applied.stderr}")

    def ssoctl(self, *arguments: str) -> subprocess.CompletedProcess:
        """Runs ssoctl on this system's configuration, as the account that httpd and its programs run as."""
        return subprocess.run([self.folder / "programs/ssoctl", "--config", self.config_uri, *arguments], text=True,
                              capture_output=True, timeout=60, check=False, cwd="/", **service_user_options())

    def _httpd_configuration(self) -> str:
        folder = self.folder
        return f"""
Define SSO_CONFIG_URI {self.config_uri}
Define SSO_LISTEN 127.0.0.1:{self.port}
Define SSO_PROGRAMS {folder}/programs
Define SSO_APP1 127.0.0.1:{self.app1.port}
Define SSO_PORTAL_NAME auth.{DOMAIN}
Define SSO_MANAGER_NAME manager.{DOMAIN}
<IfModule fcgid_module>
    FcgidIPCDir {subfolder(folder, "httpd/run/fcgid")}
    FcgidProcessTableFile {folder}/httpd/run/fcgid/table
</IfModule>
Include {folder}/apache/mod_sso.conf
Include {folder}/apache/sso-portal.conf
Include {folder}/apache/sso-manager.conf

<VirtualHost ${{SSO_LISTEN}}>
    ServerName app1.{DOMAIN}
    SSOEngine On
    ProxyPreserveHost On
    ProxyPass "/" "http://${{SSO_APP1}}/"
</VirtualHost>

<VirtualHost ${{SSO_LISTEN}}>
    ServerName app2.{DOMAIN}
    SSOEngine On
    ScriptAlias "/" "{self.app_script}/"
    SetEnv APP_NAME app2
    <Directory "{folder}/apps">
        CGIPassAuth On
        Require all granted
    </Directory>
</VirtualHost>
{self.httpd_more}
"""


def wait_while_alive(system: System, seconds: float | None = None) -> None:
    """Returns after `seconds`; raises as soon as a part of the system has died."""
    deadline = None if seconds is None else time.monotonic() + seconds
    while deadline is None or time.monotonic() < deadline:
        system.check_alive()
        time.sleep(0.2)
