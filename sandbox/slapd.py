"""A private slapd with the demo's people: loaded before it starts, reached on loopback alone."""

import base64
import hashlib
import os
import secrets
import socket
import subprocess
from pathlib import Path

from sandbox.certificates import Authority
from sandbox.process import Server, free_port, service_user_options, subfolder, write

ROOT = Path(__file__).resolve().parent.parent
SLAPD = "/usr/sbin/slapd"
SLAPADD = "/usr/sbin/slapadd"
SCHEMA_FOLDER = Path("/etc/ldap/schema")
BASE = "dc=example,dc=com"
SERVICE_DN = f"cn=sso,{BASE}"
OWNER_DN = f"cn=owner,{BASE}"  # whom no access rule holds; it has no entry


def salted_hash(password: str) -> str:
    """{SSHA}, the hash that every slapd knows."""
    salt = os.urandom(8)
    return "{SSHA}" + base64.b64encode(hashlib.sha1(password.encode() + salt).digest() + salt).decode()


class Slapd(Server):
    """`Slapd().start()`; `uri`, `bind_dn`, `bind_password_file` and, with TLS, `ca_file` are what sso.toml wants."""

    name = "slapd"

    def __init__(self, folder: Path | None = None, *, port: int | None = None, tls: bool = False,
                 people: Path = ROOT / "conf/demo/people.ldif", more_ldif: str = "", log_operations: bool = False,
                 accepts_empty_passwords: bool = False):
        super().__init__(folder)
        self.port = port or free_port()
        self.tls_port = free_port() if tls else None
        self.log_operations = log_operations
        self.accepts_empty_passwords = accepts_empty_passwords
        self.base = BASE
        self.bind_dn = SERVICE_DN
        self.bind_password = secrets.token_urlsafe(24)
        self.bind_password_file = write(self.folder / "ldap-password", self.bind_password + "\n", 0o600)
        self.owner_password = secrets.token_urlsafe(24)
        self.owner_password_file = write(self.folder / "owner-password", self.owner_password, 0o600)
        self.ca_file: Path | None = None
        self._configure()
        self._load(people.read_text(encoding="utf-8") + "\n" + self._service_account() + "\n" + more_ldif)

    @property
    def uri(self) -> str:
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def tls_uri(self) -> str:
        assert self.tls_port is not None
        return f"ldaps://127.0.0.1:{self.tls_port}"

    def start(self) -> "Slapd":
        listeners = self.uri if self.tls_port is None else f"{self.uri} {self.tls_uri}"
        self.spawn([SLAPD, "-d", "stats" if self.log_operations else "0", "-h", listeners,
                    "-f", str(self.configuration)], as_service_user=True)
        self.wait_until(self._answers)
        return self

    def restart(self) -> None:
        """Ends the process, keeps the folder, and starts anew on the same port."""
        self.end_process()
        self.start()

    def change(self, uid: str, **values: str | None) -> None:
        """Replaces attributes of a person in the running directory; None takes one away."""
        lines = [f"dn: uid={uid},ou=people,{BASE}", "changetype: modify"]
        for name, value in values.items():
            lines += [f"replace: {name}", *([] if value is None else [f"{name}: {value}"]), "-"]
        self._modify("\n".join(lines) + "\n")

    def delete(self, uid: str) -> None:
        """Takes a person out of the running directory."""
        self._modify(f"dn: uid={uid},ou=people,{BASE}\nchangetype: delete\n")

    def _modify(self, ldif: str) -> None:
        done = subprocess.run(["/usr/bin/ldapmodify", "-x", "-H", self.uri, "-D", OWNER_DN,
                               "-y", str(self.owner_password_file)],
                              input=ldif, capture_output=True, text=True, timeout=30, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"ldapmodify failed:\n{done.stdout}{done.stderr}")

    def _answers(self) -> bool:
        """Whether slapd itself replies: an anonymous bind (RFC 4511 §4.2), its smallest question, succeeds or not."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(bytes.fromhex("300c020101600702010304008000"))
                return connection.recv(1) == b"\x30"
        except OSError:
            return False

    def _configure(self) -> None:
        self.data = subfolder(self.folder, "ldap-data", 0o700)
        schema = write(self.folder / "demo.schema", (ROOT / "conf/demo/demo.schema").read_text())
        access = write(self.folder / "access.conf", (ROOT / "conf/ldap/access.conf").read_text())
        lines = [f"include {SCHEMA_FOLDER / name}.schema" for name in ("core", "cosine", "inetorgperson")]
        lines += [f"include {schema}", "modulepath /usr/lib/ldap", "moduleload back_mdb",
                  f"pidfile {self.folder / 'slapd.pid'}", f"argsfile {self.folder / 'slapd.args'}", "threads 4"]
        if self.accepts_empty_passwords:  # as careless servers do (RFC 4513 §5.1.2): the bind succeeds, as nobody
            lines.append("allow bind_anon_cred bind_anon_dn")
        if self.tls_port is not None:
            authority = Authority(self.folder / "tls")
            certificate = authority.issue("127.0.0.1")
            self.ca_file = authority.certificate
            lines += [f"TLSCACertificateFile {authority.certificate}", f"TLSCertificateFile {certificate.chain}",
                      f"TLSCertificateKeyFile {certificate.key}"]
        lines += ["database mdb", "maxsize 33554432", f'suffix "{BASE}"', f"directory {self.data}",
                  f'rootdn "{OWNER_DN}"', f"rootpw {salted_hash(self.owner_password)}",
                  "dbnosync", "index objectClass,uid eq", f"include {access}"]
        self.configuration = write(self.folder / "slapd.conf", "\n".join(lines) + "\n")

    def _service_account(self) -> str:
        return (f"dn: {self.bind_dn}\nobjectClass: applicationProcess\nobjectClass: simpleSecurityObject\ncn: sso\n"
                f"userPassword: {salted_hash(self.bind_password)}\n")

    def _load(self, ldif: str) -> None:
        path = write(self.folder / "people.ldif", ldif, 0o600)
        done = subprocess.run([SLAPADD, "-q", "-f", str(self.configuration), "-l", str(path)], cwd=self.folder,
                              capture_output=True, text=True, timeout=60, check=False, **service_user_options())
        path.unlink()
        if done.returncode != 0:
            raise RuntimeError(f"slapadd failed:\n{done.stdout}{done.stderr}")
