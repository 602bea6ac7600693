"""The same requests, on every way that httpd serves them, under each of its process models and protocols: the same
answers everywhere, those of the model."""

import concurrent.futures
from dataclasses import replace

import pytest

from tests.support.clients import Connection, Http2, say
from tests.support.crossroads import BODY_WAYS, CHUNKED_WAYS, FILE_WAYS, PROXY_WAYS, SOCKET_WAYS, Crossroads
from tests.support.model import Outcome

MPMS = ("event", "worker", "prefork")
HTTP2 = "Protocols h2c http/1.1"


@pytest.fixture(scope="module", params=MPMS)
def world(request, build_dir):
    speaks_http2 = request.param != "prefork"  # mod_http2 does not serve under it
    with Crossroads(build_dir, mpm=request.param, modules=("http2",) if speaks_http2 else ()) as site:
        site.open(HTTP2 if speaks_http2 else "")
        yield site


@pytest.fixture
def site(world, watch):
    watch(world.httpd)
    return world


def assert_right(cases, answers) -> None:
    assert len(cases) == len(answers) >= 40
    flaws = [flaw for case, answer in zip(cases, answers) if (flaw := case.flaw(answer))]
    assert not flaws, f"{len(flaws)} of {len(cases)} wrong:\n" + "\n".join(flaws[:20])


def test_every_way_of_serving_gives_the_models_answer_on_one_connection_that_is_kept(site):
    cases = site.cases(FILE_WAYS + PROXY_WAYS)
    with Connection(site.httpd.port) as connection:
        assert_right(cases, [connection.ask(case.request) for case in cases])
        assert connection.opened < len(cases) / 20, "most answers came on a connection that others had used"


def test_requests_of_several_people_sent_at_once_on_one_connection_are_answered_in_order(site):
    cases = site.cases(FILE_WAYS + PROXY_WAYS)
    with Connection(site.httpd.port) as connection:
        answers = []
        for at in range(0, len(cases), 16):
            answers += connection.pipeline([case.request for case in cases[at:at + 16]])
        assert_right(cases, answers)


def test_the_answers_are_the_same_in_a_crowd(site):
    cases = site.cases(FILE_WAYS + PROXY_WAYS)

    def visit(number: int):
        mine = cases[number::6]
        with Connection(site.httpd.port) as connection:
            assert_right(mine, [connection.ask(case.request) for case in mine])

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        list(pool.map(visit, range(6)))


@pytest.mark.parametrize("ways", [BODY_WAYS, CHUNKED_WAYS], ids=["with a length", "chunked"])
def test_a_body_reaches_the_application_of_those_who_are_let_in_whole_and_nobody_elses(site, ways):
    cases = site.cases(ways)
    with Connection(site.httpd.port) as connection:
        assert_right(cases, [connection.ask(case.request) for case in cases])


@pytest.mark.parametrize("ways", [BODY_WAYS, CHUNKED_WAYS], ids=["with a length", "chunked"])
def test_a_client_that_waits_for_100_continue_is_told_to_go_on_only_when_it_is_let_in(site, ways):
    ways = tuple(replace(way, headers=(("Expect", "100-continue"),)) for way in ways)
    cases = site.cases(ways)
    answers = []
    for case in cases:
        with Connection(site.httpd.port) as connection:
            connection.open().sendall(case.request.head)
            if case.prediction.outcome is Outcome.SERVED:
                first = connection.head()
                assert first.status == 100, f"{case}: {first.status}"
                connection.open().sendall(case.request.wire_body)
                answers.append(connection.receive("POST"))
            else:
                answers.append(connection.receive("POST"))
                assert connection.interim == [], case
    assert_right(cases, answers)


def test_a_websocket_opens_for_those_who_are_let_in_and_knows_them(site):
    cases = site.cases(SOCKET_WAYS)
    answers = []
    for case in cases:
        with Connection(site.httpd.port) as connection:
            answers.append(connection.ask(case.request))
            if case.prediction.outcome is Outcome.SERVED:
                name = (case.prediction.user or "").encode()
                for text in (b"first", b"second"):
                    assert say(connection, text) == name + b":" + text, case
    assert_right(cases, answers)


@pytest.mark.parametrize("world", ["event", "worker"], indirect=True)
def test_streams_of_several_people_on_one_http2_connection_are_answered_each_for_itself(site):
    cases = site.cases(FILE_WAYS + PROXY_WAYS + BODY_WAYS)
    with Http2(site.httpd.port) as connection:
        assert_right(cases, connection.ask([case.request for case in cases]))
