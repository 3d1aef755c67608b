"""Requests that two servers in a row could read differently; some hide a second one, ``PATCH /v1/faqs``.

A case is the bytes, and how many answers a reader of RFC 9112 gives. Whatever it says, a refusal is right: not to take
what is not clear is always safe. The hidden request, which would be answered 405, never is.
"""

from collections.abc import Iterator, Mapping, Sequence

REFUSED = 0
"""Any other answer would be wrong: the bytes have no reading, or two."""

_KEY = b"Authorization: Bearer sk_test_local\r\n"
_HEAD = b"Host: localhost\r\n" + _KEY + b"Content-Type: application/json\r\n"
HIDDEN = b"PATCH /v1/faqs HTTP/1.1\r\nHost: localhost\r\n" + _KEY + b"\r\n"
PROBE = b"GET /v1/faqs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + _KEY + b"\r\n"
"""What follows a case: answered 200 where the connection goes on."""
BODY = b'{"firstName": "Ada"}'
_LINE = b"POST /v1/leads HTTP/1.1\r\n"
_CHUNK = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
_LENGTH = b"Content-Length: %d\r\n" % len(BODY)
_CHUNKED = b"Transfer-Encoding: chunked\r\n"


def _post(*headers: bytes, body: bytes = BODY, line: bytes = _LINE) -> bytes:
    return b"".join([line, _HEAD, *headers, b"\r\n", body])


def _get(target: bytes = b"/v1/organization", *, line: bytes = b"", headers: bytes = _HEAD) -> bytes:
    return (line or b"GET %s HTTP/1.1\r\n" % target) + headers + b"\r\n"


def _both_framings() -> Iterator[tuple[str, bytes, int]]:
    """A length and chunks at once, with the words for chunks disguised."""
    hidden = b"0\r\n\r\n" + HIDDEN
    length = b"Content-Length: %d\r\n" % len(hidden)
    for name, written in {
        "plain": b"Transfer-Encoding: chunked\r\n",
        "capitals": b"Transfer-Encoding: ChUnKeD\r\n",
        "tab": b"Transfer-Encoding:\tchunked\r\n",
        "space before the colon": b"Transfer-Encoding : chunked\r\n",
        "tab before the colon": b"Transfer-Encoding\t: chunked\r\n",
        "space before the name": b" Transfer-Encoding: chunked\r\n",
        "vertical tab": b"Transfer-Encoding: \x0bchunked\r\n",
        "form feed": b"Transfer-Encoding: chunked\x0c\r\n",
        "NUL": b"Transfer-Encoding: chunked\x00\r\n",
        "quotes": b'Transfer-Encoding: "chunked"\r\n',
        "a parameter": b"Transfer-Encoding: chunked;q=1\r\n",
        "xchunked": b"Transfer-Encoding: xchunked\r\n",
        "chunkedx": b"Transfer-Encoding: chunkedx\r\n",
        "identity": b"Transfer-Encoding: identity\r\n",
        "identity after": b"Transfer-Encoding: chunked, identity\r\n",
        "identity before": b"Transfer-Encoding: identity, chunked\r\n",
        "a comma too many": b"Transfer-Encoding: ,chunked\r\n",
        "nothing": b"Transfer-Encoding:\r\n",
        "folded": b"Transfer-Encoding:\r\n chunked\r\n",
        "folded name": b"X: y\r\n Transfer-Encoding: chunked\r\n",
        "bare LF before": b"X: y\nTransfer-Encoding: chunked\r\n",
        "bare CR before": b"X: y\rTransfer-Encoding: chunked\r\n",
        "name in two lines": b"Transfer-Encoding\r\n: chunked\r\n",
        "twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "twice, once identity": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "twice, once cow": b"Transfer-Encoding: cow\r\nTransfer-Encoding: chunked\r\n",
        "a letter outside ASCII": b"Transfer-Encoding: chun\xe2\x84\xaaed\r\n",
    }.items():
        yield f"length before chunks, {name}", _post(length, written, body=hidden), REFUSED
        yield f"length after chunks, {name}", _post(written, length, body=hidden), REFUSED
    for name, written in {"underscore": b"Transfer_Encoding: chunked\r\n", "TE": b"TE: chunked\r\n"}.items():
        yield f"length, and {name} means nothing", _post(_LENGTH, written), 1


def _lengths() -> Iterator[tuple[str, bytes, int]]:
    for name, written in {
        "two": b"Content-Length: 5\r\nContent-Length: %d\r\n" % len(BODY),
        "two, swapped": b"Content-Length: %d\r\nContent-Length: 5\r\n" % len(BODY),
        "two in a line": b"Content-Length: 5, %d\r\n" % len(BODY),
        "plus": b"Content-Length: +20\r\n",
        "minus": b"Content-Length: -1\r\n",
        "hex": b"Content-Length: 0x14\r\n",
        "exponent": b"Content-Length: 2e1\r\n",
        "space inside": b"Content-Length: 2 0\r\n",
        "letters after": b"Content-Length: 20abc\r\n",
        "empty": b"Content-Length: \r\n",
        "beyond 64 bits": b"Content-Length: 18446744073709551636\r\n",
        "fraction": b"Content-Length: 20.0\r\n",
        "Arabic digits": "Content-Length: ٢٠\r\n".encode(),
        "quotes": b'Content-Length: "20"\r\n',
        "vertical tab": b"Content-Length: \x0b20\r\n",
        "NUL": b"Content-Length: 20\x00\r\n",
        "space before the colon": b"Content-Length : 20\r\n",
        "space before the name": b" Content-Length: 20\r\n",
        "bare LF before": b"X: y\nContent-Length: 20\r\n",
        "bare CR before": b"X: y\rContent-Length: 20\r\n",
    }.items():
        yield f"length, {name}", _post(written), REFUSED
    yield "length with zeros before", _post(b"Content-Length: 00020\r\n"), 1
    yield "length with spaces around", _post(b"Content-Length: \t 20 \t\r\n"), 1
    yield "length of a GET that has a body", _get(headers=_HEAD + b"Content-Length: %d\r\n" % len(HIDDEN)) + HIDDEN, 1
    yield "a body longer than its length", _post(_LENGTH) + _get(), 2


def _chunks() -> Iterator[tuple[str, bytes, int]]:
    size = b"%x" % len(BODY)
    for name, body in {
        "size with 0x": b"0x" + size,
        "size with a plus": b"+" + size,
        "size with a minus": b"-" + size,
        "size after a space": b" " + size,
        "size with an underscore": b"1_4",
        "size empty": b"",
        "size no number": b"zz",
        "size beyond 64 bits": b"F" * 17,
        "size that wraps round": b"1" + b"0" * 15 + size,
    }.items():
        yield f"chunks, {name}", _post(_CHUNKED, body=body + b"\r\n" + BODY + b"\r\n0\r\n\r\n"), REFUSED
    for name, body in {
        "size ends in LF": size + b"\n" + BODY + b"\r\n0\r\n\r\n",
        "size ends in CR": size + b"\r" + BODY + b"\r\n0\r\n\r\n",
        "extension ends in LF": size + b";a\n" + BODY + b"\r\n0\r\n\r\n",
        "extension with a NUL": size + b";a=\x00\r\n" + BODY + b"\r\n0\r\n\r\n",
        "data without an end": size + b"\r\n" + BODY + b"0\r\n\r\n",
        "data ends in LF": size + b"\r\n" + BODY + b"\n0\r\n\r\n",
        "data ends in other bytes": size + b"\r\n" + BODY + b"XX0\r\n\r\n",
        "more data than the size": b"5\r\n" + BODY + b"\r\n0\r\n\r\n",
        "trailer with a space before the colon": size + b"\r\n" + BODY + b"\r\n0\r\nX : y\r\n\r\n",
        "trailer without a colon": size + b"\r\n" + BODY + b"\r\n0\r\nX\r\n\r\n",
        "trailer with a NUL": size + b"\r\n" + BODY + b"\r\n0\r\nX: \x00\r\n\r\n",
    }.items():
        yield f"chunks, {name}", _post(_CHUNKED, body=body), REFUSED
    for name, body in {
        "plain": _CHUNK,
        "zeros before the size": b"000" + _CHUNK,
        "size in capitals": size.upper() + _CHUNK[len(size) :],
        "last size of many zeros": _CHUNK[: -len(b"0\r\n\r\n")] + b"0000\r\n\r\n",
        "extension": size + b';a=b;c="d e"\r\n' + BODY + b"\r\n0;last\r\n\r\n",
        "trailers": size + b"\r\n" + BODY + b"\r\n0\r\nX: y\r\n\r\n",
        "trailers that would frame": size + b"\r\n" + BODY + b"\r\n0\r\nContent-Length: 5\r\n\r\n",
        "trailers that would name a host": size + b"\r\n" + BODY + b"\r\n0\r\nHost: evil.example\r\n\r\n",
        "hidden in a chunk": b"%x\r\n%s\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN),
    }.items():
        yield f"chunks, {name}", _post(_CHUNKED, body=body), 1
    yield "chunks in HTTP/1.0", _post(_CHUNKED, body=_CHUNK, line=_LINE.replace(b"1.1", b"1.0")), 1


def _lines() -> Iterator[tuple[str, bytes, int]]:
    for name, line in {
        "HTTP/0.9": b"GET /v1/organization\r\n",
        "HTTP/1.10": b"GET /v1/organization HTTP/1.10\r\n",
        "HTTP/2.0": b"GET /v1/organization HTTP/2.0\r\n",
        "http/1.1": b"GET /v1/organization http/1.1\r\n",
        "no slash": b"GET v1/organization HTTP/1.1\r\n",
        "a fragment of two": b"GET /v1/organization HTTP/1.1 HTTP/1.1\r\n",
        "a space in the target": b"GET /v1/ organization HTTP/1.1\r\n",
        "tabs": b"GET\t/v1/organization\tHTTP/1.1\r\n",
        "a CR inside": b"GET /v1/organization\r HTTP/1.1\r\n",
        "a NUL inside": b"GET /v1/organi\x00zation HTTP/1.1\r\n",
        "a space before": b" GET /v1/organization HTTP/1.1\r\n",
        "an unknown method": b"SMUGGLE /v1/organization HTTP/1.1\r\n",
        "a method with a colon": b"GET: /v1/organization HTTP/1.1\r\n",
        "no method": b"/v1/organization HTTP/1.1\r\n",
        "no version": b"GET /v1/organization \r\n",
    }.items():
        yield f"line, {name}", _get(line=line), REFUSED
    yield "line, empty ones before", b"\r\n\r\n" + _get(), 1
    yield "line, absolute form", _get(b"http://localhost/v1/organization"), 1
    yield "line, absolute form of another host", _get(b"http://evil.example/v1/organization"), 1
    yield "line, authority form", _get(b"localhost:80"), REFUSED
    yield "line, asterisk form", _get(line=b"OPTIONS * HTTP/1.1\r\n"), 1


def _headers() -> Iterator[tuple[str, bytes, int]]:
    for name, written in {
        "no colon": b"Nonsense\r\n",
        "no name": b": x\r\n",
        "a space in the name": b"X Y: z\r\n",
        "a NUL in the name": b"X\x00: z\r\n",
        "a NUL in the value": b"X: \x00\r\n",
        "a CR in the value": b"X: a\rb\r\n",
        "a letter outside ASCII in the name": b"\xc3\xa9: z\r\n",
        "two hosts": b"Host: evil.example\r\n",
        "folded": b"X: a\r\n b\r\n",
    }.items():
        yield f"header, {name}", _get(headers=_HEAD + written), REFUSED
    yield "header, host that is folded", _get(headers=b"Host:\r\n localhost\r\n" + _KEY), REFUSED
    yield "header, no host", _get(headers=_KEY), REFUSED
    yield "header, host with a path", _get(headers=b"Host: localhost/v1\r\n" + _KEY), REFUSED
    yield "header, host with a user", _get(headers=b"Host: a@localhost\r\n" + _KEY), REFUSED
    yield "header, all lines end in LF", _get().replace(b"\r\n", b"\n"), 1
    yield "header, hop by hop ones named", _get(headers=_HEAD + b"Connection: close, Authorization\r\n"), 1
    yield "expect, and the body follows", _post(_LENGTH, b"Expect: 100-continue\r\n"), 1
    yield "expect, something else", _post(_LENGTH, b"Expect: 200-ok\r\n"), 1
    yield "close, and one more", _get(headers=_HEAD + b"Connection: close\r\n") + HIDDEN, 1
    for protocol in (b"h2c", b"websocket"):
        offer = b"Connection: Upgrade\r\nUpgrade: %s\r\n" % protocol
        yield f"upgrade to {protocol.decode()} and a body", _post(offer, _LENGTH) + _get(), 2
        yield f"upgrade to {protocol.decode()} and chunks", _post(offer, _CHUNKED, body=_CHUNK) + _get(), 2
        hidden = b"Content-Length: %d\r\n" % len(HIDDEN)
        yield f"upgrade to {protocol.decode()}, hidden", _get(headers=_HEAD + offer + hidden) + HIDDEN, 1
    offer = b"Connection: Upgrade\r\nUpgrade: h2c\r\n"
    yield "600 upgrades in a pipeline", _get(headers=_HEAD + offer) * 600, 600
    yield "CONNECT and one more", _get(line=b"CONNECT localhost:80 HTTP/1.1\r\n") + HIDDEN, REFUSED


def cases() -> Mapping[str, tuple[bytes, int]]:
    """By name: the bytes, and how many answers are right besides one refusal."""
    found: dict[str, tuple[bytes, int]] = {}
    for group in (_both_framings, _lengths, _chunks, _lines, _headers):
        for name, raw, answers in group():
            if name in found:
                raise ValueError(f"two cases of the name {name}")
            found[name] = (raw, answers)
    return found


def fault(answers: int, statuses: Sequence[int]) -> str:
    """What is wrong with the statuses that a case and the probe after it got; nothing when they are right."""
    if 405 in statuses:
        return "the hidden request was answered"
    if not statuses:
        return "no answer"
    refused = statuses[0] >= 400 and list(statuses[1:]) in ([], [200])
    if refused or (answers != REFUSED and len(statuses) in (answers, answers + 1)):
        return ""
    return f"answered {', '.join(map(str, statuses))}"
