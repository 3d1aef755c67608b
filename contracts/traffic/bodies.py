"""Bodies of recorded messages: as text, in base64, still compressed, or cut off by the recorder."""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping
from typing import Any

from contracts.spec.json_file import JsonNode
from contracts.traffic.recording import Part
from contracts.transport.exchange import NOT_JSON, Exchange
from contracts.transport.guarded_session import MAX_ANSWER_BYTES
from mock_server.support.exact_json import write_json

_GZIP = b"\x1f\x8b"
_DEFLATE = "deflate"
_STILL_PACKED = ("br", "zstd", "compress", _DEFLATE)


def recorded_bytes(holder: JsonNode) -> bytes:
    """The bytes of a body; `base64` if the file says so, also in lines or without padding. Raises CannotRun."""
    value = holder.object().get("text")
    if isinstance(value, dict | list):  # some write the value of a JSON body
        return bytes_of(value)
    text = holder.get("text", str)
    if str(holder.object().get("encoding", "")).lower() != "base64":
        return text.encode("utf-8", "surrogatepass")
    plain = re.sub(r"\s+", "", text).rstrip("=").translate({ord("-"): "+", ord("_"): "/"})
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise holder.at("text").refuse("not base64, and `encoding` says so") from None


def bytes_of(value: Any) -> bytes:
    """The text of a JSON value in a recording. Half a surrogate pair, which is no JSON, stays as it came."""
    try:
        return write_json(value)
    except TypeError:
        return json.dumps(value, ensure_ascii=False, default=float).encode("utf-8", "surrogatepass")


def unpacked(body: bytes, headers: Mapping[str, str], size: Any) -> tuple[bytes, Part]:
    """Decompress a body. The format says that it is decompressed already; some recorders do not do that, or cut it.

    ``size`` is the length that the recording gives.
    """
    if body.startswith(_GZIP):
        body = _gunzipped(body)
    if _is_json(body):
        return body, Part.WHOLE
    cut = isinstance(size, int) and len(body) < size
    packings = [name.strip().lower() for name in headers.get("content-encoding", "").split(",")]
    if packings == [_DEFLATE] and (inflated := _inflated(body)) is not None:
        return inflated, Part.WHOLE
    packed = any(name in _STILL_PACKED for name in packings)
    return body, Part.HEAD if cut or packed else Part.WHOLE


def _gunzipped(body: bytes) -> bytes:
    """Decompress up to the largest allowed answer; return the bytes unchanged if they are not gzip."""
    try:
        return zlib.decompressobj(wbits=31).decompress(body, MAX_ANSWER_BYTES)
    except zlib.error:
        return body


def _inflated(body: bytes) -> bytes | None:
    """Decompress "deflate", which some send with the head of zlib and some without; None for what is neither."""
    for wbits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            return zlib.decompressobj(wbits).decompress(body, MAX_ANSWER_BYTES)
        except zlib.error:
            continue
    return None


def _is_json(body: bytes) -> bool:
    return Exchange("", "", {}, b"", 0, {}, body).json is not NOT_JSON
