"""What every private server needs: a folder it can enter, a free port, a start that is waited for, a stop that holds."""

import grp
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

SERVICE_USER = "www-data"


def running_as_root() -> bool:
    return os.geteuid() == 0


def service_ids() -> tuple[int, int]:
    """The user and group that servers and their files belong to: www-data when started by root, else the caller."""
    if running_as_root():
        return pwd.getpwnam(SERVICE_USER).pw_uid, grp.getgrnam(SERVICE_USER).gr_gid
    return os.geteuid(), os.getegid()


def service_names() -> tuple[str, str]:
    uid, gid = service_ids()
    return pwd.getpwuid(uid).pw_name, grp.getgrgid(gid).gr_name


def service_user_options() -> dict:
    """What subprocess needs to run a program as the service user."""
    if not running_as_root():
        return {}
    uid, gid = service_ids()
    return {"user": uid, "group": gid, "extra_groups": [gid]}


def make_folder(prefix: str = "sso-") -> Path:
    """A new folder under the system's temporary folder that the service user owns; others may pass through it."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o755)
    own(folder)
    return folder


def own(path: Path, mode: int | None = None) -> Path:
    """Gives `path` to the service user."""
    uid, gid = service_ids()
    if running_as_root():
        os.chown(path, uid, gid)
    if mode is not None:
        path.chmod(mode)
    return path


def subfolder(parent: Path, name: str, mode: int = 0o755) -> Path:
    folder = parent / name
    folder.mkdir(parents=True, exist_ok=True)
    return own(folder, mode)


def write(path: Path, text: str, mode: int = 0o644) -> Path:
    """Writes a file of the service user's. The mode is set before the text is there."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text)
    return own(path)


def free_port() -> int:
    """A loopback port that nobody listens on now, and that no connection's other end is given by the system: those begin at
    32768 as a rule."""
    while True:
        port = random.randrange(20_000, 32_768)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def wait_for(ready, seconds: float, what: str) -> None:
    """Asks `ready` until it answers true. Raises TimeoutError naming `what`. A machine that stands still for a while, as a
    virtual one may, loses no more than a second of the time."""
    left, before = seconds, time.monotonic()
    while not ready():
        now = time.monotonic()
        left, before = left - min(now - before, 1.0), now
        if left < 0:
            raise TimeoutError(f"{what} within {seconds} s")
        time.sleep(0.02)


def last_held(holds, seconds: float = 10.0) -> float:
    """How many seconds from now something still holds: asks until twelve answers in a row are false, and returns when the
    last ask began whose answer was true. When it began is what counts: a busy machine is late to ask and to answer."""
    start = time.monotonic()
    last, ended = 0.0, 0
    while ended < 12:
        began = time.monotonic() - start
        if holds():
            last, ended = began, 0
            if began > seconds:
                break
        else:
            ended += 1
        time.sleep(0.01)
    return last


def port_answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """One child process in the foreground and its folder. Use as a context manager, or call `stop`."""

    name = "server"

    def __init__(self, folder: Path | None = None):
        self.owns_folder = folder is None
        self.folder = folder or make_folder(f"sso-{self.name}-")
        self.process: subprocess.Popen | None = None

    def spawn(self, argv: list[str], *, as_service_user: bool, env: dict[str, str] | None = None) -> None:
        """Starts the program. It ends with us, however we end: the kernel sends it SIGTERM."""
        options = service_user_options() if as_service_user else {}
        log = open(self.folder / f"{self.name}.log", "ab")
        with log:
            self.process = subprocess.Popen(
                ["/usr/bin/setpriv", "--pdeathsig", "TERM", *argv], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder, start_new_session=True, env={**os.environ, **(env or {})}, **options)

    def check_alive(self) -> None:
        if self.process is None or self.process.poll() is not None:
            status = None if self.process is None else self.process.returncode
            raise RuntimeError(f"{self.name} ended with status {status}:\n{self.log_tail()}")

    def wait_until(self, ready, seconds: float = 20.0) -> None:
        def alive_and_ready():
            self.check_alive()
            return ready()
        try:
            wait_for(alive_and_ready, seconds, f"{self.name} did not become ready")
        except Exception:
            self.stop()
            raise

    def log_tail(self, lines: int = 30) -> str:
        path = self.folder / f"{self.name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def signal(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            os.kill(self.process.pid, number)

    def end_process(self, seconds: float = 10.0) -> None:
        """Ends the process, and what it left behind when it was killed; keeps its folder."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        try:
            os.killpg(self.process.pid, signal.SIGKILL)  # it began a session: its children are of its group
        except ProcessLookupError:
            pass
        self.process = None

    def stop(self, seconds: float = 10.0) -> None:
        self.end_process(seconds)
        if self.owns_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
