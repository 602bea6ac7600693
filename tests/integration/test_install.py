"""What `cmake --install` puts on a machine, and whether it works as it is shipped."""

import os
import re
import shutil
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


UNITS = ("sso-register-sweep.service", "sso-register-sweep.path", "sso-register-sweep.timer")


@pytest.fixture(scope="module")
def machine_with_units(installed) -> Path:
    """`installed`, with systemd's own units and ours where docs/registration.md puts them."""
    shutil.copytree("/usr/lib/systemd/system", installed / "usr/lib/systemd/system", symlinks=True)
    (installed / "etc/systemd/system").mkdir(parents=True)
    for unit in UNITS:
        shutil.copy(installed / "usr/local/share/doc/mod_sso/systemd" / unit, installed / "etc/systemd/system")
    return installed


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_takes_the_units_as_they_are_installed(machine_with_units, unit):
    verified = subprocess.run(["systemd-analyze", "verify", "--man=no", f"--root={machine_with_units}", unit],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
    assert verified.returncode == 0 and "sso-" not in verified.stdout, verified.stdout


def test_a_mistake_in_a_unit_would_be_found(machine_with_units):
    path = machine_with_units / "etc/systemd/system/mistaken.path"
    path.write_text("[Path]\nPathChange=/run\n")
    verified = subprocess.run(["systemd-analyze", "verify", "--man=no", f"--root={machine_with_units}", path.name],
                              capture_output=True, text=True, timeout=60, check=False)
    assert verified.returncode != 0 and "PathChange" in verified.stderr


def test_the_file_that_the_portal_touches_is_made_for_it_and_for_registration(installed):
    accounts = {"root": 0, "www-data": 33, "backuppc": 120}
    (installed / "etc/passwd").write_text("".join(f"{name}:x:{number}:{number}::/:/bin/false\n"
                                                  for name, number in accounts.items()))
    (installed / "etc/group").write_text("".join(f"{name}:x:{number}:\n" for name, number in accounts.items()))
    made = subprocess.run(["systemd-tmpfiles", "--create", f"--root={installed}",
                           installed / "usr/local/share/doc/mod_sso/systemd/mod_sso.tmpfiles.conf"],
                          capture_output=True, text=True, timeout=60, check=False)
    assert made.returncode == 0 and made.stderr == ""
    touched = (installed / "run/mod_sso/sweep").stat()
    assert stat.S_IMODE(touched.st_mode) == 0o664
    assert (touched.st_uid, touched.st_gid) == (accounts["www-data"], accounts["backuppc"])
