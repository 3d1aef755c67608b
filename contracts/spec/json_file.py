"""Read JSON files from outside: they are bounded, and every error names the place in the file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from contracts.errors import CannotRun
from contracts.spec.json_depth import MAX_DEPTH, TOO_DEEP, nests_too_deep, text_nests_too_deep
from contracts.spec.text_file import content, decoded
from mock_server.support.exact_json import NotJson, read_json
from mock_server.support.json_pointer import escape

MAX_FILE_BYTES = 64 * 1024**2

T = TypeVar("T")
_MISSING = object()
_KINDS: Mapping[type, str] = {
    dict: "an object",
    list: "a list",
    str: "a text",
    bool: "true or false",
    type(None): "null",
    int: "a number",
    float: "a number",
}
"""Names for the types of JSON values, by Python's type."""


@dataclass(frozen=True)
class JsonNode:
    """A value of the file, with its place in it."""

    file: str
    value: Any
    pointer: str = ""
    number: int = 0

    def refuse(self, what: str, remedy: str = "record it again, or mend the entry") -> CannotRun:
        """Make an error about this place, with the file and the JSON pointer; the caller raises it."""
        entry = f"entry {self.number} " if self.number else ""
        return CannotRun(f"{self.file}: {entry}({self.pointer or '/'}): {what}", remedy)

    def get(self, name: str, kind: type[T] | tuple[type[T], ...], default: Any = _MISSING) -> T:
        """A member of an object, if it has this type. Null counts as missing. Raises CannotRun."""
        value = self.object().get(name)
        if value is None:
            if default is _MISSING:
                raise self.refuse(f"`{name}` is missing")
            fallback: T = default
            return fallback
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            words = " or ".join(dict.fromkeys(_KINDS.get(each, each.__name__) for each in kinds))
            raise self.at(name).refuse(f"{_kind(value)}, not {words}")
        return value

    def at(self, name: str | int) -> "JsonNode":
        """A member, or an item; the items of the file's list of entries count from 1."""
        value = self.value.get(name) if isinstance(self.value, Mapping) else self.value[name]
        return JsonNode(self.file, value, f"{self.pointer}/{escape(name)}", self.number)

    def items(self, name: str, *, numbered: bool = False) -> list["JsonNode"]:
        """The items of a list that is a member; none if it is missing."""
        found = self.get(name, list, [])
        lists = self.at(name) if found else self
        nodes = [lists.at(index) for index in range(len(found))]
        return [JsonNode(n.file, n.value, n.pointer, index) for index, n in enumerate(nodes, 1)] if numbered else nodes

    def object(self) -> Mapping[str, Any]:
        """The value as an object. Raises CannotRun if it is none."""
        if not isinstance(self.value, Mapping):
            raise self.refuse(f"{_kind(self.value)}, not an object")
        return self.value


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), type(value).__name__)


def opened(path: Path, remedy: str) -> JsonNode:
    """Read a JSON file. Raises CannotRun."""
    return parsed(content(path, MAX_FILE_BYTES, remedy), str(path), remedy)


def parsed(raw: bytes, name: str, remedy: str, errors: str = "strict") -> JsonNode:
    """Parse JSON from bytes; ``errors`` is how bytes that are not UTF-8 are decoded. Raises CannotRun."""
    if len(raw) > MAX_FILE_BYTES:
        raise CannotRun(f"{name}: larger than {MAX_FILE_BYTES // 1024**2} MiB", "give a smaller one")
    text = decoded(raw, name, errors)
    try:
        data = read_json(text, MAX_DEPTH)
    except NotJson as fault:
        deep = text_nests_too_deep(text.encode())
        data = _MISSING if deep else _as_browsers_write(text)
        if data is _MISSING:
            why = TOO_DEEP if deep else f"line {fault.line} column {fault.column}: {fault.what}"
            raise CannotRun(f"{name}: not JSON: {why}", remedy) from None
    if nests_too_deep(data):
        raise CannotRun(f"{name}: {TOO_DEEP}", remedy)
    return JsonNode(name, data)


def _as_browsers_write(text: str) -> Any:
    """Parse JSON with half a surrogate pair, a NaN or a bare line break, which some recorders write."""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return _MISSING
