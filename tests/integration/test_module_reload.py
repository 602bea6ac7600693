"""mod_sso under load while httpd restarts gracefully and its configuration changes each second, bad texts among them: no
live session is refused or sent to the portal, no child crashes, and nothing grows."""

import time
from collections.abc import Iterable

import pytest

from sandbox import sanitizers
from sandbox.process import wait_for
from tests.support.crossroads import PROXY_WAYS, STATIC_WAYS, Crossroads
from tests.support.length import short_or_whole
from tests.support.load import Footprint, Load

SECONDS = short_or_whole(4, 60)
# What a process may take up beyond what it held when it was warm: a heap breathes, a leak goes on.
DESCRIPTORS = 2
MEMORY = 3000  # kB
SANITIZERS_MEMORY = 400_000

# What stands behind the good text, turn by turn: good ones with another host more, and each kind of bad one.
CHANGES = (
    '[vhost."more{turn}.test"]\nurl = "http://more{turn}.sso.test/"\n',
    "nonsense = {turn}\n",
    "[portal",
    '[vhost."again{turn}.test"]\nurl = "http://again{turn}.sso.test/"\n',
    "[vhost.\"bad.test\"]\nrules = [ {{ match = '(', allow = 'accept' }} ]\n",
    "[vhost.\"bad.test\"]\ndefault = '$uid ='\n",
)
NUMBERS_OF_BAD_TEXTS = ("SSO0101", "SSO0020")
SCOREBOARD_FULL = "AH03490"  # event waits with the next child while those of earlier restarts still end
# mod_cgid's daemon goes with each restart, and httpd itself answers 503 for scripts until the next one is there
WAYS = STATIC_WAYS + PROXY_WAYS


def judge(case, answer, _seconds: float) -> str | None:
    return case.flaw(answer)


def each_second(turn_of_events, seconds: int) -> None:
    """Calls with the number of the turn, once a second."""
    began = time.monotonic()
    for turn in range(seconds):
        turn_of_events(turn)
        wait_for(lambda: time.monotonic() - began >= turn + 1, 2, "the end of a second")


def assert_no_growth(site: Crossroads, before: Footprint, after: Footprint, what: str) -> None:
    assert after.descriptors <= before.descriptors + DESCRIPTORS, f"{what}: {before} became {after}"
    # a sanitizer keeps freed memory back, to see who still uses it
    more = SANITIZERS_MEMORY if sanitizers.environment(site.httpd.sso_module) else MEMORY
    assert after.memory <= before.memory + more, f"{what}: {before} became {after}"


def most(footprints: Iterable[Footprint]) -> Footprint:
    every = list(footprints)
    return Footprint(max(one.descriptors for one in every), max(one.memory for one in every))


@pytest.mark.parametrize("mpm", ["event", "worker", "prefork"])
def test_restarts_and_changes_each_second_under_load_refuse_nobody_and_the_parent_does_not_grow(build_dir, watch, mpm,
                                                                                                measured):
    with Crossroads(build_dir, mpm=mpm) as site:
        watch(site.httpd)
        site.httpd.announce(*NUMBERS_OF_BAD_TEXTS, SCOREBOARD_FULL)
        site.open()
        parents = []
        with Load(site.httpd.port, site.cases(WAYS), judge) as load:
            def turn_of_events(turn: int) -> None:
                site.write_rules(CHANGES[turn % len(CHANGES)].format(turn=turn))
                site.httpd.graceful()
                load.wait_for_requests(20)
                parents.append(Footprint.of(site.httpd.pid))
            each_second(turn_of_events, SECONDS)
        load.assert_flawless()
        assert "exit signal" not in site.httpd.error_log
        warm = parents[min(len(parents) // 2, len(CHANGES))]
        assert_no_growth(site, warm, parents[-1], "the parent")
        measured(f"{mpm}: {SECONDS} restarts, {load.count} requests, slowest {load.slowest:.2f} s, "
                 f"parent {warm} .. {parents[-1]}")


@pytest.mark.parametrize("mpm", ["event", "prefork"])
def test_children_that_live_through_changes_and_many_requests_do_not_grow(build_dir, watch, mpm, measured):
    with Crossroads(build_dir, mpm=mpm) as site:
        watch(site.httpd)
        site.httpd.announce(*NUMBERS_OF_BAD_TEXTS)
        site.open()
        cases = site.cases(WAYS)

        def ask_while_the_configuration_changes(seconds: int) -> tuple[dict[int, Footprint], int]:
            """@return what children hold when it is quiet again, and how many requests it was"""
            with Load(site.httpd.port, cases, judge) as load:
                def turn_of_events(turn: int) -> None:
                    site.write_rules(CHANGES[turn % len(CHANGES)].format(turn=turn))
                    load.wait_for_requests(20)
                each_second(turn_of_events, seconds)
            load.assert_flawless()
            held = {child: Footprint.of_any(child) for child in site.httpd.children()}
            return {child: footprint for child, footprint in held.items() if footprint}, load.count

        before, _ = ask_while_the_configuration_changes(min(SECONDS, 10))
        after, count = ask_while_the_configuration_changes(SECONDS)
        assert len(before.keys() & after.keys()) > 1, "it was not the same children"
        # the busiest of them: one that was idle at first has yet to grow to what a child holds
        busiest, later = most(before.values()), most(after.values())
        assert_no_growth(site, busiest, later, "children")
        measured(f"{mpm}: {count} requests, children at most {busiest} .. {later}")
