"""Turn bytes from outside into text that is safe in UTF-8, in JSON, in a file and on a terminal."""

import base64
import codecs

_BASE64 = "base64:"
# PowerShell's `>` writes UTF-16, and editors of Windows begin UTF-8 with a mark. Longer marks come first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def encoding_of(raw: bytes) -> tuple[bytes, str]:
    """The byte order mark of a text file, and the encoding that it stands for: UTF-8 without a mark."""
    return next(((mark, encoding) for mark, encoding in _MARKS if raw.startswith(mark)), (b"", "utf-8"))


def file_text(raw: bytes) -> str:
    """Decode a text file, without its byte order mark. Raises UnicodeDecodeError."""
    mark, encoding = encoding_of(raw)
    return raw[len(mark) :].decode(encoding)


def header_text(raw: bytes) -> str:
    """Decode the name or value of an HTTP header: as UTF-8 if it is that, else as Latin-1, which decodes every byte."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def body_text(raw: bytes, most: int | None = None) -> str:
    """Decode the first ``most`` bytes of a body (all of them by default); ``base64:…`` if they are not UTF-8."""
    cut = raw[:most]
    try:
        return cut.decode("utf-8")
    except UnicodeDecodeError as fault:
        if len(cut) < len(raw) and fault.end == len(cut) and fault.reason == "unexpected end of data":
            return cut[: fault.start].decode("utf-8")  # cut within a character
        return _BASE64 + base64.b64encode(cut).decode()


def printable(text: str) -> str:
    """Make ``text`` safe for a terminal or a log line: it moves no cursor, begins no line, and is UTF-8."""
    return text if text.isprintable() else "".join(char if char.isprintable() else _escaped(char) for char in text)


def shorten(text: str, longest: int) -> str:
    """Cut ``text`` to at most ``longest`` characters. A text that was cut ends in ``…``, so that everybody sees it."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def short_repr(value: object, longest: int = 60) -> str:
    """Write any value for a message as Python does, ``'a text'`` or ``5``, with at most ``longest`` characters."""
    return shorten(repr(value), longest)


def _escaped(char: str) -> str:
    return f"\\x{ord(char):02x}"
