"""JSON patches (RFC 6902: add, remove, replace, move) on a document."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.errors import Problem, SpecError

Patch = Mapping[str, Any]


def patched(root: Mapping[str, Any], patches: Sequence[Patch]) -> dict[str, Any]:
    """A copy of a document with ``patches`` applied in order (add, remove, replace, move).

    Raises SpecError when one does not fit the document, as with a document of the user's own.
    """
    changed: dict[str, Any] = copy.deepcopy(dict(root))
    for patch in patches:
        try:
            _apply(changed, patch)
        except (KeyError, IndexError, ValueError, TypeError):
            what = f"the assumption's patch `{patch.get('op')} {patch.get('path')}` does not fit"
            raise SpecError(Problem("--assume", what, "leave it out for this document")) from None
    return changed


def _apply(root: dict[str, Any], patch: Patch) -> None:
    operation = patch["op"]
    value = patch.get("value")
    if operation == "move":
        value = _take(root, patch["from"])
    parent, key = _locate(root, patch["path"])
    if operation == "remove":
        _take(root, patch["path"])
    elif isinstance(parent, list):
        if operation == "replace":
            parent[int(key)] = value
        else:
            parent.insert(len(parent) if key == "-" else int(key), value)
    elif operation == "replace" and key not in parent:
        raise KeyError(key)
    else:
        parent[key] = value


def _take(root: Any, pointer: str) -> Any:
    parent, key = _locate(root, pointer)
    return parent.pop(int(key) if isinstance(parent, list) else key)


def _locate(root: Any, pointer: str) -> tuple[Any, str]:
    tokens = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    for token in tokens[:-1]:
        root = root[int(token)] if isinstance(root, list) else root[token]
    return root, tokens[-1]
