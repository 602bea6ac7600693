"""The demo as a command: starts the whole system, says where it is, and stops it again. `./demo` builds first and then
runs this."""

import argparse
import fcntl
import json
import os
import signal
import sys
from contextlib import contextmanager
from pathlib import Path

from sandbox.browser import Browser
from sandbox.people import PEOPLE
from sandbox.slapd import ROOT
from sandbox.system import STORES, System, wait_while_alive

RUN = ROOT / "run"
LINK = RUN / "demo.json"


def main(arguments: list[str]) -> int:
    options = read_arguments(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop_on_signal)
    system = None
    try:
        system = System(store=options.store, port=options.port)
        system.start()
        with announced(system):
            if options.check:
                check_login(system)
                print("demo: ok", flush=True)
            else:
                print(greeting(system), flush=True)
                wait_while_alive(system)
    except Stopped:
        print("\ndemo: stopping", flush=True)
        return 1 if options.check else 0  # a check that was interrupted has shown nothing
    except Exception as error:
        print(f"demo: {error}", file=sys.stderr)
        if system is not None and system.servers:
            print(logs(system), file=sys.stderr)
        return 1
    finally:
        ignore_signals()  # a second Ctrl-C must not leave a server behind
        if system is not None:
            system.stop()
    return 0


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="demo", description="Starts the whole system on loopback, until Ctrl-C.")
    parser.add_argument("--store", choices=STORES, default="lmdb", help="where sessions live (default: lmdb)")
    parser.add_argument("--port", type=port_number, default=8080, help="the port of every host name (default: 8080)")
    parser.add_argument("--check", action="store_true", help="drive one login with no browser, and end")
    return parser.parse_args(arguments)


def port_number(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{text}: expected 1 to 65535")
    return number


class Stopped(BaseException):
    """Somebody asked the demo to end."""


def stop_on_signal(_number, _frame):
    ignore_signals()
    raise Stopped


def ignore_signals():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


# one login

def check_login(system: System) -> None:
    """The seed's ten steps in short, on the person who is in group1 by her department."""
    name = "alice"
    wanted = system.url("app1", "/protected/page?format=json")
    browser = Browser()
    redirect = browser.get(wanted)
    expect(redirect.status == 302 and (redirect.location or "").startswith(system.url("auth")),
           f"{wanted} sends a stranger to the portal", redirect)
    login = browser.follow(redirect)
    expect(login.status == 200, "the portal shows its form", login)
    answer = browser.submit(login.form_with("password"), user=name, password=PEOPLE[name].password)
    expect(answer.location == wanted, f"the portal sends {name} back to {wanted}", answer)
    page = browser.follow(answer)
    expect(page.status == 200, "app1 opens", page)
    headers = {key.lower(): value for key, value in json.loads(page.body)["headers"]}
    expect(headers.get("auth-user") == name and headers.get("unit") == "accounts",
           "app1 receives the identity headers", page)
    expect(all(cookie.value not in page.text for cookie in browser.cookies), "app1 does not see the cookie", page)
    refused = browser.get(system.url("app2", "/site/page"))
    expect(refused.status == 403, f"app2 refuses {name}, who is not in group2", refused)
    system.check_alive()


def expect(holds: bool, what: str, page) -> None:
    if not holds:
        raise RuntimeError(f"failed: {what}\n  {page.url}: status {page.status}, Location {page.location}\n"
                           f"{page.text[:1000]}")


# what is printed and written

def greeting(system: System) -> str:
    people = "\n".join(f"  {name:<15} {person.password:<12} {', '.join(person.groups) or '-':<8} {person.why}"
                       for name, person in PEOPLE.items())
    return f"""
mod_sso runs. Open these in a browser on this machine:

  portal   {system.url("auth")}
  app1     {system.url("app1")}  (behind a reverse proxy; /protected/ is for group1)
  app2     {system.url("app2", "/site/")}  (a CGI; /site/ is for group2 and admin, /js and /css for all who are logged in)
  manager  {system.url("manager")}  (for admin)

  account         password     groups
{people}

  sessions       {system.session_store}
  configuration  {system.config_uri}
  logs           {system.httpd.folder / "logs"}

Ctrl-C stops everything."""


def logs(system: System) -> str:
    return "\n".join(f"--- {server.name}\n{server.log_tail()}" for server in system.servers)


@contextmanager
def announced(system: System):
    """Keeps run/demo-PORT.json while the demo runs, and run/demo.json pointing to the demo that was started last."""
    make_run_folder()
    mine = RUN / f"demo-{system.port}.json"
    with changing_run_folder():
        write_whole(mine, json.dumps({**system.description(), "pid": os.getpid()}, indent=2, ensure_ascii=False) + "\n")
        point_to(mine)
    try:
        yield
    finally:
        ignore_signals()
        with changing_run_folder():
            mine.unlink(missing_ok=True)
            running = [path for path in RUN.glob("demo-*.json") if is_running(path)]
            if running:
                point_to(max(running, key=lambda path: path.stat().st_mtime_ns))
            else:
                LINK.unlink(missing_ok=True)


def make_run_folder() -> None:
    """Made by root, it still belongs to whom the checkout belongs to."""
    if not RUN.exists():
        RUN.mkdir()
        if os.geteuid() == 0:
            owner = ROOT.stat()
            os.chown(RUN, owner.st_uid, owner.st_gid)


@contextmanager
def changing_run_folder():
    """One demo at a time changes the link."""
    folder = os.open(RUN, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def write_whole(path: Path, text: str) -> None:
    """Whoever reads sees the old text or the new one."""
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def point_to(path: Path) -> None:
    fresh = RUN / f"demo.link-{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(path.name)
    fresh.replace(LINK)


def is_running(path: Path) -> bool:
    """Whether the demo that wrote this still runs; one that was killed leaves its file behind."""
    try:
        os.kill(json.loads(path.read_text(encoding="utf-8"))["pid"], 0)
    except PermissionError:
        return True
    except (OSError, ValueError, KeyError):
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
