"""Clients of the stress tests: connections that stay open, pipelining, websockets, streams of HTTP/2. A response is read
to its last byte, and whatever does not fit raises ValueError."""

import socket
from contextlib import suppress
from dataclasses import dataclass

import h2.config
import h2.connection
import h2.events

from sandbox.httpd import Response


@dataclass(frozen=True)
class Request:
    host: str
    target: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    chunked: bool = False

    def encode(self, last: bool = False) -> bytes:
        """The bytes of HTTP/1.1; `last`: the server is asked to close the connection behind the answer."""
        lines = [f"{self.method} {self.target} HTTP/1.1", f"Host: {self.host}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.chunked:
            lines.append("Transfer-Encoding: chunked")
        elif self.body:
            lines.append(f"Content-Length: {len(self.body)}")
        if last:
            lines.append("Connection: close")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + (chunks(self.body) if self.chunked else self.body)

    @property
    def head(self) -> bytes:
        return self.encode().partition(b"\r\n\r\n")[0] + b"\r\n\r\n"

    @property
    def wire_body(self) -> bytes:
        return self.encode().partition(b"\r\n\r\n")[2]


def chunks(body: bytes, size: int = 1000) -> bytes:
    pieces = [body[i:i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


class Connection:
    """One connection that is kept while the server keeps it; opened anew at the next request when it was closed."""

    def __init__(self, port: int, timeout: float = 20.0):
        self.port = port
        self.timeout = timeout
        self.socket: socket.socket | None = None
        self.buffer = b""
        self.opened = 0
        self.interim: list[int] = []  # 1xx answers before the last one

    def open(self) -> socket.socket:
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), self.timeout)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.buffer = b""
            self.opened += 1
        return self.socket

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def ask(self, request: Request) -> Response:
        """Sends and receives. A connection that the server closed between two answers, as it may, is opened anew; one that
        breaks in the middle of an answer is an error, and so is a new one that brings none."""
        kept = self.socket is not None
        self._send(request.encode())
        try:
            return self.receive(request.method)
        except Unanswered:
            if not kept:
                raise
        self._send(request.encode())
        return self.receive(request.method)

    def pipeline(self, requests: list[Request]) -> list[Response]:
        """All requests at once, then all answers, in the same order. What a server that closed the connection between two
        answers has not answered is asked again; what is an error is as in `ask`."""
        answers: list[Response] = []
        while len(answers) < len(requests):
            waiting = requests[len(answers):]
            may_be_silent = self.socket is not None
            self._send(b"".join(request.encode() for request in waiting))
            try:
                for request in waiting:
                    answers.append(self.receive(request.method))
                    may_be_silent = True
                    if self.socket is None:
                        break
            except Unanswered:
                if not may_be_silent:
                    raise
        return answers

    def _send(self, data: bytes) -> None:
        """What comes of it tells the answer: a server may close, or answer and close, before it has read all."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self.open().sendall(data)

    def receive(self, method: str = "GET") -> Response:
        """Reads one answer; interim ones before it are noted in `interim`. Unanswered if not one byte of it comes."""
        self.interim = []
        if not self.buffer:
            try:
                self._more()
            except (Closed, ConnectionResetError) as error:
                self.close()
                raise Unanswered(repr(error)) from error
        while True:
            response = self.head()
            if response.status >= 200 or response.status == 101:
                break
            self.interim.append(response.status)
        if method != "HEAD" and response.status not in (101, 204, 304):
            response.body = self._body(response)
        if (response.header("Connection") or "").lower() == "close":
            self.close()
        return response

    def head(self) -> Response:
        while (end := self.buffer.find(b"\r\n\r\n")) < 0:
            self._more()
        lines = self.buffer[:end].decode("latin-1").split("\r\n")
        self.buffer = self.buffer[end + 4:]
        version, status, *reason = lines[0].split(" ", 2)
        if version != "HTTP/1.1":
            raise ValueError(f"no status line: {lines[0]!r}")
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:])]
        return Response(int(status), "".join(reason), headers, b"")

    def _body(self, response: Response) -> bytes:
        if (response.header("Transfer-Encoding") or "").lower() == "chunked":
            body = b""
            while size := int(self.line().split(b";")[0], 16):
                body += self.take(size)
                self.take(2)
            while self.line():
                pass
            return body
        length = response.header("Content-Length")
        if length is not None:
            return self.take(int(length))
        try:
            while True:
                self._more()
        except Closed:
            body, self.buffer = self.buffer, b""
            return body

    def line(self) -> bytes:
        while (end := self.buffer.find(b"\r\n")) < 0:
            self._more()
        line, self.buffer = self.buffer[:end], self.buffer[end + 2:]
        return line

    def take(self, count: int) -> bytes:
        while len(self.buffer) < count:
            self._more()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def _more(self) -> None:
        assert self.socket is not None
        piece = self.socket.recv(65536)
        if not piece:
            self.close()
            raise Closed(f"closed after {self.buffer[:200]!r}")
        self.buffer += piece


class Closed(ValueError):
    """The server closed the connection before the answer was whole."""


class Unanswered(ValueError):
    """The server closed the connection before the first byte of an answer."""


@dataclass(frozen=True)
class Raw:
    """A request of which every byte was chosen, for `Connection.ask`."""
    bytes: bytes
    method: str = "GET"

    def encode(self) -> bytes:
        return self.bytes


def ask_anything(connection: Connection, request: Raw) -> Response | None:
    """As `Connection.ask`, of a request that may be none: None where the server closed without a word."""
    try:
        return connection.ask(request)
    except Unanswered:
        return None


# websockets (RFC 6455), as little as it takes

UPGRADE = (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Version", "13"),
           ("Sec-WebSocket-Key", "c3NvLXNzby1zc28tc3NvLQ=="))


def frame(text: bytes) -> bytes:
    """One masked text frame of at most 125 bytes; a mask of zeros is a mask."""
    return bytes((0x81, 0x80 | len(text))) + bytes(4) + text


def say(connection: Connection, text: bytes) -> bytes:
    """Sends one frame on an upgraded connection. @return what the other side says"""
    assert connection.socket is not None
    connection.socket.sendall(frame(text))
    first, length = connection.take(2)
    if first != 0x81 or length > 125:
        raise ValueError(f"not a short text frame: {first:#x} {length}")
    return connection.take(length)


# HTTP/2

class Http2:
    """One connection whose streams are open `at_once` at a time, as a browser's are."""

    def __init__(self, port: int, at_once: int = 12, timeout: float = 20.0, *, careless: bool = False):
        self.at_once = at_once
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(
            client_side=True, header_encoding="latin-1", validate_outbound_headers=not careless,
            normalize_outbound_headers=not careless))
        self.h2.initiate_connection()
        self.open: dict[int, tuple[int, Response, bytes]] = {}  # by stream: which request, its answer, what is to be sent

    def close(self) -> None:
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def ask(self, requests: list[Request]) -> list[Response]:
        answers: list[Response | None] = [None] * len(requests)
        waiting = list(enumerate(requests))
        while waiting or self.open:
            while waiting and len(self.open) < self.at_once:
                self._begin(*waiting.pop(0))
            self._exchange(answers)
        self._send()
        return [answer for answer in answers if answer is not None]

    def ask_raw(self, fields: list[tuple[bytes, bytes]], trailers: list[tuple[bytes, bytes]]) -> Response:
        """One request of these fields as they are, pseudo-header fields included; with a short body if it has trailers."""
        answers: list[Response | None] = [None]
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, fields, end_stream=not trailers)
        if trailers:
            self.h2.send_data(stream, b"a=b")
            self.h2.send_headers(stream, trailers, end_stream=True)
        self.open[stream] = (0, Response(0, "", [], b""), b"")
        while self.open:
            self._exchange(answers)
        (answer,) = answers
        assert answer is not None
        return answer

    def _exchange(self, answers: list[Response | None]) -> None:
        self._send()
        data = self.socket.recv(65536)
        if not data:
            raise Closed(f"with {len(self.open)} streams open")
        for event in self.h2.receive_data(data):
            self._take(event, answers)

    def _begin(self, number: int, request: Request) -> None:
        stream = self.h2.get_next_available_stream_id()
        headers = [(":method", request.method), (":scheme", "http"), (":authority", request.host), (":path", request.target)]
        headers += [(name.lower(), value) for name, value in request.headers]
        self.h2.send_headers(stream, headers, end_stream=not request.body)
        self.open[stream] = (number, Response(0, "", [], b""), request.body)

    def _send(self) -> None:
        """Bodies, as far as the other side lets us, and whatever the protocol wants said."""
        for stream, (number, response, body) in list(self.open.items()):
            window = self.h2.local_flow_control_window(stream) if body else 0
            piece = body[:min(window, self.h2.max_outbound_frame_size)] if window > 0 else b""
            if piece:
                self.h2.send_data(stream, piece, end_stream=len(piece) == len(body))
                self.open[stream] = (number, response, body[len(piece):])
        self.socket.sendall(self.h2.data_to_send())

    def _take(self, event, answers: list[Response | None]) -> None:
        stream = getattr(event, "stream_id", None)
        if isinstance(event, h2.events.StreamReset | h2.events.ConnectionTerminated):
            raise Closed(repr(event))
        if stream not in self.open:
            return
        number, response, _ = self.open[stream]
        if isinstance(event, h2.events.ResponseReceived):
            response.headers = [(name, value) for name, value in event.headers if not name.startswith(":")]
            response.status = int(dict(event.headers)[":status"])
        elif isinstance(event, h2.events.DataReceived):
            response.body += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length, stream)
        elif isinstance(event, h2.events.StreamEnded):
            answers[number] = response
            del self.open[stream]


class CarelessHttp2:
    """Sends header blocks as they are given, whatever HTTP/2 says of them, one stream at a time; on a new connection where
    the server has ended the last one."""

    def __init__(self, port: int):
        self.port = port
        self.connection: Http2 | None = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def ask(self, fields: list[tuple[bytes, bytes]], trailers: list[tuple[bytes, bytes]] = []) -> Response | None:
        """None for a stream or a connection that the server has reset."""
        if self.connection is None:
            self.connection = Http2(self.port, careless=True)
        try:
            return self.connection.ask_raw(fields, trailers)
        except (OSError, ValueError):
            self.close()
            return None
