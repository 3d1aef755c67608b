"""Tell whose a document is: facts about the vendor apply to the vendor's own documents only."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mock_server.spec.document import Document, Node, base_path, load
from mock_server.spec.path_template import blanked

_HOST = "sophiie.ai"
_REQUIRED_SHARE = 0.5  # more than this, of our paths, and of the names in their answers


def is_vendors(document: Document, ours: Path) -> bool:
    """Tell whether ``document`` names a server of the vendor, or contains most of the document in ``ours``."""
    return any(map(_is_of_vendor, _servers(document))) or _is_like(document, load(ours))


def _servers(document: Document) -> Iterator[str]:
    servers = document.root.get("servers")
    for server in servers if isinstance(servers, list) else ():
        if isinstance(server, dict) and isinstance(server.get("url"), str):
            yield server["url"]


def _is_of_vendor(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return host == _HOST or host.endswith(f".{_HOST}")


def _is_like(document: Document, ours: Document) -> bool:
    paths, known = _paths(document), _paths(ours)
    shared = paths.keys() & known.keys()
    if len(shared) <= _REQUIRED_SHARE * min(len(known), len(paths)):
        return False
    names, expected = _names(document, paths, shared), _names(ours, known, shared)
    return not expected or len(names & expected) > _REQUIRED_SHARE * len(expected)


def _paths(document: Document) -> Mapping[str, str]:
    """The paths of a document with parameters blanked, each with its place."""
    base = base_path(document)
    named = document.root["paths"]
    return {blanked(base + path): path for path in named if isinstance(path, str) and path.startswith("/")}


def _names(document: Document, paths: Mapping[str, str], shared: set[str]) -> set[str]:
    """The properties of answers at ``shared`` paths."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting: list[Any] = []
    for path in shared:
        item: Node = document.root["paths"][paths[path]]
        waiting += (
            [it.get("responses") for it in item.values() if isinstance(it, dict)] if isinstance(item, dict) else []
        )
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str) and reference.startswith("#/") and reference not in seen:
                seen.add(reference)
                waiting.append(_at(document, reference))
            properties = node.get("properties")
            found.update(properties if isinstance(properties, dict) else ())
            waiting += node.values()
    return found


def _at(document: Document, reference: str) -> Any:
    try:
        return document.at(reference[1:])
    except LookupError:
        return None
