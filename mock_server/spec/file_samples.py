"""The smallest files of the usual kinds, for answers whose body is an image, a document or a recording."""

import struct
import zlib
from collections.abc import Callable, Mapping

_LINE = "Sample of the mock"


def _png() -> bytes:
    """One grey pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"")


def _gif() -> bytes:
    return b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"


def _jpeg() -> bytes:
    """One grey pixel: the tables of a baseline JPEG with one code each."""
    quantization = b"\xff\xdb\0\x43\0" + b"\1" * 64
    frame = b"\xff\xc0\0\x0b\x08\0\1\0\1\1\1\x11\0"
    tables = b"".join(b"\xff\xc4\0\x14" + kind + b"\1" + b"\0" * 15 + b"\0" for kind in (b"\0", b"\x10"))
    return b"\xff\xd8" + quantization + frame + tables + b"\xff\xda\0\x08\1\1\0\0\x3f\0" + b"\x3f\xff\xd9"


def _pdf() -> bytes:
    """One empty page, with the table of its objects."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>",
    )
    body, places = b"%PDF-1.4\n", list[int]()
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return body + b"xref\n0 4\n0000000000 65535 f \n" + table + trailer


def _wav() -> bytes:
    """A thousandth of a second of silence."""
    data = b"\x80" * 8
    form = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8) + b"data" + struct.pack("<I", len(data))
    return b"RIFF" + struct.pack("<I", len(form) + len(data)) + form + data


def _zip() -> bytes:
    """An archive without a file in it."""
    return b"PK\5\6" + b"\0" * 18


def _gzip() -> bytes:
    packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    return packer.compress(_LINE.encode()) + packer.flush()


def _mp4() -> bytes:
    return struct.pack(">I", 24) + b"ftypisom\0\0\2\0isomiso2"


_FILES: Mapping[str, Callable[[], bytes]] = {
    "image/png": _png,
    "image/gif": _gif,
    "image/jpeg": _jpeg,
    "image/jpg": _jpeg,
    "application/pdf": _pdf,
    "audio/wav": _wav,
    "audio/x-wav": _wav,
    "audio/wave": _wav,
    "application/zip": _zip,
    "application/x-zip-compressed": _zip,
    "application/gzip": _gzip,
    "application/x-gzip": _gzip,
    "video/mp4": _mp4,
    "audio/mp4": _mp4,
}

_TEXTS: Mapping[str, str] = {
    "text/html": f"<!doctype html>\n<html><head><title>{_LINE}</title></head><body><p>{_LINE}</p></body></html>\n",
    "application/xhtml+xml": f'<html xmlns="http://www.w3.org/1999/xhtml"><body><p>{_LINE}</p></body></html>\n',
    "text/css": f"/* {_LINE} */\n",
    "text/javascript": f"// {_LINE}\n",
    "application/javascript": f"// {_LINE}\n",
    "text/csv": "id,name\n1,sample\n",
    "text/tab-separated-values": "id\tname\n1\tsample\n",
    "text/calendar": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//mock//EN\r\nEND:VCALENDAR\r\n",
    "text/vcard": f"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:{_LINE}\r\nEND:VCARD\r\n",
    "image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>\n',
    "text/xml": f"<sample>{_LINE}</sample>\n",
    "application/xml": f"<sample>{_LINE}</sample>\n",
    "text/event-stream": f"data: {_LINE}\n\n",
}


def sample_file(essence: str) -> bytes:
    """A small file of a binary media type; a line of text if the type is unknown."""
    if essence in _FILES:
        return _FILES[essence]()
    if "openxmlformats" in essence or essence.endswith("+zip"):
        return _zip()
    return sample_text(essence, _LINE).encode()


def sample_text(essence: str, otherwise: str) -> str:
    """A small text that is valid for the media type."""
    if essence not in _TEXTS and essence.endswith("+xml"):
        return _TEXTS["text/xml"]
    return _TEXTS.get(essence, otherwise)
