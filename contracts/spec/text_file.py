"""Read text files from outside: bounded, in the encodings that editors and shells use."""

import codecs
from pathlib import Path

from contracts.errors import CannotRun

# PowerShell's `>` writes UTF-16, and editors of Windows begin UTF-8 with a mark. Longer marks come first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class NotText(CannotRun):
    """The bytes are in no encoding that we know."""


def content(file: str | Path, most: int, remedy: str) -> bytes:
    """Read a file. Raises CannotRun if it cannot be read, or is larger than ``most`` bytes."""
    try:
        with Path(file).open("rb") as stream:
            raw = stream.read(most + 1)
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or str(fault)
        raise CannotRun(f"{file}: {reason}", remedy) from None
    if len(raw) > most:
        size = f"{most // 1024**2} MiB" if most >= 1024**2 else f"{most // 1024} KiB"
        raise CannotRun(f"{file}: larger than {size}", remedy)
    return raw


def decoded(raw: bytes, name: str, errors: str = "strict") -> str:
    """Decode a text, without its byte order mark. Raises NotText with the line that is in no known encoding."""
    mark, encoding = next(((mark, encoding) for mark, encoding in _MARKS if raw.startswith(mark)), (b"", "utf-8"))
    try:
        return raw[len(mark) :].decode(encoding, errors)
    except UnicodeDecodeError as fault:
        line = raw.count(b"\n", 0, len(mark) + fault.start) + 1
        raise NotText(f"{name}:{line}: no {encoding.upper()} text", "save it as UTF-8") from None
