"""The acceptance checklist of registration against a real sshd: what a client may ask, and what it gets."""

import json
import os
import re
import socket
import stat
import subprocess
import threading

import paramiko
import pytest

from world import BACKUPPC, ETC, KEYS, STATE, account, seconds_of, wait_for

PUBLIC_KEY = re.compile(r"ssh-ed25519 [A-Za-z0-9+/]+={0,2} backuppc server to client ws10 ssh key")


def private_half(host: str) -> str:
    return (STATE / "keys" / host / "id").read_text()


# 1 to 5, 52: what is registered

def test_a_registration_answers_to_the_letter_and_leaves_what_backuppc_needs(world):
    reply = world.ask("linux:cmartin")
    assert (reply.status, reply.err) == (0, b""), reply
    assert reply.lines[0] == "success" and len(reply.lines) == 3
    assert PUBLIC_KEY.fullmatch(reply.value("key"))
    assert reply.value("url") == "https://backup.example.com/backuppc/?host=ws10"
    assert world.hosts() == {"ws10": "cmartin"}
    configuration = (BACKUPPC / "ws10.pl").read_text()
    assert configuration.startswith("# mod_sso registration")
    checked = subprocess.run(["/usr/bin/perl", "-c", BACKUPPC / "ws10.pl"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    assert "-o StrictHostKeyChecking=accept-new" in configuration and "$Conf{NmbLookupCmd} = '';" in configuration
    shown = json.loads(world.administer("show", "ws10", "--json").stdout)
    assert (shown["logon"], shown["os"], shown["state"], shown["key"]) == ("cmartin", "linux", "active", reply.value("key"))
    world.check_is_clean()


def test_the_same_owner_gets_the_same_key_again_and_the_system_is_brought_up_to_date(world):
    first = world.ask("linux:cmartin")
    hosts = (BACKUPPC / "hosts").read_bytes()
    assert world.ask("linux:cmartin").out == first.out
    assert world.ask("mac:cmartin").out == first.out
    assert (BACKUPPC / "hosts").read_bytes() == hosts
    assert json.loads(world.administer("list", "--os", "mac", "--json").stdout)[0]["host"] == "ws10"


def test_another_owner_is_refused_and_told_nothing_of_the_first(world):
    world.ask("linux:cmartin")
    before = world.snapshot()
    reply = world.ask("linux:adupont")
    assert (reply.code, reply.status) == ("TAKEN", 77)
    assert b"cmartin" not in reply.out and world.snapshot() == before


def test_the_directory_s_spelling_of_the_logon_is_kept(world):
    assert world.ask("linux:CMARTIN").status == 0
    assert world.hosts() == {"ws10": "cmartin"}


def test_files_are_closed_to_others_whatever_the_umask(world):
    old = os.umask(0)
    try:
        world.run_helper("linux:cmartin")
    finally:
        os.umask(old)
    for path in [STATE, *STATE.rglob("*")]:
        mode = stat.S_IMODE(path.lstat().st_mode)
        allowed = 0o700 if path.is_dir() else 0o640 if path.name == "audit.log" else 0o644 if path.name == "id.pub" else 0o600
        assert mode & ~allowed == 0, f"{path}: {mode:o}"
        assert path.lstat().st_uid == account().pw_uid
    assert stat.S_IMODE((STATE / "keys/ws10/id").stat().st_mode) == 0o600


def test_an_rsa_pair_is_made_on_request(world):
    world.configure(key_type='"rsa"')
    key = world.ask("linux:cmartin").value("key")
    assert key.startswith("ssh-rsa ")
    shown = subprocess.run(["/usr/bin/ssh-keygen", "-lf", STATE / "keys/ws10/id.pub"], capture_output=True, text=True)
    assert shown.stdout.startswith("3072 "), shown


# 6 to 30: what is refused

REFUSED = [
    ("Linux:cmartin", "MALFORMED", 64), ("amiga:cmartin", "OS-REFUSED", 65), ("linux:", "MALFORMED", 64),
    (":cmartin", "MALFORMED", 64), ("linux", "MALFORMED", 64), ("linux:a:b", "MALFORMED", 64),
    ("linux: cmartin", "MALFORMED", 64), ("linux:cmartin\n", "MALFORMED", 64), ("linux:cmartin\r\n", "MALFORMED", 64),
    ("linux:cmartin\nid", "MALFORMED", 64), (" linux:cmartin", "MALFORMED", 64), ("linux:cmartin ", "MALFORMED", 64),
    (b"linux:cm\xffartin", "MALFORMED", 64), ("linux:é".encode("latin-1"), "MALFORMED", 64),
    ("linux:é", "MALFORMED", 64), ("linux:*", "MALFORMED", 64), ("linux:a)(uid=*", "MALFORMED", 64),
    ("linux:$(touch /run/X)", "MALFORMED", 64), ("linux:`touch /run/X`", "MALFORMED", 64),
    ("linux:cmartin;touch /run/X", "MALFORMED", 64), ("linux:cmartin|id", "MALFORMED", 64),
    ("linux:cmartin&id", "MALFORMED", 64), ("linux:cmartin>/run/X", "MALFORMED", 64), ("linux:'cmartin'", "MALFORMED", 64),
    ("linux:../../etc/passwd", "MALFORMED", 64), ("linux:-oProxyCommand=x", "MALFORMED", 64), ("--help", "MALFORMED", 64),
    ("list", "MALFORMED", 64), ("-", "MALFORMED", 64), ("\x1b[2J:cmartin", "MALFORMED", 64),
    ("linux:" + "b" * 64, "LOGON-UNKNOWN", 67), ("linux:" + "a" * 65, "MALFORMED", 64),
    ("linux:" + "a" * 123, "MALFORMED", 64), ("x" * 4096, "MALFORMED", 64), ("x" * 131050, "MALFORMED", 64),
    ("linux:nobody-here", "LOGON-UNKNOWN", 67), ("linux:twin", "LOGON-UNKNOWN", 67), ("linux:root", "LOGON-UNKNOWN", 67),
    ("linux:backuppc", "LOGON-UNKNOWN", 67), ("linux:BackupPC", "LOGON-UNKNOWN", 67), ("linux:bckpciuem", "LOGON-UNKNOWN", 67),
    ("linux:admin", "LOGON-UNKNOWN", 67), ("", "MALFORMED", 64),
]


@pytest.fixture(scope="module")
def raw(running_world):
    """A connection that sends a command's bytes as they are."""
    running_world.configure()
    running_world.reset()

    def ask(command: bytes) -> tuple[int, bytes, bytes]:
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        client.connect("127.0.0.1", 22, "backuppc", key_filename=str(running_world.register_key), look_for_keys=False,
                       allow_agent=False, timeout=20, sock=socket.create_connection(("127.0.0.1", 22), 20, ("127.0.0.10", 0)))
        try:
            channel = client.get_transport().open_session(timeout=20)
            channel.settimeout(20)
            channel.exec_command(command)
            channel.shutdown_write()
            out = b"".join(iter(lambda: channel.recv(65536), b""))
            err = b"".join(iter(lambda: channel.recv_stderr(65536), b""))
            return channel.recv_exit_status(), out, err
        finally:
            client.close()
    return ask


@pytest.mark.parametrize("command, code, status", REFUSED, ids=lambda value: repr(value)[:40])
def test_a_hostile_or_wrong_request_is_refused_and_changes_nothing(running_world, raw, command, code, status):
    before = running_world.snapshot()
    given, out, err = raw(command if isinstance(command, bytes) else command.encode())
    first = out.split(b"\n")[0].decode()
    assert (given, first.split(" ")[:2]) == (status, ["error:", code]), (out, err)
    assert err == b"" and out.endswith(b"\n")
    text = command if isinstance(command, bytes) else command.encode()
    if len(text) > 8:
        assert text not in out, "the answer repeats the request"
    assert running_world.snapshot() == before
    assert not os.path.exists("/run/X")
    last = running_world.audit().splitlines()[-1]
    assert f"outcome={code}" in last and "address=127.0.0.10" in last and "key=SHA256:" in last and len(last) < 4096


def test_bytes_beyond_ascii_are_written_out_in_the_audit(running_world, raw):
    raw(b"linux:cm\xff\n\x1bartin")
    assert running_world.audit().splitlines()[-1].count("request=linux:cm\\xff\\x0a\\x1bartin ") == 1


@pytest.mark.parametrize("command", [b"\0linux:cmartin", b"linux:\0cmartin"])
def test_a_nul_is_stopped_by_sshd(running_world, raw, command):
    before = running_world.audit()
    with pytest.raises((paramiko.SSHException, EOFError, OSError)):
        raw(command)
    assert running_world.audit() == before


def test_a_nul_at_the_very_end_is_dropped_by_sshd(running_world, raw):
    assert raw(b"linux:cmartin\0")[0] == 0


def test_no_command_is_no_shell(world):
    reply = world.ask(stdin=b"id\n")
    assert (reply.code, reply.status) == ("MALFORMED", 64)


def test_two_arguments_are_one_request_with_a_blank_in_it(world):
    assert world.ask("linux:", "cmartin").code == "MALFORMED"


# 28 to 35: what is around it

def test_a_directory_that_is_down_is_not_an_unknown_logon(world):
    world.slapd.end_process()
    try:
        replies = []
        assert seconds_of(lambda: replies.append(world.ask("linux:cmartin"))) < 10
    finally:
        world.slapd.start()
    assert (replies[0].code, replies[0].status) == ("UNAVAILABLE", 69)
    assert world.hosts() == {}


def test_a_directory_that_is_silent_is_waited_for_a_bounded_time(world):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        world.slapd_port = world.slapd.port
        try:
            world.slapd.port = silent.getsockname()[1]
            world.configure()
            replies = []
            assert seconds_of(lambda: replies.append(world.ask("linux:cmartin"))) < 10
        finally:
            world.slapd.port = world.slapd_port
    assert (replies[0].code, replies[0].status) == ("UNAVAILABLE", 69)


def test_a_word_of_backuppc_s_administrators_owns_no_machine(world):
    config = BACKUPPC / "config.pl"
    before = config.read_text()
    try:
        config.write_text(before.replace("$Conf{CgiAdminUsers}     = 'backuppc';", "$Conf{CgiAdminUsers} = 'jean-cmartin';"))
        assert world.ask("linux:cmartin").code == "LOGON-UNKNOWN"
    finally:
        config.write_text(before)


def test_an_address_without_a_name_is_refused(world):
    assert (world.ask("linux:cmartin", n=200).code, world.ask("linux:cmartin", n=200).status) == ("HOST-UNKNOWN", 68)


@pytest.mark.parametrize("name", ["config", "localconfig", "hosts", "LOCK", "localhost", "-x", "a_b", "x.example.com"])
def test_a_name_that_is_backuppc_s_own_or_no_host_s_is_refused(world, name):
    config = (BACKUPPC / "config.pl").read_bytes()
    table = (ETC / "machines").read_text()
    try:
        (ETC / "machines").write_text(f"127.0.0.200 {name}\n")
        assert world.ask("linux:cmartin", n=200).code in ("HOST-UNKNOWN", "CONFIG")
    finally:
        (ETC / "machines").write_text(table)
    assert (BACKUPPC / "config.pl").read_bytes() == config and not (BACKUPPC / "localconfig.pl").exists()


def test_a_file_of_the_administrator_s_own_is_not_touched(world):
    (BACKUPPC / "ws10.pl").write_text("$Conf{XferMethod} = 'tar';\n")
    reply = world.ask("linux:cmartin")
    assert (reply.code, reply.status) == ("HOST-UNKNOWN", 68)
    assert (BACKUPPC / "ws10.pl").read_text() == "$Conf{XferMethod} = 'tar';\n" and world.hosts() == {}


def test_two_lines_of_one_host_are_a_mistake_to_be_mended(world):
    with (BACKUPPC / "hosts").open("a") as hosts:
        hosts.write("ws10 0 cmartin\nWS10 0 adupont\n")
    before = world.snapshot()
    assert world.ask("linux:cmartin").status == 78
    assert world.snapshot() == before


def test_a_host_that_an_administrator_listed_for_somebody_else_is_taken(world):
    with (BACKUPPC / "hosts").open("a") as hosts:
        hosts.write("ws10 0 adupont\n")
    assert world.ask("linux:cmartin").code == "TAKEN"


def test_every_other_byte_of_the_hosts_file_is_kept(world):
    hosts = BACKUPPC / "hosts"
    hosts.write_bytes(HOSTS_WITH_ODDITIES)
    mode, owner = hosts.stat().st_mode, hosts.stat().st_uid
    world.ask("linux:cmartin")
    assert hosts.read_bytes() == HOSTS_WITH_ODDITIES + b"\r\nws10\t0\tcmartin\r\n"
    assert (hosts.stat().st_mode, hosts.stat().st_uid) == (mode, owner)


HOSTS_WITH_ODDITIES = b"# caf\xe9\r\nhost dhcp user moreUsers\r\nold\\ name 0 bob x,y # note\r\nlast 0 eve"


# 36 to 42: what else ssh can do

def test_files_are_not_served(world, tmp_path):
    for command in (["/usr/bin/scp", "-O"], ["/usr/bin/scp"]):
        done = subprocess.run([*command, "-F", "none", "-i", world.register_key, "-o", "StrictHostKeyChecking=no",
                               "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
                               "backuppc@127.0.0.1:/etc/passwd", tmp_path / "x"], capture_output=True, timeout=30)
        assert done.returncode != 0 and not (tmp_path / "x").exists()
    assert world.ask("sftp", options=("-s",)).code == "MALFORMED"


def test_a_terminal_is_refused_and_the_request_served_without(world):
    assert world.ask("linux:cmartin", options=("-tt",)).status == 255
    assert world.ask("linux:cmartin", options=("-t",)).code == "SUCCESS"


def test_nothing_is_forwarded(world):
    with socket.create_server(("127.0.0.1", 0)) as inner:
        inner.settimeout(1)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            local = probe.getsockname()[1]
        tunnel = subprocess.Popen([*world.ssh_words(10, "-N", "-L", f"{local}:127.0.0.1:{inner.getsockname()[1]}")],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            def reaches():
                try:
                    return socket.create_connection(("127.0.0.1", local), 1)
                except OSError:
                    return None
            wait_for(reaches, 20, "ssh does not listen")
            with pytest.raises(TimeoutError):
                inner.accept()
        finally:
            tunnel.kill()
            tunnel.wait()
    reply = world.ask("linux:cmartin", options=("-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:22"))
    assert reply.status == 255


def test_a_hostile_locale_changes_nothing(world):
    first = world.ask("linux:cmartin")
    again = world.ask("linux:cmartin", options=("-o", "SendEnv=LC_ALL LANG LC_X"),
                      env={"LC_ALL": "tr_TR.UTF-8$(id)\x07", "LANG": "../../x", "LC_X": "() { :; }; touch /run/X"})
    assert again.out == first.out and not os.path.exists("/run/X")


def test_what_is_sent_on_standard_input_is_not_read(world):
    first = world.ask("linux:cmartin")
    assert world.ask("linux:cmartin", stdin=b"x" * 3_000_000).out == first.out


def test_a_client_that_goes_away_leaves_a_whole_registration(world):
    client = world.start_asking("linux:cmartin", 10)
    wait_for(lambda: (STATE / "rate/counts").exists(), 20, "the request is not being served")
    client.kill()
    client.wait()
    wait_for(lambda: "outcome=SUCCESS" in world.audit(), 30, "the registration was not completed")
    key = (STATE / "keys/ws10/id.pub").read_text().strip()
    assert world.ask("linux:cmartin").value("key") == key
    world.check_is_clean()


# 43 to 49: many at once, locks, limits

def test_fifty_machines_at_once_are_all_registered(world):
    clients = [world.start_asking("linux:cmartin", n) for n in range(10, 60)]
    outputs = [client.communicate(timeout=120) for client in clients]
    assert [client.returncode for client in clients] == [0] * 50, outputs
    assert world.hosts() == {f"ws{n}": "cmartin" for n in range(10, 60)}
    assert len({out for out, _ in outputs}) == 50
    world.check_is_clean()


def test_one_machine_fifty_times_at_once_has_one_key(world):
    clients = [world.start_asking("linux:cmartin", 10) for _ in range(50)]
    outputs = {client.communicate(timeout=120)[0] for client in clients}
    assert len(outputs) == 1 and outputs.pop().startswith(b"success\n")
    assert world.hosts() == {"ws10": "cmartin"}
    world.check_is_clean()


def test_of_two_owners_at_once_one_gets_the_machine(world):
    clients = [world.start_asking(f"linux:{logon}", 10) for logon in ("cmartin", "adupont")]
    for client in clients:
        client.communicate(timeout=60)
    assert sorted(client.returncode for client in clients) == [0, 77]
    world.check_is_clean()


def test_a_lock_that_somebody_holds_is_waited_for_a_bounded_time(world):
    import fcntl
    with (BACKUPPC / "LOCK").open("w") as lock:
        os.chown(BACKUPPC / "LOCK", account().pw_uid, account().pw_gid)
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = world.snapshot()
        reply = world.ask("linux:cmartin")
        assert (reply.code, reply.status) == ("BUSY", 75)
        assert {k: v for k, v in world.snapshot().items() if "registry" not in k and "keys" not in k} == {
            k: v for k, v in before.items() if "registry" not in k and "keys" not in k}
    assert world.ask("linux:cmartin").code == "SUCCESS"


def test_the_sixth_request_in_ten_minutes_is_refused_and_traced(world):
    world.configure(limit_per_address='"5/10min"')
    assert [world.ask("linux:cmartin").status for _ in range(6)] == [0, 0, 0, 0, 0, 75]
    assert "outcome=BUSY" in world.audit().splitlines()[-1]
    assert world.ask("linux:cmartin", n=11).status == 0, "another address is another count"
    assert "address  127.0.0.10" in world.administer("limits").stdout
    world.administer("limits", "--reset", "127.0.0.10")
    assert world.ask("linux:cmartin").status == 0


def test_a_logon_that_is_asked_for_too_often_is_refused_whoever_asks(world):
    world.configure(limit_per_logon='"2/1h"')
    assert [world.ask("linux:cmartin", n=n).status for n in (10, 11, 12)] == [0, 0, 75]


def test_one_person_has_no_more_machines_than_allowed(world):
    world.configure(hosts_per_logon="2")
    assert [world.ask("linux:cmartin", n=n).status for n in (10, 11, 12)] == [0, 0, 77]
    assert world.ask("linux:cmartin", n=10).status == 0, "those that there are go on"


# 50, 51: secrets

def test_no_private_key_is_in_an_answer_or_the_audit(world):
    replies = [world.ask(command) for command in ("linux:cmartin", "linux:adupont", "linux")]
    secret = private_half("ws10").splitlines()[1][:40]
    for text in [*(reply.out.decode() + reply.err.decode() for reply in replies), world.audit(), world.sshd.log_tail(10000)]:
        assert "PRIVATE" not in text and secret not in text


def test_root_is_refused(world):
    assert not os.path.exists("/audit.log")
    done = subprocess.run(["/run/programs/sso-register"], capture_output=True, text=True,
                          env={"SSH_ORIGINAL_COMMAND": "linux:cmartin", "SSH_CONNECTION": "127.0.0.10 1 127.0.0.1 22"})
    assert done.returncode == 78 and done.stdout.startswith("error: CONFIG ")
    assert not os.path.exists("/audit.log")


def test_another_account_is_refused(world):
    done = subprocess.run(["/run/programs/sso-register"], capture_output=True, text=True, user="www-data", group="www-data",
                          extra_groups=[],
                          env={"SSH_ORIGINAL_COMMAND": "linux:cmartin", "SSH_CONNECTION": "127.0.0.10 1 127.0.0.1 22"})
    assert done.returncode == 78


def test_a_configuration_that_others_can_write_is_not_believed(world):
    (ETC / "sso.toml").chmod(0o666)
    try:
        assert world.ask("linux:cmartin").status == 78
    finally:
        (ETC / "sso.toml").chmod(0o644)


def test_without_sshd_s_variables_nothing_is_served(world):
    entry = account()
    done = subprocess.run(["/run/programs/sso-register"], env={"SSH_ORIGINAL_COMMAND": "linux:cmartin"}, capture_output=True,
                          user=entry.pw_uid, group=entry.pw_gid, extra_groups=[])
    assert done.returncode == 78


# 53, the seed

def test_the_seed_s_own_command_and_a_reader_of_its_text_alone(world):
    """The command as the page of 2010 prints it, answer and complaints in one file; then what that page says of the
    answer, and no more."""
    script = world.folder / "seed.sh"
    script.write_text(SEED_SETUP)
    shutil_home = world.folder / "home"
    shutil_home.mkdir(exist_ok=True)
    subprocess.run(["/usr/sbin/useradd", "--home-dir", shutil_home, "--shell", "/bin/sh", "bckpciuem"], check=True)
    try:
        subprocess.run(["/usr/bin/install", "-o", "bckpciuem", "-m", "600", world.register_key,
                        shutil_home / "register-key"], check=True)
        with open("/etc/hosts", "a") as hosts:
            hosts.write("127.0.0.1 dugong\n")
        ssh_folder = shutil_home / ".ssh"
        ssh_folder.mkdir(exist_ok=True)
        (ssh_folder / "known_hosts").write_text(f"dugong {world.sshd.host_key_line}")
        (ssh_folder / "config").write_text("BindAddress 127.0.0.10\n")
        subprocess.run(["/bin/chown", "-R", "bckpciuem:", shutil_home], check=True)
        done = subprocess.run(["/bin/sh", script], cwd=shutil_home, capture_output=True, text=True, timeout=60)
    finally:
        subprocess.run(["/usr/sbin/userdel", "bckpciuem"], check=True)
    key = (STATE / "keys/ws10/id.pub").read_text().strip()
    assert done.stdout.splitlines() == [f"KEY {key}", "URL https://backup.example.com/backuppc/?host=ws10"], done
    assert world.hosts() == {"ws10": "cmartin"}


SEED_SETUP = """\
su bckpciuem -c "env SSH_AUTH_SOCK= ssh -x -a -i register-key -l backuppc dugong mac:cmartin" >"/tmp/resultat.$$" 2>&1
{
    read -r first
    if [ "$first" != success ]; then echo "ERROR $first"; cat; exit 1; fi
    while IFS= read -r line; do
        word=${line%%:*}
        value=${line#*:}
        value=${value# }
        case $word in
            key) key=$value ;;
            url) url=$value ;;
        esac
    done
    echo "KEY $key"
    echo "URL $url"
} < "/tmp/resultat.$$"
rm -f "/tmp/resultat.$$"
"""


# sshd's side

def test_the_key_opens_nothing_from_an_address_that_its_line_does_not_name(world):
    lines = KEYS.read_text()
    try:
        KEYS.write_text(lines.replace('from="127.0.0.0/8"', 'from="192.0.2.0/24"'))
        assert world.ask("linux:cmartin").status == 255
        KEYS.write_text(re.sub(r'expiry-time="\d+"', 'expiry-time="20200101"', lines))
        assert world.ask("linux:cmartin").status == 255
    finally:
        KEYS.write_text(lines)
    assert world.ask("linux:cmartin").status == 0


def test_many_requests_of_one_connection_are_all_counted(world):
    world.configure(limit_per_address='"3/10min"')
    codes = []
    threads = [threading.Thread(target=lambda: codes.append(world.ask("linux:cmartin").status)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [0, 0, 0, 75, 75]
