"""The places of findings in the files of the documents: file, line and column, counted as an editor does, and the lines
around.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import yaml

from contracts.report import run_facts
from contracts.report.schema_nodes import SchemaNodes, members
from contracts.rules.location import NOWHERE, Location
from contracts.spec.dialect import BASE
from contracts.spec.document import Contract, Document, blank
from contracts.spec.readable_parts import METHODS

_BEFORE, _AFTER = 2, 4
"""Lines that are shown before and after a place."""
_WIDEST = 160
"""Characters of a line that are shown; a file may be one line."""


@dataclass(frozen=True)
class Place:
    """A place in a file of the repository. ``excerpt`` has the lines around it by number; it is empty when the file
    cannot be read.
    """

    file: str
    line: int = 1
    column: int = 1
    excerpt: Mapping[int, str] = field(default_factory=dict)


class DocumentPlaces:
    """Finds places in the documents of a contract. Each file is read once, at its first use."""

    def __init__(self, contract: Contract) -> None:
        self._files = [DocumentFile(document) for document in contract.documents]
        self._of: dict[str, DocumentFile] = {}
        for file in self._files:
            for operation in (*(known.key for known in file.document.operations), *file.document.webhooks):
                self._of.setdefault(operation, file)

    def find(self, operation: str, location: Location = NOWHERE) -> Place:
        """The place of a finding. An operation that no document has gets the place of the paths."""
        return self._of.get(operation, self._files[0]).find(operation, location)


class DocumentFile:
    """One document, as the file that it was read from."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._name = run_facts.path_of(document)

    def find(self, operation: str, location: Location = NOWHERE) -> Place:
        """The place of a finding in an operation; the place of the operation, or of the first path, where nothing
        closer is known.
        """
        key = self._keys.get(operation) or self._keys.get("")
        if key is None:
            return Place(self._name)
        node = self._nodes.find(key[1], key[2], location) if location != NOWHERE and operation in self._keys else None
        mark = (node or key[0]).start_mark
        return Place(self._name, mark.line + 1, mark.column + 1, self._excerpt(mark.line, mark.column))

    @cached_property
    def _text(self) -> str:
        try:
            return self.document.file.read_text("utf-8-sig") if self.document.file else ""
        except (OSError, UnicodeDecodeError):
            return ""

    @cached_property
    def _lines(self) -> Sequence[str]:
        return self._text.splitlines()

    @cached_property
    def _root(self) -> yaml.Node | None:
        try:
            return yaml.compose(self._text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except (yaml.YAMLError, RecursionError):  # JSON with tabs is no YAML
            return None

    @cached_property
    def _nodes(self) -> SchemaNodes:
        return SchemaNodes(self._root)

    @cached_property
    def _keys(self) -> Mapping[str, tuple[yaml.Node, yaml.Node, yaml.Node]]:
        """Operation → its key, its own node, and that of its path; the first path for none."""
        base = str(self.document.raw.get(BASE, ""))
        found: dict[str, tuple[yaml.Node, yaml.Node, yaml.Node]] = {}
        for word, item, path, node in self._items():
            found.setdefault("", (path, node, node))
            for method, operation in members(node):
                if word == "webhooks":
                    found.setdefault(f"WEBHOOK {item}", (path, operation, node))
                elif method.value in METHODS:
                    found[f"{method.value.upper()} {blank(base + item)}"] = method, operation, node
        return found

    def _items(self) -> Iterator[tuple[str, str, yaml.Node, yaml.Node]]:
        for name, value in members(self._root):
            if name.value in ("paths", "webhooks"):
                for path, node in members(value):
                    yield name.value, path.value, path, self._nodes.resolved(node) or node

    def _excerpt(self, line: int, column: int) -> Mapping[int, str]:
        first = max(0, line - _BEFORE)
        lines = self._lines[first : line + _AFTER + 1]
        return {first + number + 1: _cut(text, column) for number, text in enumerate(lines)}


def _cut(text: str, column: int) -> str:
    """Cut a long line down to the part around a column."""
    if len(text) <= _WIDEST:
        return text
    first = max(0, column - _WIDEST // 3)
    return f"{'…' if first else ''}{text[first : first + _WIDEST]}{'…' if first + _WIDEST < len(text) else ''}"
