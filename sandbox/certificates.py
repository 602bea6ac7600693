"""A certificate authority of one test or demo, made with openssl in a folder of its own."""

import ipaddress
import subprocess
from dataclasses import dataclass
from pathlib import Path

from sandbox.process import own, subfolder, write


@dataclass(frozen=True)
class Certificate:
    chain: Path
    key: Path


class Authority:
    """Issues server certificates that a client trusts through `certificate`, and only so."""

    def __init__(self, folder: Path, name: str = "sandbox authority"):
        self.folder = subfolder(folder.parent, folder.name)
        self.certificate = folder / "ca.pem"
        self.key = folder / "ca.key"
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                      "-subj", f"/CN={name}", "-keyout", str(self.key), "-out", str(self.certificate))
        own(self.certificate, 0o644)
        own(self.key, 0o600)

    def issue(self, host: str) -> Certificate:
        """A certificate for one host name or address."""
        request, chain, key = (self.folder / f"{host}.{end}" for end in ("csr", "pem", "key"))
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={host}",
                      "-keyout", str(key), "-out", str(request))
        extensions = write(self.folder / f"{host}.ext", f"subjectAltName={self._alternative_name(host)}\n")
        self._openssl("x509", "-req", "-in", str(request), "-CA", str(self.certificate), "-CAkey", str(self.key),
                      "-CAcreateserial", "-days", "30", "-extfile", str(extensions), "-out", str(chain))
        return Certificate(own(chain, 0o644), own(key, 0o600))

    @staticmethod
    def _alternative_name(host: str) -> str:
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return f"DNS:{host}"
        return f"IP:{host}"

    @staticmethod
    def _openssl(*arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {arguments[0]} failed:\n{done.stderr}")
