"""A private sshd: its own host key and configuration, in the foreground, on an address of the loopback network."""

import os
import socket
import subprocess
from pathlib import Path

from sandbox.process import Server, write

SSHD = "/usr/sbin/sshd"

CONFIGURATION = """\
ListenAddress {address}:{port}
HostKey {host_key}
PidFile none
UsePAM yes
PasswordAuthentication no
KbdInteractiveAuthentication no
AcceptEnv LANG LC_*
MaxStartups {max_startups}
Subsystem sftp internal-sftp
LogLevel INFO
"""


class Sshd(Server):
    """`Sshd(more="Match …").start()`. Runs as root: it becomes other users."""

    name = "sshd"

    def __init__(self, folder: Path | None = None, *, address: str = "127.0.0.1", port: int = 22, more: str = "",
                 max_startups: str = "200:100:300"):
        super().__init__(folder)
        self.address, self.port = address, port
        self.host_key = self.folder / "host_key"
        if not self.host_key.exists():
            subprocess.run(["/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.host_key], check=True)
        self.config_file = write(self.folder / "sshd_config", CONFIGURATION.format(
            address=address, port=port, host_key=self.host_key, max_startups=max_startups) + more)
        for path in (self.folder, self.host_key, self.config_file):
            os.chown(path, 0, 0)

    @property
    def host_key_line(self) -> str:
        return Path(f"{self.host_key}.pub").read_text()

    def start(self) -> "Sshd":
        self.spawn([SSHD, "-D", "-e", "-f", str(self.config_file)], as_service_user=False)
        self.wait_until(self._answers)
        return self

    def _answers(self) -> bool:
        try:
            with socket.create_connection((self.address, self.port), timeout=1) as connection:
                return connection.recv(4) == b"SSH-"
        except OSError:
            return False
