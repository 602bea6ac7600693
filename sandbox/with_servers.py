"""Runs a command beside private servers: `python3 -m sandbox.with_servers slapd -- command argument …`.

Where the servers are stands in the command's environment. A server that the command ends (its process id is in the
environment) is started again on the same port, so that tests can see both its death and its return. Exits with the
command's status."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from sandbox.certificates import Authority
from sandbox.process import Server, subfolder, write
from sandbox.slapd import Slapd, salted_hash

# People that only tests need: two of one name, one of whom more is known than we read, one whose name is everybody's.
TEST_PEOPLE = f"""
dn: ou=others,dc=example,dc=com
objectClass: organizationalUnit
ou: others

dn: cn=first twin,ou=others,dc=example,dc=com
objectClass: inetOrgPerson
cn: first twin
sn: twin
uid: twin
userPassword: {salted_hash("twin-demo")}

dn: cn=second twin,ou=others,dc=example,dc=com
objectClass: inetOrgPerson
cn: second twin
sn: twin
uid: twin
userPassword: {salted_hash("twin-demo")}

dn: cn=large,ou=others,dc=example,dc=com
objectClass: inetOrgPerson
cn: large
sn: large
uid: large
description: {"x" * 600_000}
userPassword: {salted_hash("large-demo")}

dn: cn=star,ou=others,dc=example,dc=com
objectClass: inetOrgPerson
cn: star
sn: star
uid: *
userPassword: {salted_hash("star-demo")}

dn: cn=no password,ou=others,dc=example,dc=com
objectClass: inetOrgPerson
cn: no password
sn: password
uid: nopassword
"""


@dataclass
class Running:
    server: Server
    environment: dict[str, str]
    restart: Callable[[], None]


def start_slapd() -> Running:
    slapd = Slapd(tls=True, more_ldif=TEST_PEOPLE, accepts_empty_passwords=True)
    stranger = Authority(subfolder(slapd.folder, "stranger"), "another authority")
    wrong = write(slapd.folder / "wrong-password", "not the password\n", 0o600)
    slapd.start()
    return Running(slapd, {
        "SSO_TEST_LDAP_URI": slapd.uri,
        "SSO_TEST_LDAP_TLS_URI": slapd.tls_uri,
        "SSO_TEST_LDAP_BASE": slapd.base,
        "SSO_TEST_LDAP_BIND_DN": slapd.bind_dn,
        "SSO_TEST_LDAP_BIND_PASSWORD_FILE": str(slapd.bind_password_file),
        "SSO_TEST_LDAP_WRONG_PASSWORD_FILE": str(wrong),
        "SSO_TEST_LDAP_CA_FILE": str(slapd.ca_file),
        "SSO_TEST_LDAP_OTHER_CA_FILE": str(stranger.certificate),
        "SSO_TEST_LDAP_PID_FILE": str(slapd.folder / "slapd.pid"),
    }, slapd.restart)


STARTERS: dict[str, Callable[[], Running]] = {"slapd": start_slapd}


def main(arguments: list[str]) -> int:
    if "--" not in arguments or not set(arguments[:arguments.index("--")]) <= set(STARTERS):
        print(f"usage: python3 -m sandbox.with_servers [{' | '.join(STARTERS)}] … -- command …", file=sys.stderr)
        return 2
    split = arguments.index("--")
    with ExitStack() as stack:
        running = []
        for name in arguments[:split]:
            running.append(STARTERS[name]())
            stack.enter_context(running[-1].server)
        environment = dict(os.environ)
        for one in running:
            environment |= one.environment
        with subprocess.Popen(arguments[split + 1:], env=environment) as command:
            try:
                while command.poll() is None:
                    for one in running:
                        process = one.server.process
                        if process is not None and process.poll() is not None:
                            one.restart()
                    time.sleep(0.02)
            except BaseException:
                command.kill()
                raise
            return command.returncode if command.returncode >= 0 else 128 - command.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
