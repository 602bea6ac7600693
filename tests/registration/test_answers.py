"""What sso-enrol makes of answers, and rsyncsend of command lines: listed cases, and thousands of generated ones."""

import base64
import os
import random
import string

import pytest

from client import enrol_module as enrol
from client import gate_module as gate

BLOB = base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes(range(32))).decode()
KEY = f"ssh-ed25519 {BLOB} backuppc server to client dormeur ssh key"
URL = "https://backup.example.com/backuppc/?host=dormeur"
SEED_KEY = "ssh-rsa " + base64.b64encode(b"\0\0\0\x07ssh-rsa" + bytes(270)).decode() + " backuppc server to client dormeur ssh key"


@pytest.mark.parametrize("answer", [
    f"success\nkey: {KEY}\nurl: {URL}\n",
    f"success\nurl:{URL}\nkey:{KEY}\n",
    f"success\r\nkey:\t {KEY}\r\nurl: {URL}\r\n",
    f"success\nnews: x\nkey: {KEY}\nurl: {URL}",
])
def test_a_good_answer_is_read_in_any_order_and_spacing(answer):
    found = enrol.parse_answer(answer.encode())
    assert (found["key"], found["url"]) == (KEY, URL)


@pytest.mark.parametrize("answer", [
    "", "\n", f"\nsuccess\nkey: {KEY}\nurl: {URL}\n", f"success \nkey: {KEY}\nurl: {URL}\n",
    f"Success\nkey: {KEY}\nurl: {URL}\n", f"successful\nkey: {KEY}\nurl: {URL}\n",
    f"\ufeffsuccess\nkey: {KEY}\nurl: {URL}\n", f"success\nkey: {KEY}\n", f"success\nurl: {URL}\n",
    f"success\nkey: {KEY}\nkey: {KEY}\nurl: {URL}\n", f"success\nkey: {KEY}\nurl: {URL}\nnonsense\n",
    f"success\nkey: restrict,command=\"x\" {KEY}\nurl: {URL}\n", f"success\nkey: command=\"id\" {KEY}\nurl: {URL}\n",
    f"success\nkey: ssh-rsa {BLOB} x\nurl: {URL}\n", f"success\nkey: ssh-dss {BLOB} x\nurl: {URL}\n",
    f"success\nkey: ssh-ed25519 {BLOB[:-1]} x\nurl: {URL}\n", f"success\nkey: {KEY} {KEY}\x0b\nurl: {URL}\n",
    f"success\nkey: {KEY}\nurl: javascript:alert(1)\n", f"success\nkey: {KEY}\nurl: file:///etc/passwd\n",
    f"success url: {URL} key: {KEY}\n", "error: TAKEN no\n", f"success\nkey: {KEY}\nurl: {URL}\n" + "x: y\n" * 4000,
])
def test_any_other_answer_is_an_error(answer):
    with pytest.raises(enrol.Problem):
        enrol.parse_answer(answer.encode())


def test_a_refusal_is_shown_whole_and_without_control_characters():
    with pytest.raises(enrol.Problem) as raised:
        enrol.parse_answer(b"error: TAKEN This machine\nbelongs \x1b[2J\x07somebody else.\n")
    assert str(raised.value) == "error: TAKEN This machine\nbelongs  [2J somebody else."


def test_the_page_s_one_line_is_read_when_asked_for():
    answer = f'success url: http://dugong.univ-brest.fr/backuppc/?host=dormeur key: {SEED_KEY}"'.encode()
    with pytest.raises(enrol.Problem):
        enrol.parse_answer(answer)
    found = enrol.parse_answer(answer, lenient=True)
    assert found == {"url": "http://dugong.univ-brest.fr/backuppc/?host=dormeur", "key": SEED_KEY}


def test_generated_answers_give_a_checked_key_or_a_problem():
    dice = random.Random(20260131)
    pieces = ["success", "\n", "\r\n", "key: ", "key:", "url: ", KEY, URL, SEED_KEY, " ", ":", "\0", "x: y", "\x1b[", "é",
              "error: ", "command=\"id\" ", "restrict ", ",", "ssh-rsa ", BLOB, "=", '"', "\udcff"]
    read = 0
    for number in range(30_000):
        if number % 3:
            answer = "".join(dice.choice(pieces) for _ in range(dice.randrange(14)))
        else:
            lines = ["success", f"key: {KEY}", f"url: {URL}", dice.choice(["", "a: b", "\r", "x"])]
            answer = "\n".join(lines)
            for _ in range(dice.randrange(3)):
                at = dice.randrange(len(answer))
                answer = answer[:at] + dice.choice(string.printable) + answer[at + dice.randrange(3):]
        try:
            found = enrol.parse_answer(answer.encode("utf-8", "surrogateescape"), lenient=bool(number % 2))
        except enrol.Problem:
            continue
        read += 1
        kind, blob, *_ = found["key"].split(" ")
        assert kind in enrol.KEY_TYPES and base64.b64decode(blob, validate=True)[4:].startswith(kind.encode())
        assert "\n" not in found["key"] and found["key"].isprintable() and found["url"].startswith("http")
    assert read > 100


def test_ssh_s_own_failure_is_tried_again_and_a_refusal_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(enrol, "RETRIES", (0.01, 0.01))
    tries = tmp_path / "tries"
    command = ["/bin/sh", "-c", f"echo x >> {tries}; [ $(wc -l < {tries}) -lt 3 ] && exit 255; echo success"]
    assert enrol.ask(command, "root", None) == b"success\n" and tries.read_text().count("x") == 3
    tries.unlink()
    assert enrol.ask(["/bin/sh", "-c", f"echo x >> {tries}; echo 'error: TAKEN no'; exit 77"], "root", None) == b"error: TAKEN no\n"
    assert tries.read_text().count("x") == 1
    with pytest.raises(enrol.Problem) as raised:
        enrol.ask(["/bin/sh", "-c", "echo cannot >&2; exit 255"], "root", None)
    assert raised.value.status == 3 and "cannot" in str(raised.value)
    with pytest.raises(enrol.Problem):
        enrol.ask(["/bin/sh", "-c", "exit 0"], "root", None)
    with pytest.raises(enrol.Problem):
        enrol.ask(["/bin/sh", "-c", "echo success; exit 73"], "root", None)
    assert len(enrol.ask(["/bin/sh", "-c", "yes | head -c 1000000"], "root", None)) == enrol.ANSWER_BYTES + 1


def test_a_machine_that_waits_is_asked_for_until_its_time_is_over(tmp_path, monkeypatch):
    monkeypatch.setattr(enrol, "WAIT_BETWEEN", 0.01)
    tries = tmp_path / "tries"
    command = ["/bin/sh", "-c", f"echo x >> {tries}; if [ $(wc -l < {tries}) -lt 4 ]; then echo 'error: PENDING wait'; exit 75; "
                                "fi; echo success"]
    assert enrol.ask(command, "root", enrol.time.monotonic() + 30) == b"success\n"
    tries.unlink()
    assert enrol.ask(command, "root", None) == b"error: PENDING wait\n"


def test_a_block_is_replaced_and_every_other_line_kept():
    keys = "ssh-rsa AAAA mine\n\n# comment\n"
    first = enrol.replace_block(keys, enrol.key_block(KEY, ["192.0.2.1"], "/x/rsyncsend.sh"))
    assert first.startswith(keys) and first.count(BLOB) == 1
    assert enrol.replace_block(first, enrol.key_block(KEY, ["192.0.2.1"], "/x/rsyncsend.sh")) == first
    assert enrol.replace_block(first, []) == keys
    with pytest.raises(enrol.Problem):
        enrol.replace_block(first.replace(enrol.MARK_END, ""), [])


# rsyncsend: the lines of BackupPC 4

FULL = "/usr/bin/rsync --server --sender -lHogDtprcxe.iLsfxC --timeout=7200 --numeric-ids . {}/"
RESTORE = ("/usr/bin/rsync --server -lHogDtprRe.iLsfxC --log-format=%i --delete --super --stats --partial --numeric-ids . "
           "{}/restored")


@pytest.fixture
def limits(tmp_path):
    (tmp_path / "home" / "d i r1").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "home" / "out").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "home" / "in").symlink_to(tmp_path / "home" / "d i r1")
    made = gate.Limits()
    made.read = made.restore = [str(tmp_path / "home")]
    made.delete = True
    return made


@pytest.mark.parametrize("line", [
    FULL, FULL.replace("/usr/bin/rsync", "rsync", 1), FULL.replace("prcx", "prx"), FULL.replace("tprcx", "tpAXrcx"),
    FULL.replace("--timeout", "--iconv=iso-8859-1 --timeout"), FULL.replace("{}/", "{}/d i r1/"), RESTORE,
    FULL.replace("{}/", "{}/in/"), FULL.replace("--numeric-ids", "--bwlimit=100 --checksum-seed=1 --numeric-ids"),
])
def test_what_backuppc_sends_is_accepted_and_rebuilt_word_by_word(limits, line):
    home = limits.read[0]
    words = gate.rebuild(line.format(home), limits)
    assert words[0] == "/usr/bin/rsync" and words[-2] == "."
    assert words[-1].startswith(home)
    assert words[1:-1] == line.format(home).partition(" . ")[0].split(" ")[1:] + ["."]


@pytest.mark.parametrize("line", [
    "", "id", "sh -c id", "sudo " + FULL, "/bin/rsync" + FULL[14:], FULL.replace("--server ", ""),
    FULL.replace(" --sender", "").replace("--timeout=7200", "--sender --timeout=7200"),
    FULL.replace("-lHog", "-slHog"), FULL.replace("-lHog", "-KlHog"), FULL.replace("-lHog", "-kLlHog"),
    FULL.replace("e.iLsfxC", "ee.iLsfxC"), FULL.replace("e.iLsfxC", "e/bin/sh"), FULL.replace(" -lHog", " -l -lHog"),
    FULL.replace("-lHogDtprcxe.iLsfxC ", ""), FULL.replace("--numeric-ids", "--remove-source-files"),
    FULL.replace("--numeric-ids", "--log-file=/etc/passwd"), FULL.replace("--numeric-ids", "--num"),
    FULL.replace("--numeric-ids", "--daemon"), FULL.replace("--numeric-ids", "--config=/x"),
    FULL.replace("--numeric-ids", "--files-from=/etc/shadow"), FULL.replace("--numeric-ids", "--copy-unsafe-links"),
    FULL.replace("--numeric-ids", "--write-devices"), FULL.replace("--numeric-ids", "--rsync-path=sh"),
    FULL.replace("--numeric-ids", "--protect-args"), FULL.replace("--numeric-ids", "--secluded-args"),
    FULL.replace("--numeric-ids", "--temp-dir=/x"), FULL.replace("--numeric-ids", "--partial"),
    FULL.replace("--numeric-ids", "--delete"), FULL.replace("--numeric-ids", "--timeout=x"),
    FULL.replace("--numeric-ids", "--iconv=a;b"), FULL.replace("--numeric-ids", ""), FULL.replace(" . ", " "),
    FULL.replace(" . ", " . . "), FULL.replace("{}/", "{}/../etc/"), FULL.replace("{}/", "{}//x"),
    FULL.replace("{}/", "home/"), FULL.replace("{}/", "~/"), FULL.replace("{}/", "{}/*"), FULL.replace("{}/", "{}/out/"),
    FULL.replace("{}/", "{}x/"), FULL.replace("{}/", "/"), FULL.replace("{}/", "/etc/"), FULL.replace("{}/", "{}/./x"),
    FULL + "\n", FULL + "\nid", FULL + "\t", FULL + "\x7f", FULL.replace("{}/", "{}/$(id)/../../etc"), FULL + "x" * 5000,
    RESTORE.replace("{}/restored", "/etc/cron.d"), RESTORE.replace("--super", "--fake-super"),
    RESTORE.replace("--log-format=%i", "--log-format=%o"), RESTORE.replace("--partial", "--partial-dir=/x"),
    RESTORE.replace("--partial", "--backup-dir=/x"), RESTORE.replace("--partial", "--link-dest=/x"),
])
def test_anything_else_is_refused(limits, line):
    with pytest.raises(gate.Refused):
        gate.rebuild(line.format(limits.read[0]), limits)


def test_without_leave_nothing_is_restored(limits):
    limits.delete = False
    with pytest.raises(gate.Refused):
        gate.rebuild(RESTORE.format(limits.read[0]), limits)
    assert gate.rebuild(RESTORE.replace(" --delete", "").format(limits.read[0]), limits)
    limits.restore = []
    with pytest.raises(gate.Refused):
        gate.rebuild(RESTORE.replace(" --delete", "").format(limits.read[0]), limits)


def test_generated_command_lines_reach_no_other_option_and_no_other_folder(limits):
    dice = random.Random(4)
    home = limits.read[0]
    words = ["rsync", "/usr/bin/rsync", "--server", "--sender", "-lHogDtprcxe.iLsfxC", "-e.iL", "-s", "--timeout=1", ".", "..",
             "--numeric-ids", home + "/", home + "/in", home + "/out", "/etc", "--delete", "--log-file=x", "", "--", "-"]
    known = {"--server", "--sender", "-lHogDtprcxe.iLsfxC", "-e.iL", "--timeout=1", "--numeric-ids", "--delete", "."}
    accepted = 0
    for _ in range(50_000):
        start = ["rsync", "--server"] if dice.random() < 0.8 else []
        line = " ".join(start + [dice.choice(words) for _ in range(dice.randrange(1, 7))])
        try:
            rebuilt = gate.rebuild(line, limits)
        except gate.Refused:
            continue
        accepted += 1
        assert rebuilt[0] == "/usr/bin/rsync" and set(rebuilt[1:-1]) <= known, line
        assert (os.path.realpath(rebuilt[-1]) + "/").startswith(home + "/") and rebuilt.index(".") == len(rebuilt) - 2, line
    assert accepted > 10


@pytest.mark.parametrize("text", ["read = home", "read /home", "delete = maybe", "shell = /bin/sh"])
def test_a_mistake_in_rsyncsend_s_own_file_closes_the_door(text):
    with pytest.raises(gate.Refused):
        gate.parse_limits(text + "\n")
