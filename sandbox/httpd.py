"""A private Apache httpd: its own folder, port and configuration, in the foreground, stopped by process id."""

import dataclasses
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
from pathlib import Path

from sandbox import sanitizers
from sandbox.process import Server, free_port, own, running_as_root, service_names, subfolder, wait_for, write

HTTPD = "/usr/sbin/apache2"
MODULES = Path("/usr/lib/apache2/modules")

# What every instance loads, beside the MPM. Modules that the program was built with are not named.
BASE_MODULES = ("authz_core", "authz_host", "authn_core", "alias", "dir", "mime", "headers", "env", "setenvif",
                "proxy", "proxy_http", "cgid")

PREAMBLE = """\
ServerRoot "{folder}"
DefaultRuntimeDir "{folder}/run"
PidFile "{folder}/run/httpd.pid"
Mutex file:{folder}/run
ServerName httpd.test
Listen 127.0.0.1:{port}
{modules}
{user}
DocumentRoot "{folder}/htdocs"
ErrorLog "{folder}/logs/error.log"
LogLevel notice
LogFormat "%h %u %{{Host}}i \\"%r\\" %>s %b" sso
CustomLog "{folder}/logs/access.log" sso
ScriptSock "{folder}/run/cgid.sock"
TypesConfig /dev/null
AddType text/html .html
{mpm}
<Directory />
    AllowOverride None
    Require all denied
</Directory>
<Directory "{folder}/htdocs">
    Require all granted
</Directory>
"""

MPM_SETTINGS = {
    "event": "StartServers 1\nServerLimit 4\nThreadsPerChild 8\nMaxRequestWorkers 32\nMinSpareThreads 8\n"
             "MaxSpareThreads 32",
    "worker": "StartServers 1\nServerLimit 4\nThreadsPerChild 8\nMaxRequestWorkers 32\nMinSpareThreads 8\n"
              "MaxSpareThreads 32",
    "prefork": "StartServers 2\nMinSpareServers 2\nMaxSpareServers 4\nServerLimit 16\nMaxRequestWorkers 16",
}


@dataclasses.dataclass
class Response:
    """An answer as it came: header names and order kept, duplicates too."""
    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name: str, default: str | None = None) -> str | None:
        values = self.all(name)
        return ", ".join(values) if values else default

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.body)


def parse_response(raw: bytes) -> Response:
    """Reads one response from the bytes of a closed connection. Raises ValueError if there is none."""
    head, separator, body = raw.partition(b"\r\n\r\n")
    if not separator:
        raise ValueError(f"no response in {raw[:200]!r}")
    lines = head.decode("latin-1").split("\r\n")
    version, status, *reason = lines[0].split(" ", 2)
    if not version.startswith("HTTP/"):
        raise ValueError(f"no status line in {lines[0]!r}")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
    response = Response(int(status), "".join(reason), headers, body)
    if (response.header("Transfer-Encoding") or "").lower() == "chunked":
        response.body = _dechunk(body)
    return response


def _dechunk(data: bytes) -> bytes:
    out = b""
    while data:
        size_line, _, data = data.partition(b"\r\n")
        size = int(size_line.split(b";")[0], 16)
        if size == 0:
            break
        out += data[:size]
        data = data[size + 2:]
    return out


@dataclasses.dataclass
class LogLine:
    module: str
    level: str
    text: str    # the whole line
    number: str  # "SSO0012", "AH00024" or ""


_LOG_LINE = re.compile(r"^\[[^\]]*\] \[([^:\]]*):([a-z0-9]+)\] (.*)$")
_LOG_NUMBER = re.compile(r"\b(SSO\d{4}|AH\d{5})\b")
# what one of our programs wrote on its standard error; mod_fcgid passes all of it on as warnings
_PROGRAM_LINE = re.compile(r"(?:^|stderr: )SSO\d{4} (debug|info|notice|warning|error): ")
_SEVERE = {"warn", "warning", "error", "crit", "alert", "emerg"}
# What says nothing of the program under test: event closes its workers' sockets when it is told to stop, also of a
# connection that it is about to let linger; and a CGI program that was built with counters of its lines does not hear from
# httpd where it may write them (scripts/coverage).
_NOBODYS = ("AH03092", ".gcda:Cannot open")


def parse_log(text: str) -> list[LogLine]:
    """Lines of an error log. A program's line counts by its own level; what does not look like a line of httpd's or of
    ours counts as an error."""
    lines = []
    for line in text.splitlines():
        if not line.strip():
            continue
        match = _LOG_LINE.match(line)
        number = _LOG_NUMBER.search(line)
        program = _PROGRAM_LINE.search(line)
        level = program.group(1) if program else match.group(2) if match else "error"
        lines.append(LogLine(match.group(1) if match else "", level, line,
                             number.group(1) if number else ""))
    return lines


class Httpd(Server):
    """One httpd.

        with Httpd(sso_module=build / "mod_sso/mod_sso.so") as httpd:
            httpd.configure('<VirtualHost *>\\n  ServerName app.test\\n</VirtualHost>')
            httpd.start()
            page = httpd.get("app.test", "/")

    `modules` are names without "mod_" and ".so", loaded after BASE_MODULES. `sso_module` is copied into the folder:
    the service user need not be able to enter the checkout.
    """

    name = "httpd"

    def __init__(self, folder: Path | None = None, *, port: int | None = None, mpm: str = "event",
                 modules: tuple[str, ...] = (), sso_module: Path | None = None):
        super().__init__(folder)
        self.port = port or free_port()
        self.mpm = mpm
        self.modules = [*BASE_MODULES, *(name for name in modules if name not in BASE_MODULES)]
        for name in ("htdocs", "run", "logs", "conf", "modules"):
            subfolder(self.folder, name)
        self.sso_module: Path | None = None
        if sso_module is not None:
            self.install_module(sso_module)
        self.environment: dict[str, str] = {}  # of httpd itself, beside ours
        self.configure("")
        self._announced: set[str] = set()
        self._log_mark = 0
        self._left_log = ""  # what the error log held when the folder went

    # configuration

    def install_module(self, library: Path) -> None:
        """Puts a copy of mod_sso.so in the folder, in a new file: the old one may be mapped."""
        self.sso_module = self.folder / "modules" / "mod_sso.so"
        fresh = self.folder / "modules" / "mod_sso.so.new"
        shutil.copy(library, fresh)
        fresh.chmod(0o755)
        fresh.rename(self.sso_module)

    def configure(self, body: str) -> None:
        """Writes the configuration: the preamble, then `body`. A running httpd reads it at its next restart."""
        lines = [f"LoadModule mpm_{self.mpm}_module {MODULES}/mod_mpm_{self.mpm}.so"]
        lines += [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in self.modules]
        if self.sso_module is not None:
            lines.append(f"LoadModule sso_module {self.sso_module}")
        user, group = service_names()
        preamble = PREAMBLE.format(folder=self.folder, port=self.port, modules="\n".join(lines),
                                   mpm=MPM_SETTINGS[self.mpm],
                                   user=f"User {user}\nGroup {group}" if running_as_root() else "")
        write(self.config_file, preamble + body + "\n")

    @property
    def config_file(self) -> Path:
        return self.folder / "conf" / "httpd.conf"

    @property
    def htdocs(self) -> Path:
        return self.folder / "htdocs"

    def page(self, path: str, text: str, mode: int = 0o644) -> Path:
        """A file below the document root."""
        target = self.htdocs / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        for folder in target.parents:
            if folder == self.folder:
                break
            own(folder, 0o755)
        return write(target, text, mode)

    def check_config(self) -> subprocess.CompletedProcess:
        """httpd's own check of the configuration, as `apachectl -t` does it; stdout and stderr joined."""
        return subprocess.run(self._argv("-t"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30,
                              cwd=self.folder, env={**os.environ, **self._environment()})

    def _environment(self) -> dict[str, str]:
        return sanitizers.joined(sanitizers.environment(self.sso_module, self.mpm) if self.sso_module else {}, self.environment)

    def _argv(self, *options: str) -> list[str]:
        return [HTTPD, "-f", str(self.config_file), "-d", str(self.folder), *options]

    # life

    def start(self, seconds: float = 20.0) -> None:
        before = self._generations()
        self.spawn(self._argv("-DFOREGROUND"), as_service_user=False, env=self._environment())
        self.wait_until(lambda: self._generations() > before, seconds)

    def graceful(self, seconds: float = 20.0) -> None:
        """A graceful restart; returns when the new generation serves."""
        self._restart(signal.SIGUSR1, seconds)

    def restart(self, seconds: float = 20.0) -> None:
        self._restart(signal.SIGHUP, seconds)

    def _restart(self, number: int, seconds: float) -> None:
        before = self._generations()
        self.signal(number)
        self.wait_until(lambda: self._generations() > before, seconds)

    def _generations(self) -> int:
        return self.error_log.count("resuming normal operations")

    def children(self) -> list[int]:
        """The parent's child processes."""
        tasks = Path(f"/proc/{self.pid}/task")
        return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]

    def watchers(self) -> list[int]:
        """The child processes that listen to the session store: one, where mod_sso protects something."""
        def is_watcher(child: int) -> bool:
            try:
                return Path(f"/proc/{child}/comm").read_text() == "sso-watcher\n"
            except FileNotFoundError:
                return False  # it has ended
        return [child for child in self.children() if is_watcher(child)]

    def stop(self, seconds: float = 10.0) -> None:
        self.end_process(seconds)
        self._left_log = self.error_log  # who watches it looks when the test is over
        super().stop(seconds)

    def log_tail(self, lines: int = 30) -> str:
        return super().log_tail(lines) + "\n" + "\n".join(self.error_log.splitlines()[-lines:])

    # requests: every host name is 127.0.0.1

    def connect(self, timeout: float = 10.0) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def raw(self, request: bytes, timeout: float = 10.0, tls: ssl.SSLContext | None = None) -> bytes:
        """Sends bytes as they are and reads until the server closes."""
        with self.connect(timeout) as connection:
            stream = tls.wrap_socket(connection, server_hostname="localhost") if tls else connection
            stream.sendall(request)
            received = b""
            while True:
                try:
                    piece = stream.recv(65536)
                except ConnectionResetError:
                    break
                if not piece:
                    break
                received += piece
            return received

    def request(self, method: str, host: str, target: str, headers=(), body: bytes = b"", timeout: float = 10.0,
                version: str = "HTTP/1.1") -> Response:
        """One request on a connection of its own. `headers` is a mapping or a list of pairs; order and spelling are
        sent as given. No redirect is followed."""
        pairs = list(headers.items()) if hasattr(headers, "items") else list(headers)
        lines = [f"{method} {target} {version}", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in pairs]
        if body and not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in pairs):
            lines.append(f"Content-Length: {len(body)}")
        if version == "HTTP/1.1" and not any(name.lower() == "connection" for name, _ in pairs):
            lines.append("Connection: close")
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        response = parse_response(self.raw(head + body, timeout))
        if method == "HEAD" and response.body:
            raise ValueError("a body in answer to HEAD")
        return response

    def get(self, host: str, target: str, headers=(), **options) -> Response:
        return self.request("GET", host, target, headers, **options)

    # logs

    @property
    def error_log(self) -> str:
        path = self.folder / "logs" / "error.log"
        return path.read_text(errors="replace") if path.exists() else self._left_log

    @property
    def access_log(self) -> str:
        path = self.folder / "logs" / "access.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def wait_for_access(self, text: str, seconds: float = 10.0) -> str:
        """Waits until a line of the access log holds `text`: httpd writes it when the answer has gone. Returns the last."""
        found: list[str] = []

        def there():
            found[:] = [line for line in self.access_log.splitlines() if text in line]
            return bool(found)
        wait_for(there, seconds, f"{text!r} was not logged")
        return found[-1]

    def wait_for_log(self, text: str, seconds: float = 10.0) -> str:
        """Waits until a line with `text` is in the part of the error log that this test wrote; returns that line."""
        found: list[str] = []

        def there():
            found[:] = [line for line in self.log_since_mark().splitlines() if text in line]
            return bool(found)
        wait_for(there, seconds, f"{text!r} was not logged")
        return found[-1]

    def mark_log(self) -> None:
        """A new test begins: forget what was logged and announced until now."""
        self._log_mark = len(self.error_log)
        self._announced = set()

    def log_since_mark(self) -> str:
        return self.error_log[self._log_mark:]

    def announce(self, *texts: str) -> None:
        """This test is about to cause warnings or errors with these numbers ("SSO0012", "AH00135"); part of the text will
        do for a line that has none."""
        self._announced.update(texts)

    def unannounced(self) -> list[str]:
        """Warnings and errors since the mark that no test announced."""
        return [line.text for line in parse_log(self.log_since_mark())
                if line.level in _SEVERE
                and not any(text in line.text for text in (*self._announced, *_NOBODYS))]
