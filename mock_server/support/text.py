"""Bytes from outside as text that can be kept: in UTF-8, in JSON, in a file and on a terminal."""

import base64

_BASE64 = "base64:"


def header_text(raw: bytes) -> str:
    """The value or name of an HTTP header: UTF-8 where it is that, else Latin-1, which every byte has a letter of."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def body_text(raw: bytes, most: int | None = None) -> str:
    """The first ``most`` bytes of a body (all of them without it) as text; ``base64:…`` where they are not UTF-8."""
    cut = raw[:most]
    try:
        return cut.decode("utf-8")
    except UnicodeDecodeError as fault:
        if len(cut) < len(raw) and fault.end == len(cut) and fault.reason == "unexpected end of data":
            return cut[: fault.start].decode("utf-8")  # cut within a character
        return _BASE64 + base64.b64encode(cut).decode()


def printable(text: str) -> str:
    """``text`` for a terminal or a log line: nothing in it can move the cursor or begin a line, and it is UTF-8."""
    return text if text.isprintable() else "".join(char if char.isprintable() else _escaped(char) for char in text)


def shorten(text: str, longest: int) -> str:
    """``text`` with at most ``longest`` characters: one that is longer ends in ``…``, so nobody takes it for whole."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def short_repr(value: object, longest: int = 60) -> str:
    """Any value for a message as Python writes it, ``'a text'`` or ``5``, with at most ``longest`` characters."""
    return shorten(repr(value), longest)


def _escaped(char: str) -> str:
    return f"\\x{ord(char):02x}"
