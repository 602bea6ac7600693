"""The private redis-server that demo and tests start."""

import os

import pytest

from sandbox.redis import Redis


@pytest.mark.parametrize("options", [{}, {"password": "p-w"}, {"tls": True, "password": "p-w"}, {"maxmemory": "5mb"}],
                         ids=["plain", "password", "tls", "maxmemory"])
def test_it_answers_and_is_gone_when_stopped(options):
    with Redis(**options).start() as redis:
        assert redis.command("SET", "k", b"\x00v") == "OK"
        assert redis.command("GET", "k") == "\x00v"
        assert redis.command("GET", "absent") is None
        assert redis.command("CONFIG", "GET", "save") == ["save", ""]
        redis.stall()
        redis.go_on()
        redis.restart()
        assert redis.command("EXISTS", "k") == 0
        folder = redis.folder
        pid = redis.pid
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_it_asks_for_its_password():
    with Redis(password="p-w").start() as redis:
        redis.password = None
        with pytest.raises(RuntimeError, match="NOAUTH"):
            redis.command("GET", "k")


def test_it_is_full_when_it_may_hold_no_more():
    with Redis(maxmemory="2mb").start() as redis:
        with pytest.raises(RuntimeError, match="OOM"):
            for number in range(100):
                redis.command("SET", f"k{number}", b"x" * 100_000)
