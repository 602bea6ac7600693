"""A backup server with registration, on a private machine (scripts/private-machine): slapd, sshd, BackupPC's own folders,
sso.toml where it belongs; and clients at 127.0.0.N, which a hosts table calls wsN."""

import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path

from sandbox.process import Server, make_folder, wait_for
from sandbox.slapd import BASE, Slapd
from sandbox.sshd import Sshd

ROOT = Path(__file__).resolve().parents[2]
ETC = Path("/etc/mod_sso")
STATE = Path("/var/lib/mod_sso-registration")
BACKUPPC = Path("/etc/backuppc")
PROGRAMS = Path("/run/programs")
REGISTER = PROGRAMS / "sso-register"
KEYS = Path("/etc/ssh/registration/backuppc")
HOSTS_AT_FIRST = (BACKUPPC / "hosts").read_bytes() if (BACKUPPC / "hosts").exists() else b""

PEOPLE = f"""
dn: ou=twins,{BASE}
objectClass: organizationalUnit
ou: twins
""" + "".join(f"""
dn: uid={uid},{parent}
objectClass: inetOrgPerson
uid: {uid}
cn: {uid}
sn: {uid}
userPassword: {uid}-demo
""" for uid, parent in [("cmartin", f"ou=people,{BASE}"), ("adupont", f"ou=people,{BASE}"),
                        ("twin", f"ou=people,{BASE}"), ("twin", f"ou=twins,{BASE}"),
                        ("a" * 64, f"ou=twins,{BASE}")])

SETTINGS = """\
[portal]
url = "{portal}"
[cookie]
domain = ".sso.localhost"
[security]
key_file = "/etc/mod_sso/key"
[session]
store = "lmdb:/var/lib/mod_sso/sessions"
[authentication.ldap]
uri = ["{ldap}"]
base = "dc=example,dc=com"
bind_dn = "{bind_dn}"
bind_password_file = "/etc/mod_sso/ldap-password"
[exported_variables]
uid = "uid"
[registration]
url = "{url}"
hosts_table = "/etc/mod_sso/machines"
local_clients = true
bind_dn = "{bind_dn}"
bind_password_file = "/etc/mod_sso/registration-ldap-password"
register_from = ["127.0.0.0/8"]
reload_program = ""
limit_per_address = "10000/1min"
limit_per_logon = "10000/1min"
limit_total = "10000/1min"
hosts_per_logon = 0
"""


def account() -> pwd.struct_passwd:
    return pwd.getpwnam("backuppc")


class Reply:
    """What a client got."""

    def __init__(self, done: subprocess.CompletedProcess):
        self.status = done.returncode
        self.out: bytes = done.stdout
        self.err: bytes = done.stderr

    @property
    def lines(self) -> list[str]:
        return self.out.decode().splitlines()

    @property
    def code(self) -> str:
        """SUCCESS, or the refusal's word."""
        if self.lines[:1] == ["success"]:
            return "SUCCESS"
        words = self.lines[0].split(" ") if self.lines else ["", ""]
        return words[1] if words[0] == "error:" else f"no answer: {self.out!r} {self.err!r}"

    def value(self, keyword: str) -> str:
        return next(line.partition(": ")[2] for line in self.lines[1:] if line.startswith(keyword + ":"))

    def __repr__(self):
        return f"<{self.status} {self.out!r} {self.err!r}>"


class BackupPc(Server):
    """BackupPC's daemon, on the machine's own configuration."""

    name = "backuppc"

    def start(self) -> "BackupPc":
        run = Path("/run/backuppc")
        run.mkdir(exist_ok=True)
        os.chown(run, account().pw_uid, account().pw_gid)
        (run / "BackupPC.sock").unlink(missing_ok=True)  # an earlier daemon's
        self.spawn(["/usr/sbin/runuser", "-u", "backuppc", "--", "/usr/share/backuppc/bin/BackupPC"], as_service_user=False)
        self.wait_until(lambda: (run / "BackupPC.sock").exists())
        return self


class World:
    def __init__(self, build_dir: Path):
        self.build_dir = build_dir
        self.folder = make_folder("sso-registration-")
        self.settings: dict[str, str] = {}

    def start(self) -> "World":
        PROGRAMS.mkdir(exist_ok=True)
        shutil.copy(self.build_dir / "registration" / "sso-register", REGISTER)
        self.slapd = Slapd(more_ldif=PEOPLE).start()
        ETC.mkdir(exist_ok=True)
        password = ETC / "registration-ldap-password"
        password.write_text(self.slapd.bind_password + "\n")
        os.chown(password, 0, account().pw_gid)
        password.chmod(0o640)
        www = pwd.getpwnam("www-data")
        portal_s = ETC / "ldap-password"  # which registration's account cannot read
        portal_s.write_text(self.slapd.bind_password + "\n")
        portal_s.chmod(0o600)
        os.chown(portal_s, www.pw_uid, www.pw_gid)
        key = ETC / "key"
        key.write_text("ab" * 32 + "\n")
        os.chown(key, 0, www.pw_gid)
        key.chmod(0o640)
        # the store belongs to the portal's account; registration's is in its group
        subprocess.run(["/usr/sbin/usermod", "-aG", "www-data", "backuppc"], check=True)
        store = Path("/var/lib/mod_sso/sessions")
        store.mkdir(parents=True, exist_ok=True)
        os.chown(store, www.pw_uid, www.pw_gid)
        store.chmod(0o2770)
        (ETC / "machines").write_text("".join(f"127.0.0.{n} ws{n}\n" for n in range(2, 250) if n != 200))
        with (BACKUPPC / "config.pl").open("a") as config:  # Debian's names a smbclient that may not be there
            config.write("$Conf{SmbClientPath} = $Conf{NmbLookupPath} = '';\n")
        self.configure()
        self.make_register_key()
        self.reset()
        snippet = (ROOT / "conf/ssh/sso-register.conf").read_text()
        self.sshd = Sshd(more=snippet).start()
        self.known_hosts = self.folder / "known_hosts"
        self.known_hosts.write_text(f"mod_sso-backup {self.sshd.host_key_line}")
        return self

    def stop(self) -> None:
        self.sshd.stop()
        self.slapd.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    # server

    def configure(self, portal: str = "http://auth.sso.localhost/", url: str = "https://backup.example.com/backuppc/",
                  more: str = "", **changed: str) -> None:
        """Writes sso.toml; `changed` replaces settings of [registration] by name."""
        text = SETTINGS.format(portal=portal, url=url, ldap=self.slapd.uri, bind_dn=self.slapd.bind_dn)
        lines = [line for line in text.splitlines() if line.partition(" ")[0] not in changed]
        lines += [f"{name} = {value}" for name, value in changed.items() if value]
        path = ETC / "sso.toml"
        path.write_text("\n".join(lines) + "\n" + more)
        path.chmod(0o644)

    def make_register_key(self) -> None:
        self.register_key = self.folder / "register-key"
        self.administer("new-register-key", str(self.register_key))
        KEYS.parent.mkdir(parents=True, exist_ok=True)
        KEYS.write_text(self.administer("authorized-key-line", f"{self.register_key}.pub").stdout)
        KEYS.chmod(0o644)

    def reset(self) -> None:
        """A server on which nothing was ever registered."""
        shutil.rmtree(STATE, ignore_errors=True)
        STATE.mkdir(mode=0o700)
        os.chown(STATE, account().pw_uid, account().pw_gid)
        (BACKUPPC / "hosts").write_bytes(HOSTS_AT_FIRST)
        for path in BACKUPPC.glob("ws*.pl"):
            path.unlink()
        for path in Path("/var/lib/mod_sso/sessions").iterdir():
            path.unlink()

    def administer(self, *words: str, check: bool = True) -> subprocess.CompletedProcess:
        done = subprocess.run([REGISTER, *words], capture_output=True, text=True, timeout=60)
        if check:
            assert done.returncode == 0, (words, done)
        return done

    def check_is_clean(self) -> None:
        done = self.administer("check", check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def hosts(self) -> dict[str, str]:
        """Host to user, out of BackupPC's hosts file; a host that stands there twice fails."""
        found: dict[str, str] = {}
        for line in (BACKUPPC / "hosts").read_text().splitlines():
            words = line.partition("#")[0].split()
            if words and words[0].startswith("ws"):
                assert words[0] not in found, line
                found[words[0]] = words[2]
        return found

    def audit(self) -> str:
        path = STATE / "audit.log"
        return path.read_text("ascii") if path.exists() else ""

    def snapshot(self) -> dict[str, bytes]:
        """All that is registered: a refusal changes nothing of it."""
        found = {"hosts": (BACKUPPC / "hosts").read_bytes(), "config": (BACKUPPC / "config.pl").read_bytes()}
        for folder in (STATE / "registry", STATE / "keys"):
            for path in sorted(folder.rglob("*")) if folder.exists() else []:
                found[str(path)] = path.read_bytes() if path.is_file() else b"folder"
        for path in sorted(BACKUPPC.glob("*.pl")):
            found[path.name] = path.read_bytes()
        return found

    # clients

    def ssh_words(self, n: int, *options: str) -> list[str]:
        return ["/usr/bin/ssh", "-F", "none", "-x", "-a", "-b", f"127.0.0.{n}", "-i", str(self.register_key),
                "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes",
                "-o", f"UserKnownHostsFile={self.known_hosts}", "-o", "GlobalKnownHostsFile=/dev/null",
                "-o", "HostKeyAlias=mod_sso-backup", "-o", "LogLevel=ERROR", "-l", "backuppc", *options, "127.0.0.1"]

    def ask(self, *command: str, n: int = 10, options: tuple[str, ...] = (), stdin: bytes = b"",
            env: dict[str, str] | None = None, timeout: float = 60) -> Reply:
        return Reply(subprocess.run([*self.ssh_words(n, *options), *command], input=stdin, capture_output=True,
                                    timeout=timeout, env={**os.environ, "SSH_AUTH_SOCK": "", **(env or {})}))

    def start_asking(self, command: str, n: int) -> subprocess.Popen:
        return subprocess.Popen([*self.ssh_words(n), command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def run_helper(self, command: str, n: int = 10, preload: dict[str, str] | None = None) -> Reply:
        """sso-register as sshd would start it, without sshd."""
        entry = account()
        env = {"SSH_ORIGINAL_COMMAND": command, "SSH_CONNECTION": f"127.0.0.{n} 40000 127.0.0.1 22",
               "PATH": "/usr/bin:/bin", **(preload or {})}
        return Reply(subprocess.run([REGISTER], env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, cwd="/",
                                    user=entry.pw_uid, group=entry.pw_gid, extra_groups=os.getgrouplist("backuppc", entry.pw_gid)))


def seconds_of(work) -> float:
    start = time.monotonic()
    work()
    return time.monotonic() - start


__all__ = ["BackupPc", "World", "Reply", "wait_for", "seconds_of", "STATE", "BACKUPPC", "ETC", "ROOT", "REGISTER", "KEYS", "account"]
