"""The places of operations in the file of their document: line and column, as an editor counts them."""

from collections.abc import Iterator, Mapping

import yaml

from contracts.spec.dialect import BASE
from contracts.spec.document import METHODS, Document, blank

Place = tuple[int, int]
FIRST: Place = (1, 1)


def places(document: Document) -> Mapping[str, Place]:
    """Operation → its place, and that of the first path for none; nothing of a file that is not there any more."""
    try:
        text = document.file.read_text("utf-8-sig") if document.file else ""
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):  # JSON with tabs is no YAML
        return {}
    base = str(document.raw.get(BASE, ""))
    found: dict[str, Place] = {}
    for key, path, item in _two_levels(root, "paths"):
        found.setdefault("", _place(path))
        if key in METHODS:
            found[f"{key.upper()} {blank(base + path.value)}"] = _place(item)
    for _, name, _ in _two_levels(root, "webhooks"):
        found[f"WEBHOOK {name.value}"] = _place(name)
    return found


def _two_levels(root: yaml.Node | None, word: str) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
    """Each member of the members of a mapping: its name, the name above it, and its own key."""
    for name, value in _members(root):
        for above, item in _members(value) if name.value == word else ():
            yield from ((key.value, above, key) for key, _ in _members(item))


def _members(node: yaml.Node | None) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return [(key, value) for key, value in pairs if isinstance(key, yaml.ScalarNode)]


def _place(node: yaml.Node) -> Place:
    return node.start_mark.line + 1, node.start_mark.column + 1
