"""Fifty people at once, each on a connection of their own, as five users in turn on both applications: nobody ever sees
another's identity."""

import threading
from itertools import cycle

from sandbox.httpd import Httpd
from sandbox.protected_site import ProtectedSite
from tests.support.clients import Connection, Request
from tests.support.length import short_or_whole

PEOPLE = 50
REQUESTS = short_or_whole(6_000, 100_000)
USERS = [f"user{number}" for number in range(5)]

SETTINGS = "".join(f'[vhost."{name}.test"]\nurl = "http://{name}.sso.test/"\n[vhost."{name}.test".headers]\n'
                   f"Auth-User = '$uid'\nAuth-Secret = '$secret'\n" for name in ("proxied", "script"))

# Room for everybody at once, for good: a child that is stopped as superfluous closes connections that a proxy may just
# have chosen, which the proxy answers with 502.
ROOM = f"ThreadsPerChild {PEOPLE // 2}\nMaxRequestWorkers {PEOPLE * 2}\nStartServers 4\nMaxSpareThreads {PEOPLE * 2}\n"
KEEP = "MaxKeepAliveRequests 0\nKeepAliveTimeout 60\n"

# An application that costs little: another httpd says what it was told, and the address that was asked for.
ECHO = """
<Location "/">
    Header always set X-Seen "expr=%{HTTP:Auth-User} %{HTTP:Auth-Secret} %{HTTP:Cookie} %{REQUEST_URI}"
</Location>
"""
# The same as CGI; dash starts in a millisecond.
SCRIPT = """#!/bin/sh
printf 'X-Seen: %s %s %s %s\\r\\nContent-Type: text/plain\\r\\n\\r\\nseen\\n' \\
    "$HTTP_AUTH_USER" "$HTTP_AUTH_SECRET" "$HTTP_COOKIE" "$SCRIPT_NAME$PATH_INFO"
"""


class Person(threading.Thread):
    """Asks both applications in turn, as one user after another on the same connection."""

    def __init__(self, port: int, number: int, cookies: dict[str, str], requests: int):
        super().__init__(daemon=True)
        self.port, self.number, self.cookies, self.requests = port, number, cookies, requests
        self.asked = 0
        self.wrong: list[str] = []

    def run(self) -> None:
        users = cycle(USERS[self.number % len(USERS):] + USERS[:self.number % len(USERS)])
        with Connection(self.port, timeout=60) as connection:
            for turn in range(self.requests):
                # both applications see each user: the users are odd in number
                host, user, path = ("proxied", "script")[turn % 2], next(users), f"/{self.number}/{turn}"
                try:
                    answer = connection.ask(Request(f"{host}.test", path, headers=(("Cookie", self.cookies[user]),)))
                except (OSError, ValueError) as error:
                    self.wrong.append(f"{host}{path} as {user}: {error!r}")
                    continue
                self.asked += 1
                seen = answer.header("X-Seen")
                # ask for no more than one answer, whole, about one's own address
                if seen != f"{user} secret-of-{user} other=1 {path}" or len(answer.all("X-Seen")) != 1:
                    self.wrong.append(f"{host}{path} as {user}: {answer.status} {seen}")


def test_nobody_ever_sees_anothers_identity(build_dir, watch, measured):
    with Httpd() as backend, ProtectedSite(build_dir) as site:
        watch(site.httpd)
        backend.configure(ROOM + KEEP + ECHO)
        backend.start()
        site.settings(SETTINGS)
        script = site.cgi.with_name("seen.cgi")
        script.write_text(SCRIPT)
        script.chmod(0o755)
        site.start(site.host("proxied.test", f"SSOEngine On\nProxyPass / http://127.0.0.1:{backend.port}/")
                   + site.host("script.test", f'SSOEngine On\nScriptAlias / "{script}/"\n<Directory "{script.parent}">\n'
                                              "Require all granted\n</Directory>"),
                   ROOM + KEEP)
        cookies = {user: f"{site.login(user, secret=f'secret-of-{user}')}; other=1" for user in USERS}
        people = [Person(site.httpd.port, number, cookies, REQUESTS // PEOPLE) for number in range(PEOPLE)]
        for person in people:
            person.start()
        for person in people:
            person.join()
        wrong = [line for person in people for line in person.wrong]
        assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong[:20])
        assert sum(person.asked for person in people) == REQUESTS
        measured(f"{REQUESTS} requests of {PEOPLE} people as {len(USERS)} users, nobody as another")
