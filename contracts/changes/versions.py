"""One version of a document, read for a comparison: in one dialect, with references that can be followed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contracts.errors import CannotRun
from contracts.spec.dialect import BASE, plain
from contracts.spec.document import Document, blank
from contracts.spec.readable_parts import METHODS
from mock_server.errors import SpecError
from mock_server.support.bounded_files import read_file
from mock_server.support.garbage_collector import collector_paused
from mock_server.support.json_pointer import find
from mock_server.support.local_references import bundled

_MAX_REFERENCES = 50
Node = Mapping[str, Any]


@dataclass
class Version:
    """A document as a comparison reads it: without judging it, so that a faulty part stops nothing."""

    document: Document
    server: str = ""
    """The URL of the first server."""
    lost: dict[str, None] = field(default_factory=dict)
    """References that lead nowhere."""
    _targets: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def base(self) -> str:
        """The path of the first server."""
        return str(self.document.raw.get(BASE, ""))

    def resolve(self, node: Any) -> Any:
        """The node, or the target of its references; an empty mapping where one leads nowhere."""
        for _ in range(_MAX_REFERENCES):
            reference = node.get("$ref") if isinstance(node, Mapping) else None
            if not isinstance(reference, str):
                return node
            node = self.target(reference)
        self.lost[str(node.get("$ref"))] = None
        return {}

    def target(self, reference: str) -> Any:
        """The target of a reference; an empty mapping if it leads nowhere."""
        if reference not in self._targets:
            self._targets[reference] = self._found(reference)
        return self._targets[reference]

    def _found(self, reference: str) -> Any:
        node = self.document.raw if reference == "#" else find(self.document.raw, reference)
        if isinstance(node, Mapping | bool):
            return node
        self.lost[reference] = None
        return {}

    def mapping(self, node: Any, *words: str) -> Node:
        """The mapping below ``words``, references followed; an empty one if there is none."""
        node = self.resolve(node)
        for word in words:
            node = self.resolve(node.get(word)) if isinstance(node, Mapping) else None
        return node if isinstance(node, Mapping) else {}

    def operations(self) -> Iterator[tuple[str, str, Node, Node]]:
        """Each operation: its key without the base path, its path, the path item and the operation."""
        for path, raw in self.mapping(self.document.raw, "paths").items():
            item, path = self.mapping(raw), path.removeprefix(self.base)
            more = self.mapping(item, "additionalOperations")
            for method, operation in [*((word, item.get(word)) for word in METHODS), *more.items()]:
                if isinstance(self.resolve(operation), Mapping):
                    yield f"{method.upper()} {blank(path)}", path, item, self.mapping(operation)

    def keyed(self, key: str) -> str:
        """The key of an operation with the base path, as the whole program writes it."""
        method, _, path = key.partition(" ")
        return f"{method} {self.base}{path}"

    def webhooks(self) -> Iterator[tuple[str, Node]]:
        """Each delivery that the document describes: its key and its operation."""
        for name, item in self.mapping(self.document.raw, "webhooks").items():
            operation = self.mapping(item, "post")
            if operation:
                yield f"WEBHOOK {name}", operation


def load_version(path: Path) -> Version:
    """Read a document, with the files beside it that it refers to. Raises CannotRun."""
    try:
        with collector_paused():
            return version_of(bundled(read_file(path, SpecError, slips=[]), path, SpecError).root, path)
    except SpecError as fault:
        raise CannotRun(str(fault)) from None


def version_of(raw: Any, path: Path) -> Version:
    """The version that the data of a document is; ``path`` is its file. Raises CannotRun."""
    return Version(Document(path.stem, plain(str(path), raw, mended=False), path), _server(raw.get("servers")))


def _server(servers: Any) -> str:
    first = servers[0] if isinstance(servers, Sequence) and servers else None
    return str(first.get("url", "")) if isinstance(first, Mapping) else ""
