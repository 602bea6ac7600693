"""What is asked of a contestant: how many people in turn, which rules, which paths, which headers."""

import dataclasses

HOST = "app.sso.test"
PAGE = "x" * 1024

TWO_HEADERS = {"Auth-User": "$uid", "Auth-Mail": "$mail"}
TEN_HEADERS = {
    "Auth-User": "$uid", "Auth-Mail": "$mail", "Auth-Name": "$cn", "Auth-Unit": "$ou", "Auth-Groups": "$groups",
    "Auth-Address": "$ENV{REMOTE_ADDR}", "Auth-Method": "$ENV{REQUEST_METHOD}", "Auth-Query": "$ENV{QUERY_STRING}",
    "Auth-Place": "\"$uid \\@ $ENV{REMOTE_ADDR}\"", "Auth-Browser": "$ENV{HTTP_USER_AGENT}",
}


@dataclasses.dataclass(frozen=True)
class Rule:
    match: str
    group: str  # who may


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    rules: tuple[Rule, ...]
    paths: tuple[str, ...] = ("/last/page.html",)
    sessions: int = 1
    counted: int = 0  # requests, where it is not one of each session's at least
    headers: dict[str, str] = dataclasses.field(default_factory=lambda: TWO_HEADERS)
    modules: tuple[str, ...] = ()  # of httpd's, that each contestant's server loads
    http2: bool = False
    proxied: bool = False
    lonely: bool = False  # each request has a connection of its own
    websocket: bool = False  # a request is the handshake of one, through the proxy
    local_cache: str = ""  # SSOLocalCache and SSOCache, where their defaults are not what is measured
    shared_cache: str = ""
    redis: bool = False  # sessions are kept there
    found_in: str = ""  # the level, as sso-status names it, that has the session of each counted request
    contestants: tuple[str, ...] = ()  # who takes part; empty: all who can
    counts: int = 1  # how often instructions are counted, where threads make the figure uncertain; the median is told
    heavy: bool = False  # left out unless asked for by name


# one entry, so that sessions in turn are never found in L1
NO_L1 = {"sessions": 400, "local_cache": "1", "contestants": ("plain", "mod_sso")}
LAST = Rule("^/last/", "group1")


def mixed_rules(count: int) -> tuple[Rule, ...]:
    """60 % anchored prefixes, 15 % suffixes, 15 % unanchored alternations, 10 % without regard to case. The last alone
    matches what is asked for."""
    def rule(number: int) -> Rule:
        kind = number % 20
        if kind < 12:
            match = f"^/team{number}/project{number % 7}/"
        elif kind < 15:
            match = f"/report{number}\\.(?:pdf|html)$" if kind == 12 else f"\\.data{number}$"
        elif kind < 18:
            match = f"(?:export{number}|import{number}|download{number})/"
        else:
            match = f"(?i)^/admin{number}/" if kind == 18 else f"(?i)/private{number}/"
        return Rule(match, f"group{number + 2}")
    return (*(rule(number) for number in range(count - 1)), LAST)


def many_paths(count: int = 5000) -> tuple[str, ...]:
    """Different paths that hold pieces of what the other rules look for."""
    words = ("team", "project", "report", "export", "admin", "private", "download", "data")
    return tuple(f"/last/{words[n % 8]}-{n % 50}/{words[n // 8 % 8]}-{n}.html" for n in range(count))


def all_scenarios() -> dict[str, Scenario]:
    one = (LAST,)
    found = [
        Scenario("one", "one session, one rule, two headers", one),
        Scenario("sessions-10k", "10,000 sessions in turn, with the default L1", one, sessions=10_000),
        Scenario("sessions-10k-sized", "10,000 sessions in turn, L1 sized for them", one, sessions=10_000,
                 local_cache="20000 64M"),
        # under callgrind a turn of all takes longer than the minute after which the use of a session is noted again
        Scenario("sessions-100k", "10,000 of 100,000 sessions in turn, L1 sized for all", one, sessions=100_000,
                 counted=10_000, local_cache="120000 512M", heavy=True),
        *(Scenario(f"rules-{count}", f"{count:,} rules of mixed shapes, the last matching, 5,000 paths",
                   mixed_rules(count), many_paths()) for count in (10, 100, 1000)),
        Scenario("headers-10", "ten headers, five of them of the request", one, headers=TEN_HEADERS),
        Scenario("proxy", "one session, in front of mod_proxy_http", one, proxied=True),
        Scenario("lonely", "one session, each request on a connection of its own", one, lonely=True),
        Scenario("websocket", "one session, the handshake of a websocket through the proxy", one, lonely=True,
                 websocket=True),
        Scenario("http2", "one session, over HTTP/2", one, http2=True, modules=("http2",), counts=9),
        Scenario("l2-hit", "400 sessions in turn, none in L1, all in L2", one, modules=("socache_shmcb",),
                 shared_cache="shmcb:16M", found_in="l2", **NO_L1),
        Scenario("redis", "400 sessions in turn, each read from Redis", one, shared_cache="Off", redis=True,
                 found_in="store", **NO_L1),
    ]
    return {scenario.name: scenario for scenario in found}
