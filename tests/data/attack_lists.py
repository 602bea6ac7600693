"""Reads the attack lists of this folder. Each file's first lines say what its columns mean."""

import base64
import dataclasses
import re
from pathlib import Path

FOLDER = Path(__file__).parent

_ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|([rnt\\])|\{(\d+):(.)\})")
_SHORT = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"\\": b"\\"}


def unescape(column: str) -> bytes:
    """The bytes that a column stands for."""
    raw = column.encode()
    if b"\\" in _ESCAPE.sub(b"", raw):
        raise ValueError(f"not an escape of ours in {column!r}")

    def byte(match: re.Match) -> bytes:
        if match[1]:
            return bytes([int(match[1], 16)])
        return _SHORT[match[2]] if match[2] else match[4] * int(match[3])
    return _ESCAPE.sub(byte, raw)


def _lines(name: str):
    """Number and columns of each line that says something."""
    for number, line in enumerate((FOLDER / name).read_text().splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield number, line.split()


def _checked(expect: str, allowed: tuple[str, ...], where: str) -> str:
    if expect not in allowed:
        raise ValueError(f"{where}: {expect!r} is none of {', '.join(allowed)}")
    return expect


@dataclasses.dataclass(frozen=True)
class IdentityHeaders:
    line: int
    expect: str                  # "removed", "400" or "kept"
    fields: tuple[bytes, ...]
    trailers: tuple[bytes, ...]
    version: bytes               # b"HTTP/1.1" or b"HTTP/1.0"
    value: str                   # what the application sees of the first field, when it is kept

    @property
    def name(self) -> str:
        """The first field's name."""
        return (self.fields + self.trailers)[0].partition(b":")[0].decode("latin-1")

    def request(self, host: str, target: str, fields: tuple[str, ...] = ()) -> bytes:
        """The whole request as it goes over the wire, closing the connection. The list's fields come first, right
        behind the request line; `fields` (the cookie) come last."""
        method = b"POST" if self.trailers else b"GET"
        # several Connection lines are one list to httpd, so that ours does not undo the client's
        head = [b"%s %s %s" % (method, target.encode(), self.version), *self.fields, b"Host: " + host.encode(),
                b"Connection: close", *(field.encode("latin-1") for field in fields)]
        if not self.trailers:
            return b"\r\n".join(head) + b"\r\n\r\n"
        head.append(b"Transfer-Encoding: chunked")
        return b"\r\n".join(head) + b"\r\n\r\n3\r\na=b\r\n0\r\n" + b"\r\n".join(self.trailers) + b"\r\n\r\n"

    def __str__(self) -> str:
        return f"identity_headers.txt:{self.line}"


def identity_headers() -> list[IdentityHeaders]:
    cases = []
    for line, (expect, *columns) in _lines("identity_headers.txt"):
        _checked(expect, ("removed", "400", "kept"), f"identity_headers.txt:{line}")
        version = b"HTTP/1.1"
        if columns[0] == "HTTP/1.0":
            version = columns.pop(0).encode()
        value = None
        if "=>" in columns:
            at = columns.index("=>")
            value = unescape(columns[at + 1])
            columns = columns[:at]
        at = columns.index("TRAILERS") if "TRAILERS" in columns else len(columns)
        fields = tuple(unescape(column) for column in columns[:at])
        trailers = tuple(unescape(column) for column in columns[at + 1:])
        if value is None:
            value = (fields + trailers)[0].partition(b":")[2].strip(b" \t")
        cases.append(IdentityHeaders(line, expect, fields, trailers, version, value.decode("latin-1")))
    return cases


@dataclasses.dataclass(frozen=True)
class ReturnAddress:
    line: int
    follow: bool
    value: bytes    # what url= is to hold, before percent-encoding
    plain: bytes    # the address itself

    @property
    def location(self) -> str:
        """Where the browser lands when the address is followed: scheme and host in lower case, no port that is the
        scheme's own, a path at least "/"."""
        scheme, _, rest = self.plain.decode().partition("://")
        authority, path = re.match(r"([^/?]*)/?(.*)", rest, re.DOTALL).groups()
        host, _, port = authority.lower().partition(":")
        scheme = scheme.lower()
        shown = "" if port in ("", {"http": "80", "https": "443"}[scheme]) else f":{port}"
        return f"{scheme}://{host}{shown}/{path}"

    def __str__(self) -> str:
        return f"return_addresses.txt:{self.line}{'' if self.value == self.plain else ' (base64)'}"


def _from_base64(value: bytes) -> bytes:
    return base64.urlsafe_b64decode(value.replace(b"+", b"-").replace(b"/", b"_").rstrip(b"=") + b"==")


def return_addresses() -> list[ReturnAddress]:
    """Each line of form url gives two cases: the address and its base64."""
    cases = []
    for line, (expect, form, column) in _lines("return_addresses.txt"):
        where = f"return_addresses.txt:{line}"
        follow = _checked(expect, ("follow", "refuse"), where) == "follow"
        value = unescape(column)
        if _checked(form, ("url", "exact"), where) == "url":
            cases.append(ReturnAddress(line, follow, value, value))
            cases.append(ReturnAddress(line, follow, base64.b64encode(value), value))
        else:
            cases.append(ReturnAddress(line, follow, value, _from_base64(value) if follow else b""))
    return cases


@dataclasses.dataclass(frozen=True)
class RequestPath:
    line: int
    expect: str                 # "400", "404", "414", "403", "open" or "other"
    target: bytes
    version: bytes
    fields: tuple[bytes, ...]   # Host among them, unless the line takes it away

    def request(self, fields: tuple[str, ...] = (), method: str = "GET") -> bytes:
        """The whole request as it goes over the wire, closing the connection; `fields` (the cookie) come last."""
        head = [b"%s %s %s" % (method.encode(), self.target, self.version), *self.fields, b"Connection: close",
                *(field.encode("latin-1") for field in fields)]
        return b"\r\n".join(head) + b"\r\n\r\n"

    @property
    def own_path(self) -> bytes | None:
        """The raw path, where the target alone decides: no absolute form, no field of its own."""
        path = self.target.partition(b"?")[0]
        if b"://" in path or self.fields != (b"Host: app.test",) or self.version != b"HTTP/1.1":
            return None
        return path or b"/"

    def __str__(self) -> str:
        return f"request_paths.txt:{self.line}"


def request_paths() -> list[RequestPath]:
    cases = []
    for line, (expect, target, *columns) in _lines("request_paths.txt"):
        _checked(expect, ("400", "404", "414", "403", "open", "other"), f"request_paths.txt:{line}")
        version = b"HTTP/1.1"
        if columns and columns[0] == "HTTP/1.0":
            version = columns.pop(0).encode()
        own_host = columns[:1] == ["-Host"]
        if own_host:
            columns.pop(0)
        fields = tuple(unescape(column) for column in columns)
        if not own_host and not any(field.lower().startswith(b"host") for field in fields):
            fields = (b"Host: app.test", *fields)
        cases.append(RequestPath(line, expect, unescape(target), version, fields))
    return cases
