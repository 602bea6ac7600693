"""What `cmake --install` puts on a machine, and whether it works as it is shipped."""

import os
import re
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


MANUALS = {
    "ssoctl": ('.SS "ssoctl config set"', '.SS "ssoctl explain"', '.SS "ssoctl session delete"', '.SS "ssoctl key rotate"',
               "VISUAL, EDITOR"),
    "sso-register": ('.SS "sso\\-register list"', '.SS "sso\\-register lint"', "SSO_CONFIG"),
    "sso-portal": (r"\-\-config", "SSO_CONFIG"),
    "sso-manager": (r"\-\-config", "SSO_CONFIG"),
    "sso-enrol": (".SH FILES", ".SH EXIT STATUS"),
}


@pytest.mark.parametrize("program, texts", MANUALS.items(), ids=str)
def test_each_program_has_a_manual_that_man_can_show(installed, program, texts):
    page = installed / f"usr/local/share/man/man8/{program}.8"
    manual = page.read_text(encoding="utf-8")
    for text in texts:
        assert text in manual, text
    shown = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-Kutf8", page], capture_output=True, text=True, check=True,
                           timeout=30)
    assert shown.stderr == "" and program in shown.stdout


def test_the_clients_manual_names_each_of_its_options(installed):
    manual = (installed / "usr/local/share/man/man8/sso-enrol.8").read_text(encoding="utf-8").replace(r"\-", "-")
    usage = subprocess.run([installed / "usr/local/bin/sso-enrol", "--help"], capture_output=True, text=True, check=True,
                           timeout=30).stdout
    options = set(re.findall(r"--[a-z][a-z-]*", usage)) - {"--help"}
    assert len(options) > 10
    for option in options:
        assert option in manual, option


def completed(installed: Path, *line: str) -> set[str]:
    """What bash offers for the last word of `line`."""
    program = line[0]
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _%s; printf "%%s\\n" "${COMPREPLY[@]}"'
              % program.replace("-", "_"))
    completion = installed / "usr/local/share/bash-completion/completions" / program
    run = subprocess.run(["bash", "-c", script, "bash", completion, *line], capture_output=True, text=True, check=True,
                         timeout=30)
    return set(run.stdout.split())


def test_the_shells_completion_is_installed(installed):
    assert {"config", "explain", "doctor", "session"} <= completed(installed, "ssoctl", "")
    assert completed(installed, "ssoctl", "--json", "config", "ro") == {"rollback"}
    assert {"--message", "--text", "--unset"} <= completed(installed, "ssoctl", "config", "set", "--")
    assert "--user" in completed(installed, "ssoctl", "explain", "--u")
    assert {"list", "lint", "sweep"} <= completed(installed, "sso-register", "")


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
