"""Classes of texts, lists and times: what a recording says in place of a value."""

import re
from enum import StrEnum


class Kind(StrEnum):
    """The types of JSON."""

    NULL = "null"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    STRING = "string"
    ARRAY = "array"
    OBJECT = "object"


class TextFormat(StrEnum):
    """Forms that a text may have."""

    PLAIN = "plain"
    MOMENT = "utc-milliseconds"
    OTHER_MOMENT = "date-time"
    DATE = "date"
    EMAIL = "email"
    PHONE = "e164"
    URL = "uri"
    UUID = "uuid"
    DIGITS = "digits"


class Size(StrEnum):
    """How many letters a text has, or items a list."""

    NONE = "0"
    ONE = "1"
    FEW = "2-5"
    SOME = "6-20"
    MANY = "21-50"
    HUNDRED = "51-100"
    MORE = "101-255"
    LONG = "256-1600"
    HUGE = "1601-"


_BOUNDS = ((0, Size.NONE), (1, Size.ONE), (5, Size.FEW), (20, Size.SOME), (50, Size.MANY), (100, Size.HUNDRED),
           (255, Size.MORE), (1600, Size.LONG))  # fmt: skip
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_OTHER_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d)?(\.\d+)?([Zz]|[+-]\d\d:?\d\d)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+[1-9]\d{5,14}")
_URL = re.compile(r"https?://\S+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def size_of(count: int) -> Size:
    """The class of a number of letters or items."""
    return next((size for most, size in _BOUNDS if count <= most), Size.HUGE)


_SIZES = tuple(size_of(count) for count in range(256))


def text_class(text: str) -> tuple[TextFormat, Size]:
    """The form of a text and the class of its length."""
    count = len(text)
    size = _SIZES[count] if count < len(_SIZES) else size_of(count)
    return _format_of(text) if 0 < count <= 400 else TextFormat.PLAIN, size


def _format_of(text: str) -> TextFormat:
    first = text[0]
    if first.isdigit() and text[4:5] == "-":
        if _MOMENT.fullmatch(text):
            return TextFormat.MOMENT
        if _DATE.fullmatch(text):
            return TextFormat.DATE
        if _OTHER_MOMENT.fullmatch(text):
            return TextFormat.OTHER_MOMENT
    if text.isdecimal():
        return TextFormat.DIGITS
    if first == "+" and _PHONE.fullmatch(text):
        return TextFormat.PHONE
    if first == "h" and _URL.fullmatch(text):
        return TextFormat.URL
    if "@" in text and _EMAIL.fullmatch(text):
        return TextFormat.EMAIL
    return TextFormat.UUID if text.count("-") == 4 and _UUID.fullmatch(text) else TextFormat.PLAIN
