"""Applications behind httpd for the stress tests: HTTP with websockets on connections that stay open, FastCGI, and CGI.
Each tells in its answer's headers what it saw: X-Seen-User, X-Seen-Cookie, and X-Seen-Length of the body; APPLICATION is in
every body of theirs."""

import base64
import hashlib
import socketserver
import struct
import threading

APPLICATION = b"stress-application"

# What a CGI script says; dash starts in a millisecond.
CGI = """#!/bin/sh
length=0
[ "$REQUEST_METHOD" = POST ] && length=$(wc -c)
printf 'Status: %s\\r\\nX-Seen-User: %s\\r\\nX-Seen-Cookie: %s\\r\\nX-Seen-Length: %s\\r\\nContent-Type: text/plain\\r\\n\\r\\n%s\\n' \\
    "${REDIRECT_STATUS:-200}" "$HTTP_AUTH_USER" "$HTTP_COOKIE" "$length" "$BODY_TEXT"
"""


def seen(user: str, cookie: str, length: int) -> str:
    return f"X-Seen-User: {user}\r\nX-Seen-Cookie: {cookie}\r\nX-Seen-Length: {length}\r\nContent-Type: text/plain\r\n"


class Backend(socketserver.ThreadingTCPServer):
    """Serves from its construction on, on a free loopback port, until `stop`."""
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handler):
        super().__init__(("127.0.0.1", 0), handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server_address[1]

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


class _Connection(socketserver.StreamRequestHandler):
    """One connection of httpd's: what it cuts off in the middle is no concern of an application's."""
    timeout = 60
    disable_nagle_algorithm = True

    def handle(self):
        try:
            while self.serve_one():
                pass
        except (ValueError, OSError):
            return

    def serve_one(self) -> bool:
        raise NotImplementedError


class HttpBackend(Backend):
    def __init__(self):
        super().__init__(_Http)


class _Http(_Connection):
    def serve_one(self) -> bool:
        line = self.rfile.readline(65536)
        if not line:
            return False
        method = line.split(b" ", 1)[0]
        headers = self.read_headers()
        if headers.get("upgrade", "").lower() == "websocket":
            self.speak(headers)
            return False
        if headers.get("expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        length = len(self.read_body(headers))
        body = b"" if method == b"HEAD" else APPLICATION
        head = (f"HTTP/1.1 200 OK\r\n{seen(headers.get('auth-user', ''), headers.get('cookie', ''), length)}"
                f"Content-Length: {len(APPLICATION)}\r\n\r\n")
        self.wfile.write(head.encode("latin-1") + body)
        return True

    def read_headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        while line := self.rfile.readline(65536).decode("latin-1").rstrip("\r\n"):
            name, _, value = line.partition(":")
            if name.lower() in headers:
                value = headers[name.lower()] + ", " + value.strip()  # a second one must show
            headers[name.lower()] = value.strip()
        return headers

    def read_body(self, headers: dict[str, str]) -> bytes:
        if "chunked" not in headers.get("transfer-encoding", "").lower():
            return self.rfile.read(int(headers.get("content-length", "0")))
        body = b""
        while size := int(self.rfile.readline(1024).split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline(8)
        self.read_headers()
        return body

    def speak(self, headers: dict[str, str]) -> None:
        """A websocket: answers each short frame with the user's name before its text, until the client goes."""
        key = headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        user = headers.get("auth-user", "")
        self.wfile.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          f"Sec-WebSocket-Accept: {accept}\r\n{seen(user, headers.get('cookie', ''), 0)}\r\n").encode())
        while head := self.rfile.read(2):
            mask = self.rfile.read(4)
            text = bytes(byte ^ mask[i % 4] for i, byte in enumerate(self.rfile.read(head[1] & 0x7F)))
            answer = user.encode() + b":" + text
            self.wfile.write(bytes((0x81, len(answer))) + answer)


class MirrorBackend(Backend):
    """Answers with APPLICATION and all that it received, byte by byte: the request line, the header, the trailer."""

    def __init__(self):
        super().__init__(_Mirror)


class _Mirror(_Connection):
    def serve_one(self) -> bool:
        line = self.rfile.readline(65536)
        if not line:
            return False
        head = self.read_lines()
        received = line + head
        folded = head.lower()
        if b"chunked" in folded:
            while size := int(self.rfile.readline(1024).split(b";")[0], 16):
                self.rfile.read(size + 2)
            received += self.read_lines()
        elif b"content-length:" in folded:
            self.rfile.read(int(folded.partition(b"content-length:")[2].split()[0]))
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n"
                         % (len(APPLICATION) + 1 + len(received)) + APPLICATION + b"\n" + received)
        return True

    def read_lines(self) -> bytes:
        """Up to and without the empty line."""
        lines = b""
        while (line := self.rfile.readline(65536)) not in (b"\r\n", b"\n", b""):
            lines += line
        return lines


class FastCgiBackend(Backend):
    def __init__(self, handler=None):
        super().__init__(handler or _FastCgi)


_BEGIN, _END, _PARAMS, _STDIN, _STDOUT = 1, 3, 4, 5, 6
_KEEP_CONNECTION = 1


class _FastCgi(_Connection):
    """A responder by the FastCGI specification, one request at a time on a connection."""

    def serve_one(self) -> bool:
        parameters = b""
        length = 0
        keep = False
        while True:
            head = self.rfile.read(8)
            if len(head) < 8:
                return False
            _, kind, number, size, padding = struct.unpack("!BBHHBx", head)
            content = self.rfile.read(size + padding)[:size]
            if kind == _BEGIN:
                keep = bool(content[2] & _KEEP_CONNECTION)
            elif kind == _PARAMS:
                parameters += content
            elif kind == _STDIN and not content:
                break
            elif kind == _STDIN:
                length += len(content)
        answer = self.answer(list(self.pairs(parameters)), length)
        for kind, content in ((_STDOUT, answer), (_STDOUT, b""), (_END, bytes(8))):
            self.wfile.write(struct.pack("!BBHHBx", 1, kind, number, len(content), 0) + content)
        return keep

    def answer(self, parameters: list[tuple[str, str]], length: int) -> bytes:
        values = dict(parameters)
        return seen(values.get("HTTP_AUTH_USER", ""), values.get("HTTP_COOKIE", ""), length).encode() + b"\r\n" + APPLICATION

    @staticmethod
    def pairs(data: bytes):
        at = 0

        def length() -> int:
            nonlocal at
            if data[at] < 0x80:
                at += 1
                return data[at - 1]
            at += 4
            return struct.unpack("!I", data[at - 4:at])[0] & 0x7FFFFFFF
        while at < len(data):
            name_length = length()
            value_length = length()
            name = data[at:at + name_length].decode("latin-1")
            at += name_length
            yield name, data[at:at + value_length].decode("latin-1")
            at += value_length


class FastCgiMirror(FastCgiBackend):
    """Answers with APPLICATION and every parameter that it received, one `NAME: VALUE` a line."""

    def __init__(self):
        super().__init__(_FastCgiMirror)


class _FastCgiMirror(_FastCgi):
    def answer(self, parameters: list[tuple[str, str]], length: int) -> bytes:
        lines = "".join(f"{name}: {value}\r\n" for name, value in parameters)
        return b"Content-Type: text/plain\r\n\r\n" + APPLICATION + b"\n" + lines.encode("latin-1")
