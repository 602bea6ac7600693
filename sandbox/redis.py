"""A private redis-server: its own folder and port, nothing written to disk, in the foreground, stopped by process id."""

import socket
from pathlib import Path

from sandbox.process import Server, free_port, write

REDIS = "/usr/bin/redis-server"


class Redis(Server):
    """`Redis().start()`; `uri` is what session.store wants."""

    name = "redis"

    def __init__(self, folder: Path | None = None, *, port: int | None = None):
        super().__init__(folder)
        self.port = port or free_port()
        self.configuration = write(self.folder / "redis.conf", f"""\
bind 127.0.0.1
port {self.port}
dir {self.folder}
daemonize no
save ""
appendonly no
maxmemory-policy noeviction
""")

    @property
    def uri(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> "Redis":
        self.spawn([REDIS, str(self.configuration)], as_service_user=True)
        self.wait_until(self._answers)
        return self

    def command(self, *words: str) -> bytes:
        """The reply to one command, as it stands on the wire (RESP2)."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            request = b"".join(b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode()) for word in words)
            connection.sendall(b"*%d\r\n%s" % (len(words), request))
            return connection.recv(65536)

    def _answers(self) -> bool:
        try:
            return self.command("PING") == b"+PONG\r\n"
        except OSError:
            return False
