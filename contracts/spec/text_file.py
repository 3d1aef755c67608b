"""Read text files from outside: bounded, in the encodings that editors and shells use."""

from pathlib import Path

from contracts.errors import CannotRun
from mock_server.support.readable_file import open_readable
from mock_server.support.text import encoding_of


class NotText(CannotRun):
    """The bytes are in no encoding that we know."""


def content(file: str | Path, most: int, remedy: str) -> bytes:
    """Read a file. Raises CannotRun if it cannot be read, or is larger than ``most`` bytes."""
    try:
        with open_readable(Path(file)) as stream:
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
    mark, encoding = encoding_of(raw)
    try:
        return raw[len(mark) :].decode(encoding, errors)
    except UnicodeDecodeError as fault:
        line = raw.count(b"\n", 0, len(mark) + fault.start) + 1
        raise NotText(f"{name}:{line}: no {encoding.upper()} text", "save it as UTF-8") from None
