"""The files below one folder that a document refers to. Each is read when it is needed; count and size are bounded."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from mock_server.errors import SetupError
from mock_server.support.bounded_files import read_file
from mock_server.support.json_pointer import unescape

_MAX_FILES = 5_000
_MAX_ALL_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Place:
    """A part of a file: the file's address, and a JSON pointer."""

    file: str
    pointer: str


@dataclass
class LocalFiles:
    """Files by address. ``unreached`` has the references to files that were not read, with the reason."""

    folder: Path | None
    error: type[SetupError]
    read: dict[str, Any]
    unreached: dict[str, str] = field(default_factory=dict)
    size: int = 0

    def fetch(self, address: str, reference: str) -> bool:
        """Read the file at ``address``, which ``reference`` names. Return whether it could be read."""
        if urlsplit(address).scheme != "file" or self.folder is None:
            return False
        path = Path(unquote(urlsplit(address).path))
        why = self._refusal(path, self.folder)
        if not why:
            try:
                self.read[address] = read_file(path, self.error, slips=[])
                self.size += path.stat().st_size
                return True
            except (SetupError, OSError) as fault:
                why = str(fault)
        self.unreached[reference] = why
        return False

    def _refusal(self, path: Path, folder: Path) -> str:
        """The reason why a file must not be read; nothing if it may be read."""
        try:
            real = path.resolve(strict=True)
            size = real.stat().st_size
        except (OSError, RuntimeError, ValueError):
            return f"there is no file {path.name} there"
        if not real.is_relative_to(folder) or not real.is_file():
            return f"{path.name} is not below the document's folder"
        if len(self.read) > _MAX_FILES or self.size + size > _MAX_ALL_BYTES:
            return f"more than {_MAX_FILES:,} files, or {_MAX_ALL_BYTES // 1024**2} MiB of them"
        return ""

    def exists(self, place: Place) -> bool:
        """Tell whether a file has something at this place, and was read."""
        try:
            self.at(place)
        except LookupError:
            return False
        return True

    def at(self, place: Place) -> Any:
        """The node at a place of a file. Raises LookupError if there is none."""
        node = self.read[place.file]
        for token in place.pointer.split("/")[1:]:
            if isinstance(node, list):
                if not token.isdigit() or int(token) >= len(node):
                    raise LookupError(token)
                node = node[int(token)]
            elif isinstance(node, dict):
                node = node[unescape(token)]
            else:
                raise LookupError(token)
        return node
