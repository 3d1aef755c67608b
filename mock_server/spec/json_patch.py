"""Apply JSON patches (RFC 6902) to a document."""

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any

from mock_server.errors import Problem, SpecError
from mock_server.support.json_pointer import split
from mock_server.support.text import shorten

Patch = Mapping[str, Any]

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


class PatchMisfit(ValueError):
    """A patch cannot be applied to the value; ``index`` is its number among several patches."""

    def __init__(self, index: int, patch: Any) -> None:
        self.index = index
        op, path = (patch.get("op"), patch.get("path")) if isinstance(patch, dict) else (patch, "")
        super().__init__(f"`{shorten(f'{op} {path}', 200)}`")


def patched(root: Any, patches: Sequence[Patch]) -> Any:
    """Copy a document and apply the ``patches`` of an assumption in order.

    Raises SpecError if one does not fit, which may happen with a document of the user's own.
    """
    try:
        return changed_by(root, patches)
    except PatchMisfit as fault:
        what = f"the assumption's patch {fault} does not fit"
        raise SpecError(Problem("--assume", what, "leave it out for this document")) from None


def changed_by(root: Any, patches: Sequence[Patch]) -> Any:
    """Copy a JSON value and apply ``patches`` in order. Raises PatchMisfit."""
    whole = [copy.deepcopy(root)]  # in a list, so that a patch may also replace the whole
    for index, patch in enumerate(patches):
        try:
            at_root = {name: f"/0{patch[name]}" for name in ("path", "from") if name in patch}
            whole_one = {"op": "replace"} if patch["path"] == "" and patch["op"] == "add" else {}
            _apply(whole, {**patch, **at_root, **whole_one})
            if len(whole) != 1:
                raise LookupError(patch["path"])
        except (LookupError, TypeError, ValueError):
            raise PatchMisfit(index, patch) from None
    return whole[0]


def _apply(root: Any, patch: Patch) -> None:
    match patch["op"]:
        case "remove":
            _take(root, patch["path"])
        case "replace":
            _take(root, patch["path"], patch["value"])
        case "move":
            _put(root, patch["path"], _take(root, patch["from"]))
        case "add":
            _put(root, patch["path"], patch["value"])
        case "copy":
            parent, key = _locate(root, patch["from"])
            found = parent[_index(key, len(parent) - 1) if isinstance(parent, list) else key]
            _put(root, patch["path"], copy.deepcopy(found))
        case "test":
            parent, key = _locate(root, patch["path"])
            if parent[_index(key, len(parent) - 1) if isinstance(parent, list) else key] != patch["value"]:
                raise ValueError(patch["path"])
        case other:
            raise ValueError(other)


def _put(root: Any, pointer: str, value: Any) -> None:
    parent, key = _locate(root, pointer)
    if isinstance(parent, list):
        parent.insert(len(parent) if key == "-" else _index(key, len(parent)), value)
    else:
        parent[key] = value


def _take(root: Any, pointer: str, *instead: Any) -> Any:
    """Remove the value at ``pointer``, or replace it by another; return it."""
    parent, key = _locate(root, pointer)
    place = _index(key, len(parent) - 1) if isinstance(parent, list) else key
    taken = parent[place]
    if instead:
        (parent[place],) = instead
    else:
        del parent[place]
    return taken


def _index(token: str, most: int) -> int:
    if not _INDEX.fullmatch(token) or int(token) > most:
        raise IndexError(token)
    return int(token)


def _locate(root: Any, pointer: str) -> tuple[Any, str]:
    """The container that ``pointer`` leads into, and the last token."""
    *way, last = split(pointer)
    for token in way:
        root = root[_index(token, len(root) - 1)] if isinstance(root, list) else root[token]
    if not isinstance(root, dict | list):
        raise TypeError(pointer)
    return root, last
