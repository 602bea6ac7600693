"""A private memcached on loopback."""

import signal
from pathlib import Path

from sandbox.process import Server, free_port, port_answers

MEMCACHED = "/usr/bin/memcached"


class Memcached(Server):
    name = "memcached"

    def __init__(self, folder: Path | None = None):
        super().__init__(folder)
        self.port = free_port()

    def start(self) -> "Memcached":
        self.spawn([MEMCACHED, "-l", "127.0.0.1", "-p", str(self.port), "-U", "0", "-m", "16", "-t", "2"],
                   as_service_user=True)
        self.wait_until(lambda: port_answers(self.port))
        return self

    def stall(self) -> None:
        """Connections are accepted (by the kernel) and nothing is answered, until `go_on`."""
        self.signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.signal(signal.SIGCONT)
