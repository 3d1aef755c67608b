"""Media types: the format of a body, and how well a type fits what a client accepts."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

_JSON = re.compile(r"[\w.*-]+/(?:[\w.+*-]+\+)?json(?:5)?", re.IGNORECASE)
_LINES = re.compile(r"application/(?:x-)?(?:ndjson|jsonl|json-lines|json-seq)|text/(?:x-)?(?:ndjson|jsonl)")
_XML = re.compile(r"(?:application|text)/xml|[\w.*-]+/[\w.+-]+\+xml")
_YAML = re.compile(r"(?:application|text)/(?:x-|vnd\.)?yaml|[\w.*-]+/[\w.+-]+\+yaml")
_CSV = re.compile(r"(?:text|application)/(?:x-)?(?:csv|tab-separated-values|comma-separated-values)")
_TEXT = re.compile(r"text/.*|application/(?:javascript|ecmascript|x-javascript|graphql|sql|jwt|jose|xhtml\+xml)")
_WORD = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,127}/[A-Za-z0-9!#$%&'*+.^_`|~-]{1,127}")
_PARAMETER = re.compile(r';\s*([A-Za-z0-9!#$%&\'*+.^_`|~-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)')


class Format(StrEnum):
    """A group of media types that are read and written in the same way."""

    JSON = "json"
    JSON_LINES = "JSON lines"
    XML = "XML"
    YAML = "YAML"
    CSV = "CSV"
    FORM = "form"
    MULTIPART = "multipart"
    EVENT_STREAM = "event stream"
    TEXT = "text"
    BINARY = "binary"


STRUCTURED = frozenset({Format.JSON, Format.JSON_LINES, Format.XML, Format.YAML, Format.CSV, Format.FORM})
"""The formats that can write any JSON value, and not only a text."""


class MediaType(NamedTuple):
    """The parts of a media type's name: ``type/subtype`` in lower case, and its parameters."""

    essence: str
    parameters: Mapping[str, str]

    @property
    def is_range(self) -> bool:
        """Tell whether the media type is a range such as `image/*`."""
        return "*" in self.essence

    @property
    def charset(self) -> str:
        """The encoding of a text; UTF-8 if the media type names none."""
        return self.parameters.get("charset", "utf-8")


@lru_cache(maxsize=512)  # the names come from clients too, so they are bounded
def parsed(name: str) -> MediaType:
    """Split the name of a media type into its parts. A malformed name stays whole."""
    essence, _, _ = name.partition(";")
    texts = {key.lower(): value.strip('"').lower() for key, value in _PARAMETER.findall(name[:500])}
    return MediaType(essence.strip().lower(), texts)


def is_json(name: str) -> bool:
    """Tell whether a body of this media type is one JSON value, also by another name: `application/hal+json`."""
    return bool(_JSON.fullmatch(parsed(name).essence))


def format_of(name: str) -> Format:
    """The format of a body of this media type. A range that includes JSON counts as JSON."""
    essence = parsed(name).essence
    if _LINES.fullmatch(essence):
        return Format.JSON_LINES
    if _JSON.fullmatch(essence) or essence in ("*/*", "application/*", "*", "", "json"):
        return Format.JSON
    if essence == "application/x-www-form-urlencoded":
        return Format.FORM
    if essence.startswith("multipart/"):
        return Format.MULTIPART
    if essence == "text/event-stream":
        return Format.EVENT_STREAM
    for pattern, format in ((_XML, Format.XML), (_YAML, Format.YAML), (_CSV, Format.CSV), (_TEXT, Format.TEXT)):
        if pattern.fullmatch(essence):
            return format
    return Format.BINARY


_CONCRETE = {
    "text/*": "text/plain",
    "image/*": "image/png",
    "audio/*": "audio/wav",
    "video/*": "video/mp4",
    "multipart/*": "multipart/mixed",
}


def sendable(name: str, *, binary: bool = False) -> str:
    """The Content-Type for a media type of the document: a range stands for its usual type."""
    essence = parsed(name).essence
    if "*" not in essence and _WORD.fullmatch(essence) and name.isascii() and name.isprintable():
        return name
    if essence in _CONCRETE:
        return _CONCRETE[essence]
    return "application/octet-stream" if binary or format_of(name) is Format.BINARY else "application/json"


def specificity(asked: MediaType, offered: MediaType) -> int:
    """How exactly a range of the Accept header names an offered type; 0 if it does not include it."""
    wanted, _, wanted_sub = asked.essence.partition("/")
    given, _, given_sub = offered.essence.partition("/")
    if asked.essence in ("*/*", "*"):
        return 1
    if "*" in given or (wanted == given and given_sub == "*"):
        return 1  # the document itself leaves it open
    if wanted == given and wanted_sub == "*":
        return 2
    if asked.essence != offered.essence:
        return 0
    shared = [name for name, value in asked.parameters.items() if name != "q" and offered.parameters.get(name) == value]
    return 3 + len(shared)
