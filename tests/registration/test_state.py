"""What is kept: through crashes, full disks and administrators."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from world import BACKUPPC, ETC, KEYS, REGISTER, ROOT, STATE, account, wait_for


# 46 to 48: crashes and disks

def test_a_crash_at_any_moment_leaves_valid_files_and_is_made_good_by_asking_again(world, build_dir):
    library = shutil.copy(build_dir / "tests/support/libdie_at_call.so", "/run/programs/libdie_at_call.so")
    world.run_helper("linux:cmartin", 249)  # what is made once is there
    died = 0
    for moment in range(1, 200):
        host = f"ws{moment + 9}"
        before = (BACKUPPC / "hosts").read_bytes()
        reply = world.run_helper("linux:cmartin", moment + 9, {"LD_PRELOAD": library, "SSO_DIE_AT": str(moment)})
        if reply.status == 0:
            break
        assert reply.status == -signal.SIGKILL, reply
        died += 1
        after = (BACKUPPC / "hosts").read_bytes()
        assert after in (before, before + f"{host}\t0\tcmartin\n".encode())
        if after != before:
            assert (BACKUPPC / f"{host}.pl").exists(), "a hosts line without the file would mean BackupPC's defaults"
        if (BACKUPPC / f"{host}.pl").exists():
            assert (BACKUPPC / f"{host}.pl").read_text().endswith("accept-new'];\n")
            assert (STATE / "keys" / host / "id").exists()
        again = world.run_helper("linux:cmartin", moment + 9)
        assert again.code == "SUCCESS", f"at call {moment}: {again}"
        if reply.out:
            assert reply.out == again.out
    assert died > 30, f"only {died} calls were met"
    world.check_is_clean()


def test_a_crash_while_a_machine_is_taken_out_is_put_right_by_check(world, build_dir):
    library = shutil.copy(build_dir / "tests/support/libdie_at_call.so", "/run/programs/libdie_at_call.so")
    entry = account()
    for moment in range(1, 100, 3):
        host = f"ws{moment + 9}"
        assert world.run_helper("linux:cmartin", moment + 9).code == "SUCCESS"
        done = subprocess.run([REGISTER, "revoke", host], capture_output=True, user=entry.pw_uid, group=entry.pw_gid,
                              extra_groups=os.getgrouplist("backuppc", entry.pw_gid),
                              env={"LD_PRELOAD": library, "SSO_DIE_AT": str(moment)})
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
        world.administer("check", "--repair", check=False)
        world.check_is_clean()
    assert moment > 5


def test_a_full_disk_is_told_and_changes_nothing_of_backuppc_s(world):
    subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", "size=64k,mode=700,uid=%d,gid=%d" % account()[2:4], "tmpfs", STATE],
                   check=True)
    try:
        world.run_helper("linux:cmartin", 11)
        before = (BACKUPPC / "hosts").read_bytes()
        try:
            (STATE / "filler").write_bytes(b"x" * 65536)
        except OSError:
            pass
        reply = world.ask("linux:cmartin")
        assert (reply.code, reply.status) == ("STORAGE", 73)
        assert (BACKUPPC / "hosts").read_bytes() == before and not (BACKUPPC / "ws10.pl").exists()
        (STATE / "filler").unlink()
        assert world.ask("linux:cmartin").code == "SUCCESS"
    finally:
        subprocess.run(["/bin/umount", STATE], check=True)


def test_a_configuration_folder_that_cannot_be_written_is_told(world):
    subprocess.run(["/bin/mount", "--bind", BACKUPPC, BACKUPPC], check=True)
    try:
        (BACKUPPC / "LOCK").touch()
        os.chown(BACKUPPC / "LOCK", account().pw_uid, account().pw_gid)
        subprocess.run(["/bin/mount", "-o", "remount,ro,bind", BACKUPPC], check=True)
        reply = world.ask("linux:cmartin")
        assert (reply.code, reply.status) == ("STORAGE", 73)
        assert world.hosts() == {}
    finally:
        subprocess.run(["/bin/umount", BACKUPPC], check=True)
    assert world.ask("linux:cmartin").code == "SUCCESS"


def test_a_damaged_key_pair_is_never_replaced_in_silence(world):
    world.ask("linux:cmartin")
    (STATE / "keys/ws10/id").unlink()
    assert world.ask("linux:cmartin").status == 73
    assert "halves" in world.administer("check", check=False).stdout
    world.administer("rotate", "ws10")
    assert world.ask("linux:cmartin").code == "SUCCESS"
    world.check_is_clean()


def test_what_an_editor_lost_is_found_and_added_again(world):
    world.ask("linux:cmartin")
    hosts = (BACKUPPC / "hosts").read_text()
    (BACKUPPC / "hosts").write_text(hosts.replace("ws10\t0\tcmartin\n", ""))
    (BACKUPPC / "ws10.pl").unlink()
    found = world.administer("check", "--json", check=False)
    assert found.returncode == 1 and {row["host"] for row in json.loads(found.stdout)} == {"ws10"}
    assert "(repaired)" in world.administer("check", "--repair").stdout
    assert world.hosts() == {"ws10": "cmartin"}
    world.check_is_clean()


# administration

def test_a_revoked_machine_is_out_and_stays_out(world):
    world.ask("linux:cmartin")
    world.administer("revoke", "ws10")
    assert world.hosts() == {} and not (BACKUPPC / "ws10.pl").exists() and not (STATE / "keys/ws10").exists()
    assert world.ask("linux:cmartin").status == 77
    world.check_is_clean()
    world.administer("remove", "ws10")
    assert world.ask("linux:adupont").code == "SUCCESS"


def test_a_machine_is_transferred_to_somebody_of_the_directory(world):
    key = world.ask("linux:cmartin").value("key")
    assert world.administer("transfer", "ws10", "nobody-here", check=False).returncode == 1
    assert world.administer("transfer", "ws10", "root", check=False).returncode == 1
    world.administer("transfer", "ws10", "ADUPONT")
    assert world.hosts() == {"ws10": "adupont"}
    assert world.ask("linux:cmartin").status == 77
    assert world.ask("linux:adupont").value("key") == key


def test_a_new_key_pair_serves_once_the_machine_has_asked(world):
    first = world.ask("linux:cmartin").value("key")
    world.administer("rotate", "ws10")
    assert json.loads(world.administer("show", "ws10", "--json").stdout)["key"] == first
    second = world.ask("linux:cmartin").value("key")
    assert second != first and world.ask("linux:cmartin").value("key") == second
    world.check_is_clean()


def test_a_host_key_is_forgotten_after_a_reinstallation(world):
    world.ask("linux:cmartin")
    assert world.administer("forget-hostkey", "ws10", check=False).returncode == 1
    (STATE / "keys/ws10/known_hosts").write_text("ws10 ssh-ed25519 AAAA\n")
    world.administer("forget-hostkey", "ws10")
    assert not (STATE / "keys/ws10/known_hosts").exists()


def test_a_request_is_tried_without_any_trace(world):
    before = world.snapshot()
    tried = json.loads(world.administer("test", "linux:CMARTIN", "--from", "127.0.0.10", "--json").stdout)
    assert (tried["outcome"], tried["host"]) == ("SUCCESS", "ws10")
    assert json.loads(world.administer("test", "linux:x", "--from", "127.0.0.10", "--json", check=False).stdout)[
        "outcome"] == "LOGON-UNKNOWN"
    assert world.snapshot() == before and not (STATE / "rate/counts").exists()


def test_what_administrators_do_is_in_the_audit(world):
    world.ask("linux:cmartin")
    world.administer("revoke", "ws10")
    assert "host=ws10 outcome=revoked" in world.audit().splitlines()[-1]
    assert "detail=by\\x20root" in world.audit().splitlines()[-1]


@pytest.mark.parametrize("words", [["show", "nowhere"], ["revoke", "../x"], ["approve", "ws10"], ["frobnicate"],
                                   ["test", "linux:x"], ["limits", "--reset", "x"], ["--", "-x"]])
def test_wrong_use_is_told(world, words):
    done = world.administer(*words, check=False)
    assert done.returncode in (1, 2) and (done.stderr or done.stdout)


def test_lint_finds_what_a_careless_sshd_would_allow(world):
    sound = world.administer("lint", "--sshd-config", str(world.sshd.config_file), "--json", check=False)
    findings = json.loads(sound.stdout)
    errors = [row["finding"] for row in findings if row["gravity"] == "error"]
    assert all("CgiUserConfigEdit" in error for error in errors) and errors, errors  # Debian's BackupPC as it comes
    careless = world.folder / "careless"
    careless.write_text(world.sshd.config_file.read_text().replace("AcceptEnv LANG LC_*", "AcceptEnv LANG SSH_*")
                        .replace("DisableForwarding yes", "DisableForwarding no"))
    keys = KEYS.read_text()
    try:
        KEYS.write_text(keys + keys[keys.index("ssh-ed25519"):])
        KEYS.chmod(0o666)
        told = world.administer("lint", "--sshd-config", str(careless), check=False)
    finally:
        KEYS.write_text(keys)
        KEYS.chmod(0o644)
    assert told.returncode == 1
    for expected in ("AcceptEnv SSH_*", "disableforwarding is no", "others may write to it", "lacks command="):
        assert expected in told.stdout, told.stdout


# 60: BackupPC is told, and never waited for

def test_backuppc_is_told_in_a_process_of_its_own(world):
    told = Path("/run/programs/told")
    program = Path("/run/programs/tell")
    program.write_text(f"#!/bin/sh\necho \"$@\" >> {told}\nexec sleep 5\n")
    program.chmod(0o755)
    told.write_text("")
    told.chmod(0o666)
    world.configure(reload_program=f'"{program}"')
    start = time.monotonic()
    for n in (10, 11, 12):
        assert world.ask("linux:cmartin", n=n).code == "SUCCESS"
    assert time.monotonic() - start < 15
    wait_for(lambda: told.read_text() == "server reload\n", 10, "BackupPC was not told once")


def test_a_backuppc_that_is_down_is_no_failure(world):
    world.configure(reload_program='"/usr/share/backuppc/bin/BackupPC_serverMesg"')
    assert world.ask("linux:cmartin").code == "SUCCESS"


# by the DNS

def test_machines_are_named_by_a_dns_that_confirms_them(world):
    from dns_server import DnsServer
    names = {"10.0.0.127.in-addr.arpa": ("PTR", ["dormeur.univ-brest.fr"]),
             "dormeur.univ-brest.fr": ("A", ["127.0.0.10"]),
             "11.0.0.127.in-addr.arpa": ("PTR", ["simplet.univ-brest.fr"]),
             "simplet.univ-brest.fr": ("A", ["127.0.0.99"]),
             "12.0.0.127.in-addr.arpa": ("PTR", ["$(id).univ-brest.fr", "config.univ-brest.fr"]),
             "config.univ-brest.fr": ("A", ["127.0.0.12"])}
    resolv = Path("/etc/resolv.conf")
    before = resolv.read_text() if resolv.exists() else ""
    world.configure(hosts_table='""', dns_suffixes='[".univ-brest.fr"]')
    with DnsServer(names) as server:
        resolv.write_text("nameserver 127.0.0.1\n")
        try:
            assert world.ask("linux:cmartin", n=10).value("url").endswith("?host=dormeur")
            assert world.ask("linux:cmartin", n=11).code == "HOST-UNKNOWN"
            assert world.ask("linux:cmartin", n=12).code == "HOST-UNKNOWN"
            assert world.ask("linux:cmartin", n=13).code == "HOST-UNKNOWN"
            server.silent = True
            assert world.ask("linux:cmartin", n=10).code == "UNAVAILABLE"
        finally:
            resolv.write_text(before)
    (BACKUPPC / "dormeur.pl").unlink()
