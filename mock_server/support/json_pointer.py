"""JSON pointers (RFC 6901): tokens with ``~`` and ``/`` escaped, each after a slash."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote

_MAX_CHAINED = 50  # references, one after another


def escape(token: str | int) -> str:
    """One token as it stands in a pointer."""
    return str(token).replace("~", "~0").replace("/", "~1")


def unescape(token: str) -> str:
    """The name that one token of a pointer stands for."""
    return token.replace("~1", "/").replace("~0", "~") if "~" in token else token


def join(tokens: Iterable[str | int]) -> str:
    """Make the JSON pointer to a place from the names and indexes that lead to it; empty for the whole value."""
    return "".join(f"/{escape(token)}" for token in tokens)


def split(pointer: str) -> list[str]:
    """The names that lead to the place of a JSON pointer; none for the whole value."""
    return [unescape(token) for token in pointer.split("/")[1:]]


def to_reference(pointer: str) -> str:
    """The reference (``#/…``) to a place of its own document: the pointer as the fragment of a URL."""
    return f"#{quote(pointer, safe='/~')}"


def reference_tokens(reference: str) -> list[str]:
    """The names that lead to the place of such a reference."""
    return split(unquote(reference.removeprefix("#")))


def find(root: Any, reference: str) -> Any:
    """Return what a reference names within its own document; None if it names nothing, or leads out of it."""
    node = root if reference.startswith("#/") else None
    for token in reference_tokens(reference):
        if isinstance(node, list):
            node = node[int(token)] if token.isdecimal() and int(token) < len(node) else None
        else:
            node = node.get(token) if isinstance(node, Mapping) else None
    return node


def target(root: Any, node: Any) -> Any:
    """The node that a chain of references leads to; ``node`` itself if it is none, or leads to nothing."""
    end = node
    for _ in range(_MAX_CHAINED):
        reference = end.get("$ref") if isinstance(end, Mapping) else None
        if not isinstance(reference, str):
            return node if end is None else end
        end = find(root, reference)
    return node
