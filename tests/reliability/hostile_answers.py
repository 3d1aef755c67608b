"""Answers of webhook receivers that no server should give: one, two or three things wrong with each, or noise."""

import gzip
import random
from collections.abc import Callable

Chance = random.Random

ANY_BYTE = bytes(set(range(256)) - set(b"\r\n"))
_BODY = b'{"ok": true}'
_ODD_TEXTS = (
    *(b"caf\xe9", "café".encode(), b"\xed\xa0\x80", b"\xff\xfe\x00", b"\x1b[31m\x9b", b"", b" ", b"\t", b"a\x00b"),
    *(ANY_BYTE, b"x" * 9_000, b"\xe9" * 70_000, b"%s%n", b"\xf0\x9f\x98\x80", b"1", b"-1", b"9" * 400, b"\xb2"),
)
_STATUSES = (b"200", b"201", b"204", b"299", b"304", b"410", b"429", b"503", b"999", b"000", b"101", b"100", b"099")
_ODD_STATUSES = (*_STATUSES, b"20", b"2000", b"-1", b"+200", b"2 0", b"", b"\xb2\x30\x30", b"OK")
_VERSIONS = (b"HTTP/1.1", b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2", b"HTTP/9.9", b"http/1.1", b"ICY", b"", b"HTTP/1.1\x00")
_NAMES = (
    *(b"Retry-After", b"Set-Cookie", b"Location", b"Content-Type", b"Content-Encoding", b"Transfer-Encoding"),
    *(b"Content-Length", b"Connection", b"Upgrade", b"Trailer", b"X-Caf\xe9", b"X A", b"", b"\x00", b"X" * 70_000),
)
_VALUES = (
    *(
        b"gzip",
        b"br",
        b"deflate",
        b"zstd",
        b"\xff",
        b"chunked",
        b"gzip, chunked",
        b"identity, \xe9",
        b"chunked, chunked",
    ),
    *(b"text/html; charset=\xff", b"application/json; charset=utf-16", b"keep-alive, close", b"h2c", b"0", b"5", b"6"),
    *(b"99999999999999999999999", b"0x5", b"5, 6", b"Wed, 99 Foo 20226 99:99:99 GMT", b"Fri, 31 Dec 9999 23:59:59 GMT"),
)
_PREFIXES = (
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: \xe9\r\n\r\n",
    b"HTTP/1.1 102 Processing\r\n\r\n" * 40,
    b"\r\n\r\n",
    b"\x15\x03\x01\x00\x02\x02\x28",
    b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03" + ANY_BYTE,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
)
_BODIES = (
    *(
        b"",
        _BODY,
        ANY_BYTE,
        b"\xff\xfe",
        b"x" * 2_047 + "é".encode() + b"y" * 99,
        b"x" * 2_047 + b"\xe9",
        b"\x00" * 300,
    ),
    *(b"x" * 200_000, gzip.compress(b"x" * 99), gzip.compress(b"x" * 99)[:20], b"\x1f\x8b\x08\x00" + ANY_BYTE),
    *(b'"\\ud800"', b"[" * 5_000, b"HTTP/1.1 200 OK\r\n\r\n" * 3),
)
_CHUNKED = (
    *(b"5\r\nhello\r\n0\r\n\r\n", b"5;\xff=\xe9\r\nhello\r\n0\r\nX-Caf\xe9: \xe9\r\n\r\n", b"zz\r\nhello\r\n0\r\n\r\n"),
    *(
        b"fffffffffffffffffff\r\nhello",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhel",
        b"5\r\nhello!!\r\n0\r\n\r\n",
        b"5\nhello\n0\n\n",
    ),
)


def sound() -> bytes:
    """What a good receiver says."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(_BODY), _BODY)


def answer(rng: Chance) -> bytes:
    """What a hostile one says before it hangs up."""
    parts = _Parts(rng)
    for change in rng.sample(_CHANGES, rng.choice((1, 1, 1, 2, 2, 3))):
        change(parts)
    whole = parts.whole()
    return rng.choice(_ENDS)(rng, whole)


class _Parts:
    """A sound answer, to be made unsound part by part."""

    def __init__(self, rng: Chance) -> None:
        self.rng = rng
        self.before = b""
        self.line = [b"HTTP/1.1", b"200", b"OK"]
        self.headers: list[bytes] = []
        self.body = _BODY
        self.length: bytes | None = b""  # empty: the right one
        self.eol = b"\r\n"

    def whole(self) -> bytes:
        headers = list(self.headers)
        if self.length is not None:
            headers.append(b"Content-Length: " + (self.length or b"%d" % len(self.body)))
        head = [b" ".join(self.line), *headers, b"", b""]
        return self.before + self.eol.join(head) + self.body


def _status(parts: _Parts) -> None:
    parts.line[1] = parts.rng.choice(_ODD_STATUSES)


def _known_status(parts: _Parts) -> None:
    parts.line[1] = parts.rng.choice(_STATUSES)


def _version(parts: _Parts) -> None:
    parts.line[0] = parts.rng.choice(_VERSIONS)


def _reason(parts: _Parts) -> None:
    parts.line[2] = parts.rng.choice(_ODD_TEXTS)


def _value(parts: _Parts) -> None:
    parts.headers.append(b"X-Server: " + parts.rng.choice(_ODD_TEXTS))


def _name(parts: _Parts) -> None:
    parts.headers.append(parts.rng.choice(_NAMES) + b": " + parts.rng.choice((*_VALUES, *_ODD_TEXTS)))


def _no_colon(parts: _Parts) -> None:
    parts.headers.append(parts.rng.choice((b"X-Server", b": x", b" folded: x", b"X-A:b", b"X-A :b", b"\xff")))


def _many(parts: _Parts) -> None:
    parts.headers += [b"X-%d: \xe9%d" % (number, number) for number in range(parts.rng.choice((60, 200, 2_000)))]


def _length(parts: _Parts) -> None:
    parts.length = parts.rng.choice(
        (b"0", b"5", b"999", b"-1", b"1" * 30, b"\xb2", b"5, 5", b"5\r\nContent-Length: 6", None)
    )


def _body(parts: _Parts) -> None:
    parts.body = parts.rng.choice(_BODIES)


def _chunks(parts: _Parts) -> None:
    parts.headers.append(b"Transfer-Encoding: chunked")
    parts.length, parts.body = None, parts.rng.choice(_CHUNKED)


def _encoding(parts: _Parts) -> None:
    parts.headers.append(b"Content-Encoding: " + parts.rng.choice(_VALUES))


def _lines(parts: _Parts) -> None:
    parts.eol = parts.rng.choice((b"\n", b"\r", b"\r\r\n", b"\n\r"))


def _prefix(parts: _Parts) -> None:
    parts.before = parts.rng.choice(_PREFIXES)


_CHANGES: list[Callable[[_Parts], None]] = [
    *(_status, _known_status, _known_status, _version, _reason, _value, _value, _name, _name, _no_colon, _many),
    *(_length, _body, _body, _chunks, _encoding, _lines, _prefix),
]


def _cut(rng: Chance, whole: bytes) -> bytes:
    return whole[: rng.randrange(len(whole) + 1)]


def _damaged(rng: Chance, whole: bytes) -> bytes:
    """Some bytes are others."""
    found = bytearray(whole)
    for _ in range(rng.choice((1, 2, 9))):
        found[rng.randrange(len(found))] = rng.randrange(256)
    return bytes(found)


def _with_garbage(rng: Chance, whole: bytes) -> bytes:
    return whole + rng.choice((ANY_BYTE, b"\r\n\r\n", whole, rng.randbytes(999)))


def _noise(rng: Chance, whole: bytes) -> bytes:
    return rng.randbytes(rng.choice((0, 1, 7, 100, 5_000)))


_ENDS: list[Callable[[Chance, bytes], bytes]] = [
    *([lambda rng, whole: whole] * 8),
    *(_cut, _cut, _damaged, _with_garbage, _noise),
]


def pieces(rng: Chance, whole: bytes) -> list[bytes]:
    """How it goes out: at once, or in a few packets."""
    cuts = sorted(rng.randrange(len(whole) + 1) for _ in range(rng.choice((0, 0, 0, 1, 3))))
    ends = [*cuts, len(whole)]
    return [whole[start:end] for start, end in zip([0, *cuts], ends, strict=True)] if whole else []
