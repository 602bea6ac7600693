"""What the stress tests look through: a broken answer must not be taken for a connection that was closed in time."""

import socket
import threading
from contextlib import contextmanager

import pytest

from sandbox.process import wait_for
from tests.support.clients import Closed, Connection, Request, Unanswered
from tests.support.load import Load, Walks

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npage\r\n"  # without its last chunk
REQUEST = Request("app.test", "/")


@contextmanager
def server(*connections: tuple[bytes, ...]):
    """Gives the connections that it accepts, one after another, these answers, one for each request; then it closes;
    after the last one it listens no more. @return its port"""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve() -> None:
            for answers in connections:
                with listener.accept()[0] as client, client.makefile("rb") as requests:
                    for answer in answers:
                        while requests.readline() not in (b"\r\n", b""):
                            pass
                        client.sendall(answer)
            listener.close()
        port = listener.getsockname()[1]
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield port
        thread.join(20)
        assert not thread.is_alive(), "not every connection was asked for"


def ask_twice(connection: Connection) -> list[bytes]:
    return [connection.ask(REQUEST).body for _ in range(2)]


def pipeline_two(connection: Connection) -> list[bytes]:
    return [answer.body for answer in connection.pipeline([REQUEST, REQUEST])]


@pytest.mark.parametrize("send", [ask_twice, pipeline_two])
def test_what_a_server_left_unanswered_on_a_kept_connection_is_asked_again(send):
    with server((WHOLE,), (WHOLE,)) as port, Connection(port) as connection:
        assert send(connection) == [b"page", b"page"]
        assert connection.opened == 2


@pytest.mark.parametrize("send", [ask_twice, pipeline_two])
@pytest.mark.parametrize("broken", [WHOLE[:9], WHOLE[:-1], CHUNKED], ids=["head", "body", "chunks"])
def test_an_answer_that_breaks_off_is_an_error_and_is_not_asked_for_again(send, broken):
    with server((WHOLE, broken)) as port, Connection(port) as connection:
        with pytest.raises((Closed, ConnectionResetError)):
            send(connection)
        assert connection.opened == 1


@pytest.mark.parametrize("send", [ask_twice, pipeline_two])
def test_a_new_connection_that_brings_no_answer_is_an_error(send):
    with server((b"",)) as port, Connection(port) as connection:
        with pytest.raises(Unanswered):
            send(connection)


def test_load_tells_of_a_broken_answer_and_of_one_that_never_ends(monkeypatch):
    def judge(_case, _answer, _seconds):
        return None
    with server((WHOLE, WHOLE[:-1])) as port, Load(port, [REQUEST], judge, threads=1) as load:
        load.wait_for_requests(2)
    with pytest.raises(AssertionError, match="no answer"):
        load.assert_flawless()
    monkeypatch.setattr(Load, "LONGEST_ANSWER", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        load = Load(silent.getsockname()[1], [REQUEST], judge, threads=1)
        load.__enter__()
        with pytest.raises(AssertionError, match="1 of 1 still wait"):
            load.__exit__()


@pytest.mark.parametrize("error", [AssertionError("of a promise"), StopIteration(), AttributeError("of nothing")])
def test_walks_tell_of_whatever_one_of_them_fails_on_and_go_on(error):
    failures = iter([error])

    def fails_once() -> None:
        if failure := next(failures, None):
            raise failure
    with Walks({"good": lambda: None, "bad": fails_once}) as walks:
        wait_for(lambda: walks.walked.get("good", 0) > 2 and walks.walked.get("bad", 0) > 2, 20, "both go on")
    with pytest.raises(AssertionError, match=f"1 or more of .*\n.*bad: {type(error).__name__}"):
        walks.assert_flawless()
