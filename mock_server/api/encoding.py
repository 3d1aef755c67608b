"""The encodings of a request's body: gzip and deflate are unpacked, within the bound of a body; others are refused.

Brotli and zstd would each want a library of their own; clients of an API send them hardly ever.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping

from mock_server.errors import BadRequest, PayloadTooLarge, UnsupportedMediaType

_TAKEN = "gzip, deflate"
_MOST_MEMBERS = 100  # each is cut off what is left, which costs time


def decoded(body: bytes, headers: Iterable[tuple[bytes, bytes]], limit: int) -> bytes:
    """The body as its sender had it, at most ``limit`` bytes of it: what would unpack to more is not unpacked.

    Raises UnsupportedMediaType for an encoding that is not taken, PayloadTooLarge, BadRequest for one that is broken.
    """
    encoding = b",".join([value for name, value in headers if name == b"content-encoding"])
    name = encoding.decode("latin-1").strip().lower()
    if not body or name in ("", "identity"):
        return body
    unpack = _UNPACKERS.get(name)
    if unpack is None:
        what = f"content encoding `{name[:60]}` is not read here; send {_TAKEN}, or the body as it is"
        raise UnsupportedMediaType(what, headers=[(b"accept-encoding", _TAKEN.encode())])
    try:
        unpacked = unpack(body, limit + 1)
    except zlib.error:
        raise BadRequest(f"the body is not whole, or not {name}, as Content-Encoding says") from None
    if len(unpacked) > limit:
        raise PayloadTooLarge(f"the body is larger than {limit} bytes once unpacked from {name} (--max-body)")
    return unpacked


def _gunzip(body: bytes, most: int) -> bytes:
    """All members of a gzip file, one after the other, up to ``most`` bytes."""
    parts, size = [], 0
    for _ in range(_MOST_MEMBERS):
        part, body = _inflated(body, most - size, 16 + zlib.MAX_WBITS)
        parts.append(part)
        size += len(part)
        if not body or size >= most:
            return b"".join(parts)
    raise zlib.error("too many members")


def _deflate(body: bytes, most: int) -> bytes:
    """With the frame that the standard wants, or without it, as some clients send it."""
    framed = body[0] & 0x0F == 8 and int.from_bytes(body[:2]) % 31 == 0
    return _inflated(body, most, zlib.MAX_WBITS if framed else -zlib.MAX_WBITS)[0]


def _inflated(body: bytes, most: int, bits: int) -> tuple[bytes, bytes]:
    """At most ``most`` bytes, and what follows the end of the packed data. Raises zlib.error where it has no end."""
    unpacker = zlib.decompressobj(bits)
    unpacked = unpacker.decompress(body, most)
    if not unpacker.eof and len(unpacked) < most:
        raise zlib.error("it ends too early")
    return unpacked, unpacker.unused_data


_UNPACKERS: Mapping[str, Callable[[bytes, int], bytes]] = {"gzip": _gunzip, "x-gzip": _gunzip, "deflate": _deflate}
