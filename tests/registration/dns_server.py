"""A name server of a few lines, for names that a test says."""

import socket
import struct
import threading

TYPES = {"A": 1, "PTR": 12, "AAAA": 28}


def encode_name(name: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


class DnsServer:
    """Answers on 127.0.0.1:53. `silent` keeps it from answering."""

    def __init__(self, names: dict[str, tuple[str, list[str]]]):
        self.names = names
        self.silent = False

    def answer(self, query: bytes) -> bytes:
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
            at += query[at] + 1
        question, kind = query[12:at + 5], struct.unpack(">H", query[at + 1:at + 3])[0]
        record_type, values = self.names.get(".".join(labels), ("", []))
        if not record_type:
            return query[:2] + struct.pack(">HHHHH", 0x8183, 1, 0, 0, 0) + question  # NXDOMAIN
        records = b""
        values = values if TYPES[record_type] == kind else []
        for value in values:
            data = socket.inet_aton(value) if record_type == "A" else encode_name(value)
            records += struct.pack(">HHHIH", 0xC00C, kind, 1, 60, len(data)) + data
        return query[:2] + struct.pack(">HHHHH", 0x8180, 1, len(values), 0, 0) + question + records

    def _serve(self) -> None:
        while True:
            try:
                query, client = self.socket.recvfrom(512)
            except OSError:
                return
            if query == b"end":
                return
            if not self.silent:
                self.socket.sendto(self.answer(query), client)

    def __enter__(self) -> "DnsServer":
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ending:
            ending.sendto(b"end", ("127.0.0.1", 53))
        self.thread.join(5)
        self.socket.close()
