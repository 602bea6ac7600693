"""sso-enrol on a machine, and BackupPC's own run over what it installed."""

import os
import pwd
import re
import shutil
import stat
import subprocess
import time
from pathlib import Path

import pytest

from client import enrol, enrol_command
from sandbox.process import wait_for
from sandbox.sshd import Sshd
from world import BACKUPPC, KEYS as SERVER_KEYS, STATE, BackupPc, account

HOME = Path("/var/lib/bckpciuem")
SUDOERS = Path("/etc/sudoers.d/mod_sso-rsyncsend")
KEYS = HOME / ".ssh/authorized_keys"


@pytest.fixture
def options(world, tmp_path):
    """What an enrolment of 127.0.0.2 takes."""
    identity = tmp_path / "register-key"
    shutil.copy(world.register_key, identity)
    (tmp_path / "register-key-host.pub").write_text(world.sshd.host_key_line)
    yield ["--server", "127.0.0.1", "--identity", identity, "--bind-address", "127.0.0.2", "--logon", "cmartin"]
    enrol("--uninstall")


def installed() -> dict[str, tuple]:
    """Everything that sso-enrol leaves, with owner and mode."""
    found = {}
    for top in (HOME, SUDOERS, Path("/etc/mod_sso/rsyncsend.conf")):
        for path in [top, *top.rglob("*")] if top.exists() else []:
            status = path.lstat()
            found[str(path)] = (status.st_uid, stat.S_IMODE(status.st_mode), path.read_bytes() if path.is_file() else b"")
    return found


def test_one_command_enrols_a_machine(world, options):
    done = enrol(*options)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "https://backup.example.com/backuppc/?host=ws2"
    key = (STATE / "keys/ws2/id.pub").read_text().strip()
    assert f'restrict,from="127.0.0.1",command="{HOME}/rsyncsend.sh" {key}' in KEYS.read_text().splitlines()
    entry = pwd.getpwnam("bckpciuem")
    assert (entry.pw_dir, entry.pw_shell) == (str(HOME), "/bin/sh") and 100 <= entry.pw_uid < 1000
    assert all(owner == 0 and mode & 0o022 == 0 for owner, mode, _ in installed().values()), installed()
    assert stat.S_IMODE(SUDOERS.stat().st_mode) == 0o440
    assert subprocess.run(["/usr/sbin/visudo", "-c"], capture_output=True).returncode == 0
    assert not options[3].exists(), "the register key has served"


def test_twice_is_once(world, options):
    assert enrol(*options, "--keep-identity").returncode == 0
    first = installed()
    again = enrol(*options, "--keep-identity")
    assert again.returncode == 0 and installed() == first
    assert "write" not in again.stdout and "make" not in again.stdout


def test_what_else_stands_in_authorized_keys_stays(world, options):
    enrol(*options, "--keep-identity")
    KEYS.write_text("# mine\nssh-rsa AAAA me\n" + KEYS.read_text())
    world.administer("rotate", "ws2")
    enrol(*options, "--keep-identity")
    assert KEYS.read_text().startswith("# mine\nssh-rsa AAAA me\n")
    assert KEYS.read_text().count("ssh-ed25519") == 1
    assert (STATE / "keys/ws2/id.pub").read_text().strip() in KEYS.read_text()


def test_a_dry_run_changes_nothing_here_or_there(world, options):
    before = world.snapshot()
    done = enrol(*options, "--dry-run")
    assert done.returncode == 0 and "would make the account bckpciuem" in done.stdout and "would write" in done.stdout
    assert installed() == {} and world.snapshot() == before and options[3].exists()


def test_uninstall_leaves_nothing(world, options):
    enrol(*options)
    done = enrol("--uninstall")
    assert done.returncode == 0, done.stderr
    assert installed() == {}
    with pytest.raises(KeyError):
        pwd.getpwnam("bckpciuem")
    assert enrol("--uninstall").returncode == 0, "and again"


def test_a_server_with_another_host_key_is_not_believed(world, options, tmp_path):
    other = tmp_path / "other"
    subprocess.run(["/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other], check=True)
    start = time.monotonic()
    done = enrol(*options, "--host-key", f"{other}.pub")
    assert done.returncode == 3 and "host key is not the one that was given" in done.stderr
    assert time.monotonic() - start < 10, "there is nothing to try again"
    assert installed() == {} and options[3].exists()


def test_a_refusal_is_shown_and_nothing_installed(world, options):
    done = enrol(*options[:-1], "nobody-here")
    assert done.returncode == 1 and "LOGON-UNKNOWN The directory has no such person" in done.stderr
    assert installed() == {}
    with pytest.raises(KeyError):
        pwd.getpwnam("bckpciuem")


def test_ssh_runs_as_the_local_account(world, options):
    asked = Path("/run/asked/now")
    asked.parent.mkdir()
    asked.parent.chmod(0o777)
    script = Path("/run/programs/slow")
    script.write_text(f"#!/bin/sh\necho > {asked}\nwhile [ -e {asked} ]; do sleep 0.05; done\necho no\nexit 77\n")
    script.chmod(0o755)
    lines = SERVER_KEYS.read_text()
    try:
        SERVER_KEYS.write_text(re.sub('command="[^"]*"', f'command="{script}"', lines))
        with subprocess.Popen(enrol_command(*options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            wait_for(asked.exists, 20, "the server is asked")
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            owners = {Path(f"/proc/{child}/exe").readlink().name: Path(f"/proc/{child}").stat().st_uid for child in children}
            account = pwd.getpwnam("bckpciuem").pw_uid
            asked.unlink()
            process.communicate(timeout=60)
    finally:
        shutil.rmtree(asked.parent)
        SERVER_KEYS.write_text(lines)
    assert owners == {"ssh": account}


@pytest.mark.parametrize("answer", ["success\\nkey: command=\"id\" {key}\\nurl: https://x.example.com/\\n",
                                    "success\\nkey: {key}\\nkey: {key}\\nurl: https://x.example.com/\\n",
                                    "success\\nkey: ssh-dss AAAA x\\nurl: https://x.example.com/\\n", "success\\n"])
def test_a_server_that_gives_a_wrong_key_is_not_believed(world, options, answer):
    lines = SERVER_KEYS.read_text()
    script = Path("/run/programs/liar")
    script.write_text("#!/bin/sh\nprintf '" + answer.replace("{key}", lines[lines.index("ssh-ed25519"):].strip()) + "'\n")
    script.chmod(0o755)
    try:
        SERVER_KEYS.write_text(re.sub('command="[^"]*"', f'command="{script}"', lines))
        done = enrol(*options)
    finally:
        SERVER_KEYS.write_text(lines)
    assert done.returncode != 0 and installed() == {}, done


def test_an_account_that_is_somebody_s_is_left_alone(world, options):
    subprocess.run(["/usr/sbin/useradd", "--home-dir", "/home/x", "bckpciuem"], check=True)
    try:
        done = enrol(*options)
        assert done.returncode == 1 and "already" in done.stderr and installed() == {}
    finally:
        subprocess.run(["/usr/sbin/userdel", "bckpciuem"], check=True)


def test_a_banner_does_not_disturb(world, options):
    banner = world.folder / "banner"
    banner.write_text("Welcome!\nsuccess\n")
    config = world.sshd.config_file.read_text()
    world.sshd.end_process()
    try:
        world.sshd.config_file.write_text(config.replace("Banner none", f"Banner {banner}"))
        world.sshd.start()
        assert enrol(*options).returncode == 0
    finally:
        world.sshd.end_process()
        world.sshd.config_file.write_text(config)
        world.sshd.start()


# BackupPC itself

def backuppc(program: str, *words: str) -> subprocess.CompletedProcess:
    entry = account()
    return subprocess.run([f"/usr/share/backuppc/bin/{program}", *words], capture_output=True, text=True, timeout=120,
                          user=entry.pw_uid, group=entry.pw_gid, extra_groups=[], cwd="/var/lib/backuppc",
                          env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/var/lib/backuppc"}, stdin=subprocess.DEVNULL)


@pytest.fixture
def workstation(world, options):
    """A machine at 127.0.0.2 with people's files, enrolled, that BackupPC can reach."""
    people = Path("/home/cmartin")
    shutil.rmtree(people, ignore_errors=True)
    (people / "Documents et plus").mkdir(parents=True)
    (people / "letter.txt").write_text("Dear all\n")
    (people / "Documents et plus" / "été.txt").write_text("il fait chaud\n")
    (people / "private").write_text("for me alone\n")
    (people / "private").chmod(0o600)
    with BackupPc() as server, Sshd(address="127.0.0.2") as sshd:
        server.start()
        sshd.start()
        wait_for(lambda: "Got reply" in backuppc("BackupPC_serverMesg", "status", "info").stdout, 30,
                 "BackupPC did not answer")
        world.configure(shares='["/home"]', reload_program='"/usr/share/backuppc/bin/BackupPC_serverMesg"')
        done = enrol(*options, "--restore", "/home", "--read", "/home")
        assert done.returncode == 0, done.stderr
        wait_for(lambda: "ws2" in backuppc("BackupPC_serverMesg", "status", "hosts").stdout, 90, "BackupPC was not told")
        yield people


def test_backuppc_backs_up_and_restores_over_the_installed_key(world, workstation):
    dumped = backuppc("BackupPC_dump", "-v", "-f", "ws2")
    assert dumped.returncode == 0 and "dump failed" not in dumped.stdout, dumped.stdout[-3000:] + dumped.stderr[-3000:]
    listed = backuppc("BackupPC_ls", "-h", "ws2", "-n", "0", "-s", "/home", "/cmartin").stdout
    assert "letter.txt" in listed and "private" in listed, listed
    content = backuppc("BackupPC_tarCreate", "-h", "ws2", "-n", "0", "-s", "/home", "/cmartin/letter.txt")
    assert "Dear all" in content.stdout

    (workstation / "letter.txt").write_text("spoilt\n")
    request = Path("/var/lib/backuppc/pc/ws2/restoreReq.test")
    request.write_text(
        "%RestoreReq = ('num' => 0, 'hostSrc' => 'ws2', 'shareSrc' => '/home', 'fileList' => ['/cmartin/letter.txt'],\n"
        "  'pathHdrSrc' => '/cmartin', 'pathHdrDest' => '/cmartin', 'reqTime' => 1, 'user' => 'cmartin',\n"
        "  'hostDest' => 'ws2', 'shareDest' => '/home');\n1;\n")
    restored = backuppc("BackupPC_restore", "127.0.0.2", "ws2", "restoreReq.test")
    assert (workstation / "letter.txt").read_text() == "Dear all\n", restored.stdout[-3000:] + restored.stderr[-3000:]

    # once more, over what changed
    (workstation / "new.txt").write_text("new\n")
    assert backuppc("BackupPC_dump", "-i", "ws2").returncode == 0
    assert "new.txt" in backuppc("BackupPC_ls", "-h", "ws2", "-n", "1", "-s", "/home", "/cmartin").stdout


def test_the_key_reads_no_other_folder_and_runs_nothing_else(world, workstation):
    entry = account()
    words = ["/usr/bin/ssh", "-F", "none", "-l", "bckpciuem", "-i", STATE / "keys/ws2/id", "-o", "IdentitiesOnly=yes",
             "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "127.0.0.2"]
    for command in ("id", "sh", "", "rsync --server --sender -lHogDtprcxe.iLsfxC --numeric-ids . /etc/",
                    "rsync --server --sender -slHogDtprcxe.iLsfxC", "rsync --server --daemon .", "cat /etc/shadow"):
        done = subprocess.run([*words, *([command] if command else [])], capture_output=True, user=entry.pw_uid,
                              group=entry.pw_gid, extra_groups=[], stdin=subprocess.DEVNULL, timeout=30)
        assert done.returncode == 1 and done.stdout == b"" and b"refused" in done.stderr, (command, done)
    copied = subprocess.run(["/usr/bin/rsync", "-a", "-e", " ".join(map(str, words[:-1])), "bckpciuem@127.0.0.2:/etc/shadow",
                             "/run/programs/shadow"], capture_output=True, user=entry.pw_uid, group=entry.pw_gid, timeout=30)
    assert copied.returncode != 0 and not Path("/run/programs/shadow").exists()


def test_the_account_itself_gets_no_more_than_the_gate(world, workstation):
    done = subprocess.run(["/usr/bin/su", "bckpciuem", "-c", "sudo -n -l; sudo -n id; sudo -n /var/lib/bckpciuem/rsyncsend x"],
                          capture_output=True, text=True, timeout=30)
    assert "NOPASSWD: /var/lib/bckpciuem/rsyncsend \"\"" in done.stdout and "uid=0" not in done.stdout
    assert "refused" not in done.stdout and done.returncode != 0


def test_the_stock_arguments_that_hide_the_path_are_refused(world, workstation):
    configuration = BACKUPPC / "ws2.pl"
    configuration.write_text(configuration.read_text().replace("['--no-protect-args']", "[]"))
    dumped = backuppc("BackupPC_dump", "-v", "-f", "ws2")
    assert dumped.returncode != 0 or "dump failed" in dumped.stdout, dumped.stdout[-2000:]


