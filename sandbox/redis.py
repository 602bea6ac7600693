"""A private redis-server: on loopback and a unix socket of its own, with nothing kept on disk."""

import signal
import socket
import ssl
from pathlib import Path

from sandbox.certificates import Authority
from sandbox.process import Server, free_port, subfolder, write

REDIS_SERVER = "/usr/bin/redis-server"


class Redis(Server):
    """`Redis().start()`; `uri` is what `session.store` wants. With TLS the port speaks nothing else, and `ca_file`
    vouches for it; with a password, `password_file` holds it for `session.store_password_file`."""

    name = "redis"

    def __init__(self, folder: Path | None = None, *, port: int | None = None, password: str | None = None,
                 tls: bool = False, maxmemory: str | None = None, more: dict[str, str] | None = None):
        super().__init__(folder)
        self.port = port or free_port()
        self.password = password
        self.tls = tls
        self.maxmemory = maxmemory
        self.more = more or {}  # further lines of redis.conf
        self.ca_file: Path | None = None
        self.password_file = write(self.folder / "redis-password", password + "\n", 0o600) if password else None
        self.socket = subfolder(self.folder, "redis-socket", 0o750) / "redis.sock"
        self._configure()

    @property
    def uri(self) -> str:
        """Without the password, and without the authority: those are settings of their own."""
        return f"{'rediss' if self.tls else 'redis'}://127.0.0.1:{self.port}/0"

    @property
    def socket_uri(self) -> str:
        return f"redis+unix://{self.socket}?db=0"

    def start(self) -> "Redis":
        self.spawn([REDIS_SERVER, str(self.configuration)], as_service_user=True)
        self.wait_until(self._answers)
        return self

    def restart(self) -> None:
        """Ends the process and starts anew on the same port. What it held is gone."""
        self.end_process()
        self.start()

    def stall(self) -> None:
        """Connections are accepted (by the kernel) and nothing is answered, until `go_on`."""
        self.signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.signal(signal.SIGCONT)

    def command(self, *words: str | bytes) -> object:
        """Asks the server as its administrator: a str, an int, None, or a list of them. Raises RuntimeError for an error."""
        with self._connect() as connection, connection.makefile("rb") as replies:
            if self.password:
                connection.sendall(_encode("AUTH", self.password))
                _read(replies)
            connection.sendall(_encode(*words))
            return _read(replies)

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        if self.ca_file is None:
            return connection
        return ssl.create_default_context(cafile=str(self.ca_file)).wrap_socket(connection, server_hostname="127.0.0.1")

    def _answers(self) -> bool:
        try:
            return self.command("PING") == "PONG"
        except (OSError, EOFError, RuntimeError):
            return False

    def _configure(self) -> None:
        lines = ["bind 127.0.0.1", "daemonize no", f"dir {self.folder}", 'save ""', "appendonly no",
                 "maxmemory-policy noeviction", f"unixsocket {self.socket}", "unixsocketperm 770"]
        if self.tls:
            authority = Authority(self.folder / "redis-tls")
            certificate = authority.issue("127.0.0.1")
            self.ca_file = authority.certificate
            lines += ["port 0", f"tls-port {self.port}", f"tls-cert-file {certificate.chain}",
                      f"tls-key-file {certificate.key}", f"tls-ca-cert-file {authority.certificate}",
                      "tls-auth-clients no"]
        else:
            lines.append(f"port {self.port}")
        if self.password:
            lines.append(f'requirepass "{self.password}"')
        if self.maxmemory:
            lines.append(f"maxmemory {self.maxmemory}")
        lines += [f"{name} {value}" for name, value in self.more.items()]
        self.configuration = write(self.folder / "redis.conf", "\n".join(lines) + "\n", 0o600)


def _encode(*words: str | bytes) -> bytes:
    parts = [word.encode() if isinstance(word, str) else word for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


def _read(replies) -> object:
    line = replies.readline()
    if not line.endswith(b"\r\n"):
        raise EOFError("redis closed the connection")
    kind, rest = line[:1], line[1:-2]
    if kind == b"-":
        raise RuntimeError(rest.decode(errors="replace"))
    if kind == b":":
        return int(rest)
    if kind == b"+":
        return rest.decode(errors="replace")
    if int(rest) < 0:
        return None
    if kind == b"$":
        return replies.read(int(rest) + 2)[:-2].decode(errors="replace")
    return [_read(replies) for _ in range(int(rest))]
