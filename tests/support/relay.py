"""Ways to a server that stand between it and its clients: whoever comes is taken in here first. One can be cut:
connections through it are reset (RST), those that stand and those that come, until it is mended."""

import socket
import struct
import threading
from collections.abc import Callable

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Door:
    """A port of loopback. Each connection is given to `take`, one after another, until it is shut."""

    def __init__(self, take: Callable[[socket.socket], None]):
        self._take = take
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def shut(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._take(client)


class Relay:
    def __init__(self, target: int):
        self.target = target
        self.resets = 0
        self._cut = False
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._door = Door(self._take)
        self.port = self._door.port

    def cut(self) -> None:
        with self._lock:
            self._cut = True
            for connection in self._open:
                self._reset(connection)
            self._open.clear()

    def mend(self) -> None:
        with self._lock:
            self._cut = False

    def stop(self) -> None:
        self.cut()
        self._door.shut()

    def _reset(self, connection: socket.socket) -> None:
        self.resets += 1
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        connection.shutdown(socket.SHUT_RD)  # wakes the thread that reads it; the close is what resets
        connection.close()

    def _take(self, client: socket.socket) -> None:
        with self._lock:
            if self._cut:
                self._reset(client)
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target), 5)
            except OSError:
                self._reset(client)
                return
            self._open.update((client, server))
        for source, sink in ((client, server), (server, client)):
            sink.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while piece := source.recv(65536):
                sink.sendall(piece)
        except OSError:
            pass
        with self._lock:
            for connection in (source, sink):
                if connection in self._open:
                    self._open.discard(connection)
                    connection.close()
