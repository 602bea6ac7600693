"""mod_sso under load while httpd restarts gracefully and its configuration changes each second, bad texts among them: no
live session is refused or sent to the portal, no child crashes, and nothing grows."""

from collections import Counter
from collections.abc import Iterable

import pytest

from sandbox import sanitizers
from sandbox.process import wait_for
from tests.support.crossroads import PROXY_WAYS, STATIC_WAYS, Crossroads
from tests.support.length import short_or_whole
from tests.support.load import Footprint, Load, turns

TURNS = short_or_whole(7, 60)
TURN = short_or_whole(1, 2) / 2  # seconds
# What a process may take up beyond what it held when it was warm: a heap breathes, a leak goes on.
PARENTS_GROWTH = Footprint(descriptors=0, memory=500)
CHILDRENS_GROWTH = Footprint(descriptors=2, memory=3000)
SANITIZERS_MEMORY = 400_000
SECONDS_TO_LOAD = 20  # a child looks five times a second, when a busy machine lets it

# What stands behind the good text, turn by turn: good ones, which open one path more, and each kind of bad one.
GOOD = '[vhost."turns.test"]\nurl = "http://turns.sso.test/"\nrules = [ {{ match = \'^/turn{turn}$\', allow = \'unprotect\' }} ]\n'
CHANGES = (
    GOOD,
    "nonsense = {turn}\n",
    "[portal",
    GOOD,
    "[vhost.\"bad.test\"]\nrules = [ {{ match = '(', allow = 'accept' }} ]\n",
    "[vhost.\"bad.test\"]\ndefault = '$uid ='\n",
)
NUMBERS_OF_BAD_TEXTS = ("SSO0101", "SSO0020")
SCOREBOARD_FULL = "AH03490"  # event waits with the next child while those of earlier restarts still end
# mod_cgid's daemon goes with each restart, and httpd itself answers 503 for scripts until the next one is there
WAYS = STATIC_WAYS + PROXY_WAYS


def judge(case, answer, _seconds: float) -> str | None:
    return case.flaw(answer)


class Changes:
    """The texts of CHANGES, one after another. The last good one is to be served, whatever came after it."""

    def __init__(self, site: Crossroads):
        self.site = site
        self.turn = 0
        self.is_good = False
        self.last_good = 0
        self.complaints = 0  # before the change

    def write(self) -> None:
        change = CHANGES[self.turn % len(CHANGES)]
        self.is_good = change is GOOD
        if self.is_good:
            self.last_good = self.turn
        self.complaints = self._count()
        self.site.write_rules(change.format(turn=self.turn))
        self.turn += 1

    def wait_until_seen(self) -> None:
        """A good text serves, a bad one is complained of."""
        if not self.is_good:
            wait_for(lambda: self._count() > self.complaints, SECONDS_TO_LOAD, f"a complaint of turn {self.turn - 1}")
        try:
            wait_for(self._serves_the_last_good_one, SECONDS_TO_LOAD, f"turn {self.last_good} is served")
        except TimeoutError as error:
            answers = Counter(self._status_of_the_last_good_one() for _ in range(64))
            said = [line for line in self.site.httpd.error_log.splitlines() if "SSO01" in line]
            raise TimeoutError(f"{error}: {answers}; the log ends with\n" + "\n".join(said[-40:])) from error

    def _count(self) -> int:
        return sum(self.site.httpd.error_log.count(number) for number in NUMBERS_OF_BAD_TEXTS)

    def _serves_the_last_good_one(self) -> bool:
        """By whichever children answer: the page is not there, which is said to those alone who may know."""
        return all(self._status_of_the_last_good_one() == 404 for _ in range(8))

    def _status_of_the_last_good_one(self) -> int:
        return self.site.get("turns.test", f"/turn{self.last_good}").status


def assert_no_growth(site: Crossroads, before: Footprint, after: Footprint, growth: Footprint, what: str) -> None:
    assert after.descriptors <= before.descriptors + growth.descriptors, f"{what}: {before} became {after}"
    # a sanitizer keeps freed memory back, to see who still uses it
    more = SANITIZERS_MEMORY if sanitizers.environment(site.httpd.sso_module, site.httpd.mpm) else growth.memory
    assert after.memory <= before.memory + more, f"{what}: {before} became {after}"


def most(footprints: Iterable[Footprint]) -> Footprint:
    every = list(footprints)
    return Footprint(max(one.descriptors for one in every), max(one.memory for one in every))


def open_with_turns(site: Crossroads) -> None:
    site.open(also=site.host("turns.test", "SSOEngine On"))


@pytest.mark.parametrize("mpm", ["event", "worker", "prefork"])
def test_restarts_and_changes_each_second_under_load_refuse_nobody_and_the_parent_does_not_grow(build_dir, watch, mpm,
                                                                                                measured):
    with Crossroads(build_dir, mpm=mpm) as site:
        watch(site.httpd)
        site.httpd.announce(*NUMBERS_OF_BAD_TEXTS, SCOREBOARD_FULL)
        open_with_turns(site)
        changes = Changes(site)
        parents = []
        with Load(site.httpd.port, site.cases(WAYS), judge) as load:
            for _ in turns(TURNS, TURN):
                changes.write()
                site.httpd.graceful()
                changes.wait_until_seen()
                load.wait_for_requests(20)
                parents.append(Footprint.of(site.httpd.pid))
        load.assert_flawless()
        assert "exit signal" not in site.httpd.error_log
        rounds = parents[::len(CHANGES)]  # behind the same text each time
        warm = rounds[len(rounds) // 4]
        assert len(rounds) > 1
        assert_no_growth(site, warm, rounds[-1], PARENTS_GROWTH, "the parent")
        measured(f"{mpm}: {TURNS} restarts, {load.count} requests, slowest {load.slowest:.2f} s, "
                 f"parent {warm} .. {rounds[-1]}")


@pytest.mark.parametrize("mpm", ["event", "prefork"])
def test_children_that_live_through_changes_and_many_requests_do_not_grow(build_dir, watch, mpm, measured):
    with Crossroads(build_dir, mpm=mpm) as site:
        watch(site.httpd)
        site.httpd.announce(*NUMBERS_OF_BAD_TEXTS)
        open_with_turns(site)
        cases = site.cases(WAYS)
        changes = Changes(site)

        def held() -> dict[int, Footprint]:
            every = {child: Footprint.of_any(child) for child in site.httpd.children()}
            return {child: footprint for child, footprint in every.items() if footprint}

        def ask_while_the_configuration_changes(count: int) -> tuple[dict[int, Footprint], int]:
            """@return what children hold afterwards, and how many requests it was"""
            with Load(site.httpd.port, cases, judge) as load:
                for _ in turns(count, TURN):
                    changes.write()
                    changes.wait_until_seen()
                    load.wait_for_requests(20)
            load.assert_flawless()
            return held(), load.count

        before, _ = ask_while_the_configuration_changes(min(TURNS, 10))
        after, count = ask_while_the_configuration_changes(TURNS)
        assert len(before.keys() & after.keys()) > 1, "it was not the same children"
        # the busiest of them: one that was idle at first has yet to grow to what a child holds
        busiest = most(before.values())
        # the clients have gone a moment ago, and with them what their connections held
        wait_for(lambda: most(held().values()).descriptors <= busiest.descriptors + CHILDRENS_GROWTH.descriptors, 10,
                 f"children hold no more descriptors than {busiest} and a few")
        later = most(held().values())
        assert_no_growth(site, busiest, later, CHILDRENS_GROWTH, "children")
        measured(f"{mpm}: {count} requests, children at most {busiest} .. {later}")
