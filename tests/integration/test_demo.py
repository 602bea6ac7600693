"""The demo as people start it: a command, a file that says where it is, and nothing left behind."""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from sandbox.people import PEOPLE
from sandbox.process import free_port, port_answers, running_as_root, service_names, wait_for
from sandbox.system import STORES

ROOT = Path(__file__).resolve().parents[2]
PR_SET_CHILD_SUBREAPER = 36


@pytest.fixture
def no_process_left():
    """Fails the test if a process that it started, or one that those started, outlives it."""
    def children() -> set[int]:
        return {int(pid) for task in Path("/proc/self/task").iterdir()
                for pid in (task / "children").read_text().split()}
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0  # orphans become ours, not the first process's
    before = children()
    yield
    left = {pid for pid in children() - before if os.waitpid(pid, os.WNOHANG)[0] == 0}  # the dead are ours to bury
    commands = [Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode() for pid in left]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    assert not left, f"left behind: {commands}"


class Demo:
    """`./demo` as a child process, started and waited for."""

    def __init__(self, folder: Path, *arguments: str, build_dir: Path):
        self.output = (folder / f"demo-{len(list(folder.iterdir()))}.txt").open("w+b")
        self.process = subprocess.Popen([ROOT / "demo", *arguments], stdin=subprocess.DEVNULL, stdout=self.output,
                                        stderr=subprocess.STDOUT, cwd="/",
                                        env={**os.environ, "SSO_BUILD_DIR": str(build_dir)})

    def text(self) -> str:
        return Path(self.output.name).read_text()

    def wait_for(self, text: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while text not in self.text():
            assert self.process.poll() is None, self.text()
            assert time.monotonic() < deadline, self.text()
            time.sleep(0.05)

    def end(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.end(signal.SIGTERM)
        self.output.close()


@pytest.fixture
def demo(tmp_path, build_dir, no_process_left):
    started = []

    def start(*arguments: str) -> Demo:
        started.append(Demo(tmp_path, *arguments, build_dir=build_dir))
        return started[-1]
    yield start
    for one in reversed(started):
        one.__exit__()


@pytest.mark.parametrize("store", STORES)
def test_check_drives_one_login(demo, store):
    checked = demo("--store", store, "--port", str(free_port()), "--check")
    assert checked.process.wait(120) == 0, checked.text()
    assert checked.text().splitlines()[-1] == "demo: ok"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_demo_says_where_it_is_and_leaves_nothing_behind(demo, number):
    port = free_port()
    running = demo("--port", str(port))
    running.wait_for("Ctrl-C stops everything")
    description = json.loads((ROOT / f"run/demo-{port}.json").read_text())
    assert os.readlink(ROOT / "run/demo.json") == f"demo-{port}.json"
    assert description["portal"] == f"http://auth.sso.localhost:{port}/"
    assert description["manager"] == f"http://manager.sso.localhost:{port}/"
    assert description["apps"] == {name: f"http://{name}.sso.localhost:{port}/" for name in ("app1", "app2")}
    assert description["users"] == {name: {"password": person.password, "groups": list(person.groups)}
                                    for name, person in PEOPLE.items()}
    assert description["session_store"].startswith("lmdb:/")
    config = Path(description["config"].removeprefix("dir:"))
    assert (config / "00000001.toml").is_file()
    os.kill(description["httpd_pid"], 0)
    for address in [description["portal"], description["manager"], *description["apps"].values()]:
        assert address in running.text()
    for name, person in PEOPLE.items():
        assert name in running.text() and person.password in running.text()

    assert running.end(number) == 0, running.text()
    assert not (ROOT / f"run/demo-{port}.json").exists()
    assert not port_answers(port)
    assert not config.exists()


def test_a_second_demo_runs_beside_the_first(demo):
    ports = [free_port(), free_port()]
    first = demo("--port", str(ports[0]))
    first.wait_for("Ctrl-C stops everything")
    second = demo("--store", "redis", "--port", str(ports[1]))
    second.wait_for("Ctrl-C stops everything")
    link = ROOT / "run/demo.json"
    assert json.loads(link.read_text())["session_store"].startswith("redis://")
    assert second.end() == 0
    assert os.readlink(link) == f"demo-{ports[0]}.json"
    assert port_answers(ports[0])
    third = demo("--port", str(ports[0]), "--check")
    assert third.process.wait(60) == 1
    assert f"port {ports[0]} is in use" in third.text()
    assert first.end() == 0


def test_a_server_that_dies_ends_the_demo_by_name(demo):
    port = free_port()
    running = demo("--port", str(port))
    running.wait_for("Ctrl-C stops everything")
    os.kill(json.loads((ROOT / f"run/demo-{port}.json").read_text())["httpd_pid"], signal.SIGKILL)
    assert running.process.wait(30) == 1
    assert "demo: httpd ended" in running.text()


def test_a_demo_that_is_killed_takes_its_servers_along(demo):
    port = free_port()
    running = demo("--port", str(port))
    running.wait_for("Ctrl-C stops everything")
    description = ROOT / f"run/demo-{port}.json"
    folder = Path(json.loads(description.read_text())["config"].removeprefix("dir:")).parent
    running.process.kill()
    running.process.wait(30)
    wait_for(lambda: not processes_of(folder), 20, "the servers did not end")
    shutil.rmtree(folder)  # nobody was left to remove it
    description.unlink()
    if os.readlink(ROOT / "run/demo.json") == description.name:
        (ROOT / "run/demo.json").unlink()


def processes_of(folder: Path) -> list[str]:
    """The command lines, of processes that live, that name this folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += [line for line in [entry.read_bytes().decode(errors="replace")] if str(folder) in line]
        except OSError:  # it ended meanwhile
            pass
    return found


@pytest.mark.parametrize("arguments", [("--stroe", "redis"), ("--store", "disk"), ("--port", "x"), ("--port", "70000")])
def test_wrong_usage_is_said_so(demo, arguments):
    wrong = demo(*arguments)
    assert wrong.process.wait(60) == 2
    assert "demo" in wrong.text()


# Only root can become another user.
@pytest.mark.parametrize("user", ["root", "nobody"] if running_as_root() else [service_names()[0]])
def test_the_checkout_may_be_closed_to_the_servers_user(user, build_dir, no_process_left):
    """What the servers' user reads and runs is copied to where it may go. As root the servers are www-data's, which
    cannot enter this folder; started by another user they are that user's."""
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    try:
        checkout = folder / "checkout"
        for part in ("sandbox", "conf"):
            shutil.copytree(ROOT / part, checkout / part, ignore=shutil.ignore_patterns("__pycache__"))
        for program in ("mod_sso/mod_sso.so", "portal/sso-portal", "manager/sso-manager", "manager/ssoctl"):
            (checkout / "build" / program).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(build_dir / program, checkout / "build" / program)
        subprocess.run(["chown", "-R", f"{user}:", folder], check=True)
        checkout.chmod(0o700)
        become = []
        if running_as_root():
            group = subprocess.check_output(["id", "-g", user], text=True).strip()
            become = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]
        done = subprocess.run(
            [*become, "/usr/bin/python3", "-B", "-m", "sandbox.demo", "--check", "--port", str(free_port())],
            cwd=checkout, env={"PATH": os.environ["PATH"], "SSO_BUILD_DIR": str(checkout / "build")},
            capture_output=True, text=True, timeout=120, check=False)
        assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["demo: ok"]), done.stdout + done.stderr
    finally:
        shutil.rmtree(folder)
