"""The encodings of a request's body: gzip and deflate are unpacked, within the bound of a body; others are refused.

Brotli and zstd would each want a library of their own; clients of an API send them hardly ever.
"""

import zlib
from collections.abc import Callable, Generator, Iterable, Mapping

from mock_server.errors import BadRequest, PayloadTooLarge, UnsupportedMediaType
from mock_server.event_loop.turns import in_turns
from mock_server.support.text import shorten

_TAKEN = "gzip, deflate"
_MAX_MEMBERS = 100  # each needs memory of its own
_FED = 64 * 1024  # bytes of a packed body that are looked at together
_PIECE = 1024 * 1024  # bytes that are unpacked together: a millisecond or two


def unpacking(body: bytes, headers: Iterable[tuple[bytes, bytes]], limit: int) -> Generator[None, None, bytes]:
    """Unpack a body in slices of work. A body that would be larger than ``limit`` bytes is not unpacked.

    Raises UnsupportedMediaType for an encoding that is not read here, PayloadTooLarge, and BadRequest for a broken
    body.
    """
    encoding = b",".join([value for name, value in headers if name == b"content-encoding"])
    name = encoding.decode("latin-1").strip().lower()
    if not body or name in ("", "identity"):
        return body
    unpack = _UNPACKERS.get(name)
    if unpack is None:
        what = f"content encoding `{shorten(name, 60)}` is not read here; send {_TAKEN}, or the body as it is"
        raise UnsupportedMediaType(what, headers=[(b"accept-encoding", _TAKEN.encode())])
    parts, size = [], 0
    try:
        for part in unpack(body):
            parts.append(part)
            size += len(part)
            if size > limit:
                raise PayloadTooLarge(f"the body is larger than {limit} bytes once unpacked from {name} (--max-body)")
            yield
    except zlib.error:
        raise BadRequest(f"the body is not whole, or not {name}, as Content-Encoding says") from None
    return b"".join(parts)


async def decoded(body: bytes, headers: Iterable[tuple[bytes, bytes]], limit: int) -> bytes:
    """Unpack a body while other requests go on. Raises the same errors as ``unpacking``."""
    for name, _ in headers:
        if name == b"content-encoding":
            return await in_turns(unpacking(body, headers, limit))
    return body


def _gunzip(body: bytes) -> Generator[bytes, None, None]:
    """All members of a gzip file, one after the other."""
    start = 0
    for _ in range(_MAX_MEMBERS):
        start = yield from _inflated(body, start, 16 + zlib.MAX_WBITS)
        if start >= len(body):
            return
    raise zlib.error("too many members")


def _deflate(body: bytes) -> Generator[bytes, None, None]:
    """With the frame that the standard wants, or without it, as some clients send it."""
    framed = body[0] & 0x0F == 8 and int.from_bytes(body[:2]) % 31 == 0
    yield from _inflated(body, 0, zlib.MAX_WBITS if framed else -zlib.MAX_WBITS)


def _inflated(body: bytes, start: int, bits: int) -> Generator[bytes, None, int]:
    """Unpack from ``start`` on, in pieces; return the end. Raises zlib.error where there is none."""
    unpacker = zlib.decompressobj(bits)
    for at in range(start, len(body), _FED):
        fed = body[at : at + _FED]
        while True:
            piece = unpacker.decompress(fed, _PIECE)
            yield piece
            if unpacker.eof:
                return min(at + _FED, len(body)) - len(unpacker.unused_data)
            fed = unpacker.unconsumed_tail
            if not fed and len(piece) < _PIECE:
                break
    raise zlib.error("it ends too early")


_UNPACKERS: Mapping[str, Callable[[bytes], Iterable[bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _deflate,
}
