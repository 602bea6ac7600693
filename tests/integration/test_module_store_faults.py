"""The session store dies, hangs, is cut off and comes back while people ask. The model says what each of them may see: a
session that has to be asked for is 503 within the store's time-out, what is remembered serves until its time is over,
nobody is let in and nobody is sent to log in who has a session; and when the store is back, all is well."""

import signal
import time
from dataclasses import dataclass
from functools import partial
from typing import Callable

import pytest

from sandbox.process import wait_for
from sandbox.redis import Redis
from tests.support import promises
from tests.support.clients import Connection
from tests.support.crossroads import PROXY_WAYS, RULES, STATIC_WAYS, VISITORS, Crossroads, flaw_of
from tests.support.lmdb_faults import FullDisk, held_writer
from tests.support.load import Load
from tests.support.model import Session, Store, Visitor, predict
from tests.support.relay import Relay

WAYS = STATIC_WAYS[:1] + PROXY_WAYS[:1]


class Shop:
    """A site whose sessions are in a Redis behind a relay, which keeps what it holds over its own death."""

    def __init__(self, build_dir, mpm: str):
        self.redis = Redis(more={"appendonly": "yes", "appendfsync": "always"}).start()
        self.relay = Relay(self.redis.port)
        self.site = Crossroads(build_dir, mpm=mpm, store=f"redis://127.0.0.1:{self.relay.port}/0")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.site.stop()
        self.relay.stop()
        self.redis.stop()


@dataclass(frozen=True)
class Fault:
    name: str
    inflict: Callable[[Shop], None]
    mend: Callable[[Shop], object]


def kill(shop: Shop) -> None:
    shop.redis.signal(signal.SIGKILL)
    shop.redis.end_process()


FAULTS = (
    Fault("stopped", lambda shop: shop.redis.end_process(), lambda shop: shop.redis.start()),
    Fault("stalled", lambda shop: shop.redis.stall(), lambda shop: shop.redis.go_on()),
    Fault("reset", lambda shop: shop.relay.cut(), lambda shop: shop.relay.mend()),
    Fault("killed", kill, lambda shop: shop.redis.start()),
)


def fits_any_state(case, answer, seconds: float, more_seconds: float = 0.0) -> str | None:
    """An answer that the model gives for the store as it was or as it is, with or without what is remembered, in time."""
    if seconds > promises.STORE_TIMEOUT + promises.SLACK + more_seconds:
        return f"{case}: {seconds:.2f} s"
    path = case.way.target.format(place=case.place)
    allowed = {case.prediction, predict(RULES, path, case.visitor, Store.SILENT)}
    if any(flaw_of(answer, prediction, is_script=case.is_script) is None for prediction in allowed):
        return None
    return f"{case}: {answer.status} {answer.headers} fits none of {allowed}"


def ask_with(site, connection, way, place: str, visitor: Visitor, cookie: str):
    site.cookies[visitor.name] = cookie
    began = time.monotonic()
    answer = connection.ask(way.request(place, site.headers_of(visitor)))
    return answer, time.monotonic() - began


@pytest.mark.parametrize("mpm", ["event", "prefork"])
def test_while_redis_is_away_nobody_is_let_in_or_sent_to_log_in_and_when_it_is_back_all_is_well(build_dir, watch, measured, mpm):
    with Shop(build_dir, mpm) as shop:
        site = shop.site
        watch(site.httpd)
        site.httpd.announce("SSO0004", "SSO0372")
        site.open(promises.DIRECTIVES)
        cases = site.cases(WAYS)
        strangers = [Visitor(f"stranger{n}", ("group1",), Session.LIVE) for n in range(len(FAULTS) * 6)]
        cookies = {visitor.name: site.login(visitor.name, groups="group1") for visitor in strangers}
        # prefork makes another child once a second: who finds all of them busy waits for it
        judge = partial(fits_any_state, more_seconds=1.0 if mpm == "prefork" else 0.0)
        with Load(site.httpd.port, cases, judge, threads=3) as load, Connection(site.httpd.port) as connection:
            for fault in FAULTS:
                load.wait_for_requests(50)
                before = load.statuses[503]
                fault.inflict(shop)
                # who is not remembered anywhere
                for place in ("/", "/group/", "/never/", "/open/", "/skip/"):
                    visitor = strangers.pop()
                    way = WAYS[len(strangers) % 2]
                    answer, seconds = ask_with(site, connection, way, place, visitor, cookies[visitor.name])
                    expected = predict(RULES, way.target.format(place=place), visitor, Store.SILENT)
                    assert flaw_of(answer, expected) is None, f"{fault.name} {place}: {answer.status} {answer.headers}"
                    assert seconds < promises.STORE_TIMEOUT + promises.SLACK, f"{fault.name} {place}: {seconds:.2f} s"
                # who was remembered is 503, too, when that time is over; and at once, or after one time-out
                alice = next(case for case in cases if case.visitor.name == "alice" and case.place == "/")
                wait_for(lambda: connection.ask(alice.request).status == 503,
                         promises.CACHED_SECONDS + 2 * (promises.STORE_TIMEOUT + promises.SLACK), f"{fault.name}: 503")
                wait_for(lambda: load.statuses[503] > before, promises.CACHED_SECONDS + 2, f"{fault.name}: 503 for others")
                fault.mend(shop)
                wait_for(lambda: connection.ask(alice.request).status == 200, 5, f"the store's return ({fault.name})")
                visitor = strangers.pop()
                wait_for(lambda: flaw_of(ask_with(site, connection, WAYS[0], "/", visitor, cookies[visitor.name])[0],
                                         predict(RULES, "/page.html", visitor)) is None, 5, "a stranger's session")
        load.assert_flawless()
        assert shop.relay.resets > 0
        measured(f"{load.count} requests over {len(FAULTS)} faults, no wrong verdict, slowest {load.slowest:.2f} s: {dict(load.statuses)}")
        with Connection(site.httpd.port) as connection:  # each process finds out for itself that the store is back
            wait_for(lambda: all(case.flaw(connection.ask(case.request)) is None for case in cases), 10, "the old state")


@pytest.mark.parametrize("fault", ["stopped", "killed"])
def test_a_writer_that_stops_or_dies_in_the_middle_keeps_nobody_out(build_dir, watch, fault):
    """Reading waits for no writer. Who would write hears soon that it cannot be done, and goes on when the writer is dead."""
    with Crossroads(build_dir) as site:
        watch(site.httpd)
        site.open(promises.DIRECTIVES)
        unseen = Visitor("dora", ("group1",), Session.LIVE)
        aged = [site.login(unseen.name, "aged", groups="group1") for _ in range(2)]
        with held_writer(site) as writer, Connection(site.httpd.port) as connection:
            if fault == "killed":
                writer.kill()
                writer.wait(10)
            # its use is to be written down, which nobody waits for
            answer, seconds = ask_with(site, connection, WAYS[0], "/", unseen, aged[0])
            assert flaw_of(answer, predict(RULES, "/page.html", unseen)) is None
            assert seconds < promises.STORE_TIMEOUT
            for case in site.cases(WAYS):
                assert case.flaw(connection.ask(case.request)) is None
            begun = time.monotonic()
            new = site.try_login("emil")
            assert (new.returncode == 0) == (fault == "killed"), new.stderr
            assert time.monotonic() - begun < 5
            assert fault == "killed" or "unavailable" in new.stderr
            writer.kill()
            writer.wait(10)
            assert site.try_login("emil").returncode == 0
            answer, _ = ask_with(site, connection, WAYS[0], "/group/", unseen, aged[1])
            assert flaw_of(answer, predict(RULES, "/group/page.html", unseen)) is None


def test_a_full_disk_keeps_nobody_out_and_takes_no_new_session_until_there_is_room(build_dir, watch):
    with Crossroads(build_dir) as site:
        watch(site.httpd)
        site.httpd.announce("SSO0372")  # the watcher's own record may be due just then
        disk = FullDisk(site)
        site.open(promises.DIRECTIVES)
        unseen = Visitor("dora", ("group1",), Session.LIVE)
        aged = [site.login(unseen.name, "aged", groups="group1") for _ in range(2)]
        cases = site.cases(WAYS)
        with Connection(site.httpd.port) as connection:
            disk.fill()
            answer, _ = ask_with(site, connection, WAYS[0], "/", unseen, aged[0])
            assert flaw_of(answer, predict(RULES, "/page.html", unseen)) is None
            wait_for(lambda: disk.refusals > 0, 5, "the attempt to write its use down")
            refused = site.try_login("emil", env=disk.environment)
            assert refused.returncode == 1 and "full" in refused.stderr
            for case in cases:
                assert case.flaw(connection.ask(case.request)) is None
            disk.empty()
            cookie = site.try_login("emil", env=disk.environment)
            assert cookie.returncode == 0, cookie.stderr
            emil = Visitor("emil", (), Session.LIVE)
            answer, _ = ask_with(site, connection, WAYS[0], "/", emil, f"sso={cookie.stdout.strip()}")
            assert flaw_of(answer, predict(RULES, "/page.html", emil)) is None
            answer, _ = ask_with(site, connection, WAYS[0], "/", unseen, aged[1])
            assert flaw_of(answer, predict(RULES, "/page.html", unseen)) is None
