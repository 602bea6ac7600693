#!/usr/bin/python3
"""A protected application that shows what it received: at every path a page for people, and with ?format=json an object.
Run by httpd it is a CGI script; run with a port number it is an HTTP server of its own, for a reverse proxy.

Stands alone, so that it can be copied where the service user may run it. It reads the wire itself: a library's parser
would hide what a client smuggled in."""

import html
import json
import os
import socketserver
import sys
from urllib.parse import parse_qs

# The headers that the demo's rules send; a page for people shows them first.
IDENTITY_HEADERS = ("auth-user", "unit", "authorization", "remote-ip")
MARK = "echo-application"  # in every body: a test that must not reach the application looks for it


def describe(app, method, path, query, remote_user, headers, trailers=()):
    seen = {"app": app, "method": method, "path": path, "query": query, "remote_user": remote_user,
            "headers": [list(pair) for pair in headers], "mark": MARK}
    if trailers:
        seen["trailers"] = [list(pair) for pair in trailers]
    return seen


def render(seen):
    """Content type and body."""
    if parse_qs(seen["query"]).get("format") == ["json"]:
        return "application/json", json.dumps(seen) + "\n"
    identity = [pair for pair in seen["headers"] if wire_name(pair[0]) in IDENTITY_HEADERS]
    others = [pair for pair in seen["headers"] if pair not in identity]
    who = html.escape(seen["remote_user"] or "nobody")
    title = html.escape(f"{seen['app']}{seen['path']}")
    return "text/html; charset=utf-8", (
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
        f"<title>{title}</title>\n<style>{STYLE}</style></head>\n"
        f"<body data-mark=\"{MARK}\"><h1>{title}</h1>\n<p>Signed in as <strong>{who}</strong>.</p>\n"
        f"<h2>Identity headers</h2>\n{table(identity)}\n"
        f"<h2>Everything else that this application received</h2>\n{table(others)}</body></html>\n")


STYLE = """
:root{color-scheme:light dark;--line:#d9dfe8;--soft:#e7eefb}
@media(prefers-color-scheme:dark){:root{--line:#2b3544;--soft:#22314b}}
body{font:16px/1.5 system-ui,"DejaVu Sans",sans-serif;max-width:54rem;margin:2.5rem auto;padding:0 1.25rem}
h1,th,td{overflow-wrap:anywhere}h2{margin-top:2rem;font-size:1.2rem}
table{border-collapse:collapse;width:100%;table-layout:fixed}
th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line)}
th{width:34%;font-weight:600}strong{background:var(--soft);padding:.1rem .5rem;border-radius:.4rem}
"""


def wire_name(name):
    """HTTP_AUTH_USER and Auth-User alike."""
    return name.lower().removeprefix("http_").replace("_", "-")


def table(headers):
    if not headers:
        return "<p>None.</p>"
    rows = "".join(f"<tr><th scope=\"row\">{html.escape(name)}</th><td>{html.escape(value)}</td></tr>\n"
                   for name, value in headers)
    return f"<table>\n{rows}</table>"


# CGI

def cgi():
    if os.environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
        while sys.stdin.buffer.read(65536):  # httpd is still sending; a reset would lose the answer
            pass
    headers = [(name, value) for name, value in os.environ.items()
               if name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")]
    seen = describe(os.environ.get("APP_NAME", "app2"), os.environ.get("REQUEST_METHOD", ""),
                    os.environ.get("SCRIPT_NAME", "") + os.environ.get("PATH_INFO", ""),
                    os.environ.get("QUERY_STRING", ""), os.environ.get("REMOTE_USER", ""), headers)
    seen["auth_type"] = os.environ.get("AUTH_TYPE", "")
    kind, body = render(seen)
    sys.stdout.write(f"Content-Type: {kind}\r\n\r\n{body}")


# HTTP

class Handler(socketserver.StreamRequestHandler):
    timeout = 10

    def handle(self):
        try:
            request_line = self.rfile.readline(65536).decode("latin-1").rstrip("\r\n")
            if not request_line:
                return
            method, target, _ = request_line.split(" ", 2)
            headers = self.read_fields()
            trailers = self.skip_body(headers)
        except (ValueError, OSError):
            return
        path, _, query = target.partition("?")
        values = {name.lower(): value for name, value in headers}
        self.server.note(headers)
        seen = describe(self.server.app, method, path, query, values.get("auth-user", ""), headers, trailers)
        kind, text = render(seen)
        body = text.encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
        if cache := parse_qs(query).get("cache"):  # a cacheable answer, for tests of caches
            head += f"Cache-Control: {' '.join(cache[0].split())}\r\n"
        self.wfile.write(head.encode("latin-1") + b"\r\n" + (b"" if method == "HEAD" else body))

    def read_fields(self):
        fields = []
        while True:
            line = self.rfile.readline(65536).decode("latin-1").rstrip("\r\n")
            if not line:
                return fields
            name, _, value = line.partition(":")
            fields.append((name, value.strip()))

    def skip_body(self, headers):
        """Reads the body away; the trailer fields of a chunked one."""
        values = {name.lower(): value for name, value in headers}
        if "chunked" in values.get("transfer-encoding", "").lower():
            while (size := int(self.rfile.readline(1024).split(b";")[0], 16)) > 0:
                self.rfile.read(size + 2)
            return self.read_fields()
        self.rfile.read(int(values.get("content-length", "0")))
        return []


class EchoServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port, app):
        self.app = app
        self.requests = 0  # how many were answered, for tests of answers that nobody sees
        self.last_headers = {}
        super().__init__(("127.0.0.1", port), Handler)

    def note(self, headers):
        self.last_headers = dict(headers)
        self.requests += 1


def main():
    if "GATEWAY_INTERFACE" in os.environ:
        cgi()
        return
    if len(sys.argv) < 2 or not sys.argv[1].isdigit():
        sys.exit("usage: echo_app.py PORT [NAME]")
    EchoServer(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "app1").serve_forever()


if __name__ == "__main__":
    main()
