"""What `cmake --install` puts on a machine, and whether it works as it is shipped."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from sandbox.httpd import Httpd
from sandbox.process import write

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory, build_dir) -> Path:
    """The root of a machine on which mod_sso was installed."""
    machine = tmp_path_factory.mktemp("machine")
    subprocess.run(["cmake", "--install", build_dir], env={**os.environ, "DESTDIR": str(machine)}, check=True,
                   capture_output=True, timeout=120)
    return machine


@pytest.mark.parametrize("path", ["usr/lib/apache2/modules/mod_sso.so", "usr/local/lib/mod_sso/sso-portal",
                                  "usr/local/lib/mod_sso/sso-manager", "usr/local/bin/ssoctl",
                                  "usr/local/bin/sso-register", "usr/local/bin/sso-enrol",
                                  "usr/local/lib/mod_sso/rsyncsend"])
def test_programs_stand_where_the_documents_say(installed, path):
    program = installed / path
    assert program.is_file()
    assert path.endswith(".so") or program.stat().st_mode & stat.S_IXOTH


def test_the_manual_and_the_shells_completion_are_installed(installed):
    manual = (installed / "usr/local/share/man/man8/ssoctl.8").read_text(encoding="utf-8")
    for command in ("config set", "explain", "session delete", "key rotate"):
        assert f'.SS "ssoctl {command}"' in manual, command
    completion = installed / "usr/local/share/bash-completion/completions/ssoctl"

    def words(*line: str) -> set[str]:
        script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ssoctl; printf "%s\\n" "${COMPREPLY[@]}"'
        run = subprocess.run(["bash", "-c", script, "bash", completion, *line], capture_output=True, text=True, check=True,
                             timeout=30)
        return set(run.stdout.split())

    assert {"config", "explain", "doctor", "session"} <= words("ssoctl", "")
    assert words("ssoctl", "--json", "config", "ro") == {"rollback"}
    assert {"--message", "--text", "--unset"} <= words("ssoctl", "config", "set", "--")
    assert "--user" in words("ssoctl", "explain", "--u")


def test_the_example_is_valid(installed):
    example = installed / "etc/mod_sso/sso.toml.example"
    checked = subprocess.run([installed / "usr/local/bin/ssoctl", "config", "check", f"file:{example}"],
                             capture_output=True, text=True, timeout=30, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_httpd_takes_the_snippets_as_they_are_installed(installed):
    """On a machine whose httpd has the snippets enabled; with names of its own, and with those of the snippets."""
    snippets = installed / "etc/apache2/conf-available"
    assert sorted(path.name for path in snippets.iterdir()) == [
        "mod_sso.conf", "sso-auth.conf", "sso-backuppc.conf", "sso-manager.conf", "sso-portal.conf"]
    for modules in ((), ("fcgid",)):
        with Httpd(modules=modules, sso_module=installed / "usr/lib/apache2/modules/mod_sso.so") as httpd:
            programs = installed / "usr/local/lib/mod_sso"
            config = write(httpd.folder / "sso.toml", (ROOT / "conf/sso.toml.example").read_text(encoding="utf-8"))
            httpd.configure("\n".join([f"Define SSO_CONFIG_URI file:{config}", f"Define SSO_PROGRAMS {programs}",
                                       *(f"Include {snippets / name}" for name in
                                         ("mod_sso.conf", "sso-portal.conf", "sso-manager.conf", "sso-auth.conf",
                                          "sso-backuppc.conf"))]))
            checked = httpd.check_config()
            assert checked.returncode == 0, checked.stdout
