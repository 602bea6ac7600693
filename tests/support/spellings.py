"""Spellings of request targets and header lines by the thousand, from a seed; and how an application could read what
comes through. Nothing here knows what mod_sso refuses: what a generator makes may be harmless, hostile or no HTTP."""

import itertools
import os
import random
import re
from urllib.parse import unquote_to_bytes

from tests.support.length import IS_WHOLE


def seed() -> int:
    """SSO_SEED; else a new one in a whole run, and the same one always in a short run."""
    return int(os.environ.get("SSO_SEED") or (random.SystemRandom().getrandbits(32) if IS_WHOLE else 1))


# targets

GUARDED = (b"/protected/", b"/site/")  # what the rules guard
_PATHS = (b"/protected/page", b"/protected/page", b"/protected/", b"/site/page", b"/protected/a/b.html", b"/site/",
          b"/x/protected/page", b"/protected", b"/page")
_DOTS = (b"/.", b"/..", b"/x/..", b"/x/y/../..", b"/", b"//x/..", b"/%2e", b"/x/%2e%2e", b"/x/.%2E", b"/;x", b"/..;",
         b"/..;a=b", b"/x/..;", b"/.;", b"/x;y/..", b"/%2e%2e%3b", b"/...", b"/x%2f..", b"/x%5c..", b"/x\\..", b"/.%00",
         b"/x/%c0%ae%c0%ae", b"/x/%252e%252e", b"/x/..%00", b"/.%09", b"/x/..%2f", b"/%u002e", b"/%uff0e")
_SLASHES = (b"//", b"///", b"\\", b"/\\", b"\\/", b"%2f", b"%2F", b"%5c", b"%5C", b"%252f", b"%255c", b"%25%32%66",
            b"%c0%af", b"\xc0\xaf", b"%e0%80%af", b"%f0%80%80%af", b"%c1%9c", b"%ef%bc%8f", b"%u002f", b"%u2215", b";/",
            b"/;", b"%3b/", b"/%2f", b"%2f/", b"%00/", b"/%00", b"%0a/", b"\t/")
_ENDS = (b"?", b"?/../open", b"?x=/protected/", b"%3f", b"%3fx", b"#", b"%23", b"?#", b";x", b";", b";jsessionid=1", b"/.",
         b"/..", b"%20", b"%00", b"%00.html", b"%0a", b".", b"/", b"//", b"%2f", b"/%2e", b"?\xff", b"?%00", b"::$DATA", b"~1")
_FORMS = (b"http://{}", b"HTTP://{}", b"https://{}", b"http://{}:80", b"http://{}:9", b"http://{}.", b"http://x@{}",
          b"http://x:y@{}", b"//{}", b"http:", b"http:/", b"http:///", b"ftp://{}", b"{}", b"*", b"ws://{}", b"http://{}%2e",
          b"http://other.test")


def escaped(chance: random.Random, byte: int) -> bytes:
    return b"%" + "".join(chance.choice((c.upper(), c)) for c in f"{byte:02x}").encode()


class Targets:
    """`next(host)` gives a spelling of a path that may be guarded, as it stands in a request line."""

    def __init__(self, chance: random.Random):
        self.chance = chance

    def next(self, host: bytes) -> bytes:
        path = self.chance.choice(_PATHS)
        for _ in range(self.chance.choice((1, 1, 1, 2, 2, 3, 4))):
            path = self.chance.choice((self._escape, self._escape_twice, self._escape_all, self._dots, self._slash, self._letter,
                                       self._insert, self._parameter, self._end))(path)
        if self.chance.random() < 0.08:
            path = self.chance.choice(_FORMS).replace(b"{}", host) + path
        return path

    def _at(self, path: bytes) -> int:
        return self.chance.randrange(len(path))

    def _slash_at(self, path: bytes) -> int:
        return self.chance.choice([match.start() for match in re.finditer(rb"/|\Z", path)])

    def _escape(self, path: bytes) -> bytes:
        at = self._at(path)
        return path[:at] + escaped(self.chance, path[at]) + path[at + 1:]

    def _escape_twice(self, path: bytes) -> bytes:
        at = self._at(path)
        once = escaped(self.chance, path[at])
        percent = self.chance.choice((b"%25", b"%%32%35"))
        digits = self.chance.choice((once[1:], b"".join(escaped(self.chance, byte) for byte in once[1:])))
        return path[:at] + percent + digits + path[at + 1:]

    def _escape_all(self, path: bytes) -> bytes:
        return path[:1] + b"".join(bytes((byte,)) if byte in b"/%" else escaped(self.chance, byte) for byte in path[1:])

    def _dots(self, path: bytes) -> bytes:
        at = self._slash_at(path)
        return path[:at] + self.chance.choice(_DOTS) + path[at:]

    def _slash(self, path: bytes) -> bytes:
        at = self._slash_at(path)
        return path[:at] + self.chance.choice(_SLASHES) + path[at + 1:]

    def _letter(self, path: bytes) -> bytes:
        at = self._at(path)
        byte = path[at]
        forms = [bytes((byte,)).swapcase(), b"%%u%04x" % byte]
        for overlong in (bytes((0xC0 | byte >> 6, 0x80 | byte & 0x3F)), bytes((0xE0, 0x80 | byte >> 6, 0x80 | byte & 0x3F)),
                         bytes((0xF0, 0x80, 0x80 | byte >> 6, 0x80 | byte & 0x3F))):
            forms += [overlong, b"".join(escaped(self.chance, one) for one in overlong)]
        if 0x21 <= byte < 0x7F:  # the wide form
            forms.append(chr(byte + 0xFEE0).encode())
        return path[:at] + self.chance.choice(forms) + path[at + 1:]

    def _insert(self, path: bytes) -> bytes:
        at = self._at(path)
        byte = self.chance.randrange(256)
        raw = bytes((byte,)) if byte not in b"\r\n" else b"%0d%0a"
        return path[:at] + self.chance.choice((raw, escaped(self.chance, byte))) + path[at:]

    def _parameter(self, path: bytes) -> bytes:
        at = self._slash_at(path)
        return path[:at] + self.chance.choice((b";", b";x", b";x=y", b"%3b", b"%3Bx", b";/", b";x;..")) + path[at:]

    def _end(self, path: bytes) -> bytes:
        return path + self.chance.choice(_ENDS)


def every_byte() -> list[bytes]:
    """Each byte escaped, once and twice, at the places where a path is taken apart."""
    targets = []
    for byte, around in itertools.product(range(256), ((b"/protected", b"/page"), (b"/", b"protected/page"),
                                                       (b"/protected/", b"page"), (b"/x/..", b"/protected/page"))):
        for form in (b"%%%02x", b"%%25%02X"):
            targets.append(around[0] + form % byte + around[1])
    return targets


_OVERLONG = re.compile(rb"[\xc0\xc1][\x80-\xbf]|\xe0[\x80-\x9f][\x80-\xbf]|\xf0[\x80-\x8f][\x80-\xbf]{2}")


def _shortest_form(overlong: re.Match) -> bytes:
    lead, *rest = overlong[0]
    code = lead & (0x7F >> len(overlong[0]))
    for byte in rest:
        code = code << 6 | byte & 0x3F
    return chr(code).encode("utf-8", "surrogatepass")


def _resolved(path: bytes) -> bytes:
    kept: list[bytes] = []
    segments = path.split(b"/")
    for segment in segments:
        if segment == b"..":
            del kept[-1:]
        elif segment not in (b"", b"."):
            kept.append(segment)
    is_folder = segments[-1] in (b"", b".", b"..")
    return b"/" + b"/".join(kept) + (b"/" if is_folder and kept else b"")


def readings(path: bytes, *, drops_parameters: bool) -> set[bytes]:
    """The paths that an application may take a decoded one for: with backslashes as slashes, overlong UTF-8 decoded, cut at
    a NUL, with or without what servlet containers take for parameters, and with dot segments and empty ones resolved."""
    found = {path}
    for change in (lambda text: _OVERLONG.sub(_shortest_form, text), lambda text: text.replace(b"\\", b"/"),
                   lambda text: text.split(b"\0")[0]):
        found |= {change(text) for text in found}
    if drops_parameters:
        found |= {re.sub(rb";[^/]*", b"", text) for text in found}
    return found | {_resolved(text) for text in found}


def may_be_guarded(path: bytes, *, is_decoded: bool, drops_parameters: bool) -> bool:
    """Whether some reading of what an application was asked for is a guarded page."""
    decoded = {path} if is_decoded else {unquote_to_bytes(path)}
    if drops_parameters and not is_decoded:
        decoded.add(unquote_to_bytes(re.sub(rb";[^/]*", b"", path)))
    return any(reading.startswith(GUARDED) for text in decoded for reading in readings(text, drops_parameters=drops_parameters))


# header lines

_SEPARATORS = [chr(byte).encode() for byte in b"!#$%&'*+-.^_`|~"]
_STRANGE = (b"", b" ", b"\t", b"\0", b"/", b"(", b"=", b";", b",", b"@", b"\\", b"\xad", b"\xe2\x80\x90", b"\xc2\xa0", b"\xff",
            b"%2d", b"--", b"-_", b"\r", b"\x7f", b"\xe2\x80\x8b")
_BEHIND = (b" ", b"\t", b"\0", b"\xc2\xa0", b"_", b"-", b".", b":", b"\r", b"\x0b", b"\xe2\x80\x8b", b"1", b"[]", b"%00")
_BEFORE = (b" ", b"\t", b"\0", b"HTTP_", b"HTTP-", b"X-", b"_", b"\xef\xbb\xbf", b":", b"REDIRECT_")
_LISTS = (b"Connection", b"connection", b"Proxy-Connection", b"Trailer", b"Keep-Alive", b"TE", b"Upgrade", b"Vary")


class Fields:
    """`next()` gives header lines, without their ends, by which a client may want to pass for `value`."""

    def __init__(self, chance: random.Random, names: tuple[str, ...], value: bytes):
        self.chance = chance
        self.names = tuple(name.encode() for name in names)
        self.value = value

    def next(self, *, simple: bool) -> list[bytes]:
        """`simple`: each is one that a server takes, so that all of them come through to whoever looks at them; else one is
        of any bytes."""
        count = self.chance.choice((1, 1, 2, 3, 5)) if self.chance.random() < 0.95 else self.chance.choice((40, 90, 120))
        odd = None if simple else self.chance.randrange(count)
        lines = []
        for number in range(count):
            simple = number != odd
            kind = self.chance.random()
            if kind < 0.75:
                lines.append(self.name(simple) + b":" + self.text(simple))
            elif kind < 0.92:
                lines.append(self.listing(simple))
            else:
                lines.append(b"X-Other:" + self.text(simple))
        if self.chance.random() < 0.2:
            lines += self.chance.choices(lines, k=2)
        return lines

    def name(self, simple: bool) -> bytes:
        name = bytes(self.chance.choice((byte, byte ^ 0x20)) if chr(byte).isalpha() else byte
                     for byte in self.chance.choice(self.names))
        name = re.sub(rb"[^A-Za-z0-9]", lambda _: self.chance.choice(_SEPARATORS), name)
        if simple or self.chance.random() < 0.6:
            return name
        return self.chance.choice((
            lambda: name + self.chance.choice(_BEHIND), lambda: self.chance.choice(_BEFORE) + name,
            lambda: re.sub(rb"[^A-Za-z0-9]", lambda _: self.chance.choice(_STRANGE), name, count=1),
            lambda: self._with_byte(name)))()

    def _with_byte(self, name: bytes) -> bytes:
        at = self.chance.randrange(len(name) + 1)
        return name[:at] + bytes((self.chance.choice([byte for byte in range(256) if byte != 0x0A]),)) + name[at:]

    def text(self, simple: bool) -> bytes:
        value = self.value
        forms = [value, b" " + value, b"\t " + value + b" \t", b"", b" ", value + b"," + value, b":" + value, value + b"\xff",
                 b"\xc3\xa9" + value, b"\"" + value + b"\"", value + b"; x=y"]
        if not simple:
            named = self.chance.choice(self.names) + b": " + value
            forms += [b"\r\n " + value, b"x\r\n\t" + value, b"x\r\n " + named, b"x\r\n \r\n " + value, b"x\n" + named,
                      b"x\r" + named, b"x\0" + value, b"\x01" + value, b"x\x0b" + named, value * 900, value + b"\x7f",
                      b"x\r\n" + named, b"x\r\r\n" + named]
        return self.chance.choice(forms)

    def listing(self, simple: bool) -> bytes:
        """A header that lists names, by which a proxy might leave ours out."""
        members = [self.name(True) if self.chance.random() < 0.8 else self.chance.choice((b"close", b"keep-alive", b"x", b""))
                   for _ in range(self.chance.randrange(1, 5))]
        separator = self.chance.choice((b",", b", ", b" ,\t", b",,", b";", b" ", b"\t", b" ; "))
        blank = b"" if simple else self.chance.choice((b"", b" ", b"\r\n ", b"\t"))
        return self.chance.choice(_LISTS) + b":" + blank + separator.join(members)


def cookies(chance: random.Random, name: bytes, value: bytes) -> list[bytes]:
    """Cookie lines with `value` under `name` somewhere, as browsers, careless programs and attackers write them."""
    form = chance.choice((b"%s=%s", b"%s=%s", b" %s=%s ", b"%s =%s", b"\t%s\t=%s", b'%s="%s"', b"%s= %s", b"%s==%s"))
    pair = form % (name, value)
    others = [chance.choice((b"a=1", b"", b" ", b"x%s=1" % name, b"%s=bogus" % name, b"%s" % name, b"$Version=1", b'b="x', b"=",
                             b"%sx=2" % name, b"%s.=3" % name)) for _ in range(chance.randrange(4))]
    others.insert(chance.randrange(len(others) + 1), pair)
    separators = [chance.choice((b"; ", b"; ", b";", b",", b" ;", b";;")) for _ in others[1:]]
    line = others[0] + b"".join(separator + piece for separator, piece in zip(separators, others[1:]))
    if chance.random() < 0.25:
        return [b"Cookie: a=1", b"cookie:" + line] if chance.random() < 0.5 else [b"Cookie: " + line, b"COOKIE: " + pair]
    return [b"Cookie: " + line]


def variable(name: str) -> str:
    """The name under which CGI knows a header."""
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in name.upper())
