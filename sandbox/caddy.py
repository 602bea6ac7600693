"""A private Caddy on a free loopback port, in the foreground, with everything that it writes in its own folder."""

from pathlib import Path

from sandbox.process import Server, free_port, port_answers, subfolder, write

CADDY = "/usr/bin/caddy"

# no administration socket, no certificates, nothing of another instance's
GLOBAL = """\
{
	admin off
	auto_https off
}
"""


class Caddy(Server):
    """`Caddy().start("http://app.test:PORT { … }")`, where PORT is `port`."""

    name = "caddy"

    def __init__(self, folder: Path | None = None):
        super().__init__(folder)
        self.port = free_port()
        self.home = subfolder(self.folder, "home")

    def start(self, sites: str, env: dict[str, str] | None = None) -> "Caddy":
        configuration = write(self.folder / "Caddyfile", GLOBAL + sites)
        self.spawn([CADDY, "run", "--config", str(configuration), "--adapter", "caddyfile"], as_service_user=True,
                   env={"HOME": str(self.home), "XDG_DATA_HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home),
                        **(env or {})})
        self.wait_until(lambda: port_answers(self.port))
        return self
