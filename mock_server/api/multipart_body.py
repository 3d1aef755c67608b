"""`multipart/form-data` and its kin: parts with names; of a file its name, type and size are kept."""

import re
from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser
from typing import Any

from mock_server.api.form_body import Encodings, typed
from mock_server.spec.media_types import is_json, parsed
from mock_server.spec.schema import Schema
from mock_server.spec.uploaded_file import UploadedFile
from mock_server.support.exact_json import NotJson, read_json
from mock_server.support.text import shorten

_MAX_PARTS = 1_000
_MAX_HEAD_BYTES = 16 * 1024
_BOUNDARY = re.compile(r'boundary\s*=\s*(?:"([^"]{1,200})"|([^;\s]{1,200}))', re.IGNORECASE)


def read_multipart(body: bytes, media: str, schema: Schema, encodings: Encodings) -> dict[str, Any]:
    """The value of a multipart body. Raises ValueError with words for the client."""
    pairs = []
    for number, (head, content) in enumerate(_parts(body, media)):
        if number >= _MAX_PARTS:
            raise ValueError(f"a form of more than {_MAX_PARTS:,} parts")
        given = head.get_param("name", header="content-disposition")
        name = _text(given) if given else f"part{number}"
        _refuse_another_type(name, head, encodings.get(name, {}).get("contentType"))
        pairs.append((name, _value(head, content)))
    return typed(pairs, schema, encodings)


def _parts(body: bytes, media: str) -> Iterator[tuple[Message, bytes]]:
    """The head and the content of each part."""
    boundary = _BOUNDARY.search(media)
    if boundary is None:
        raise ValueError("the content type names no boundary; let the HTTP library set the header")
    mark = b"--" + (boundary[1] or boundary[2]).encode("latin-1")
    pieces = (b"\r\n" + body).split(b"\r\n" + mark)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise ValueError("the body does not end with its boundary: it is cut short, or the boundary is another one")
    for piece in pieces[1:-1]:
        head, blank, content = piece.partition(b"\r\n\r\n")
        if not blank or len(head) > _MAX_HEAD_BYTES:
            raise ValueError("a part of the body has no head, or one that is too long")
        yield HeaderParser().parsestr(head.strip(b"\r\n \t").decode("utf-8", "replace") + "\n\n"), content


def _refuse_another_type(name: str, head: Message, documented: Any) -> None:
    """Raise ValueError if a part says that it is of another media type than the document has for it.

    A part that does not say so is taken, and a text whose client calls every text ``text/plain``.
    """
    sent = parsed(head.get("content-type", "")).essence
    is_file = head.get_param("filename", header="content-disposition") is not None
    if not sent or not isinstance(documented, str) or (sent == "text/plain" and not is_file):
        return
    wanted = [parsed(it).essence for it in documented.split(",")]
    ranges = tuple(it.removesuffix("*") for it in wanted if it.endswith("/*"))
    if not (sent in wanted or "*/*" in wanted or sent.startswith(ranges)):
        raise ValueError(
            f"the part `{shorten(name, 60)}` is {shorten(sent, 60)}; the document takes {', '.join(wanted)}"
        )


def _value(head: Message, content: bytes) -> Any:
    """A file, a JSON value, or a text."""
    file_name = head.get_param("filename", header="content-disposition")
    media = head.get("content-type", "")
    if file_name is not None:
        kind = parsed(media).essence if media else "application/octet-stream"
        return UploadedFile(_text(file_name), kind, len(content))
    if media and is_json(media):
        try:
            return read_json(content, doubles=True)
        except NotJson as fault:
            raise ValueError(f"a part that says it is JSON is not: {fault.what}") from None
    try:
        return content.decode(parsed(media).charset if media else "utf-8")
    except (UnicodeDecodeError, LookupError):
        return UploadedFile("", parsed(media).essence, len(content))


def _text(value: Any) -> str:
    """A parameter of a header, which may come with its encoding (RFC 2231)."""
    return str(value[2]) if isinstance(value, tuple) else str(value)
