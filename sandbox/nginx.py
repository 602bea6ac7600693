"""A private nginx on a free loopback port, in the foreground, with everything that it writes in its own folder."""

from pathlib import Path

from sandbox.process import Server, free_port, port_answers, subfolder, write

NGINX = "/usr/sbin/nginx"

MAIN = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log notice;
events {{
    worker_connections 256;
}}
http {{
    access_log off;
    client_body_temp_path {folder}/temporary/body;
    proxy_temp_path {folder}/temporary/proxy;
    fastcgi_temp_path {folder}/temporary/fastcgi;
    uwsgi_temp_path {folder}/temporary/uwsgi;
    scgi_temp_path {folder}/temporary/scgi;
{http}
}}
"""


class Nginx(Server):
    """`Nginx().start("server { listen 127.0.0.1:PORT; … }")`, where PORT is `port`."""

    name = "nginx"

    def __init__(self, folder: Path | None = None):
        super().__init__(folder)
        self.port = free_port()
        subfolder(self.folder, "temporary")

    def start(self, http: str) -> "Nginx":
        configuration = write(self.folder / "nginx.conf", MAIN.format(folder=self.folder, http=http))
        self.spawn([NGINX, "-p", str(self.folder), "-e", str(self.folder / "error.log"), "-c", str(configuration)],
                   as_service_user=True)
        self.wait_until(lambda: port_answers(self.port))
        return self

    def log_tail(self, lines: int = 30) -> str:
        log = self.folder / "error.log"
        return super().log_tail(lines) + ("\n" + log.read_text(errors="replace")[-4000:] if log.exists() else "")
