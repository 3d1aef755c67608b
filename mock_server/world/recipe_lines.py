"""A recipe's file, entry by entry with its line: what a person wrote is answered where it stands."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from mock_server.errors import Problem, WorldError

MAX_BYTES = 16_384
"""Longest recipe file: a dozen keys need a few hundred bytes; the bound also bounds how deep YAML can nest."""

_MOST_BRACKETS = 64  # a recipe needs none; thousands, one in another, keep the parser for many seconds


def entries(path: Path, keys: str) -> Iterator[tuple[int, str, str | int | bool]]:
    """Line, key and value of each entry of the one mapping the file must be; ``keys`` is the remedy.

    Raises WorldError.
    """
    root = _compose(path)
    if root is None:
        return
    if not isinstance(root, yaml.MappingNode):
        line = root.start_mark.line + 1
        raise WorldError(Problem(f"{path}:{line}", "a recipe is a list of 'key: value' lines", keys))
    seen: set[str] = set()
    for key_node, value_node in root.value:
        where = f"{path}:{key_node.start_mark.line + 1}"
        if not (isinstance(key_node, yaml.ScalarNode) and isinstance(value_node, yaml.ScalarNode)):
            raise WorldError(Problem(where, "keys and values are single words or numbers here", keys))
        if key_node.value in seen:
            raise WorldError(Problem(where, f"{key_node.value!r} stands here twice", "keep one of them"))
        seen.add(key_node.value)
        yield key_node.start_mark.line + 1, key_node.value, _scalar(value_node)


def _compose(path: Path) -> yaml.Node | None:
    """The file's YAML nodes, which know their lines; None for an empty file."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        cause = error.strerror or "cannot be read"
        raise WorldError(Problem(str(path), cause, "give the name of a built-in world or a file")) from None
    if len(raw) > MAX_BYTES:
        raise WorldError(Problem(str(path), f"longer than {MAX_BYTES} bytes", "a recipe needs a dozen lines"))
    if raw.count(b"[") + raw.count(b"{") > _MOST_BRACKETS:
        raise WorldError(Problem(str(path), f"more than {_MOST_BRACKETS} brackets", "write 'key: value' on each line"))
    try:
        return yaml.compose(raw.decode("utf-8-sig"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        what = f"not YAML: {error.problem or error.context}"
        raise WorldError(Problem(f"{path}:{line}", what, "write 'key: value' on each line")) from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        raise WorldError(Problem(str(path), "not YAML text in UTF-8", "write 'key: value' lines")) from None


def _scalar(node: yaml.ScalarNode) -> str | int | bool:
    """A scalar's value. Only true/false and plain whole numbers are not text (no octal, no yes/no)."""
    if node.tag.endswith(":bool") and node.value.lower() in ("true", "false"):
        return bool(node.value.lower() == "true")
    if node.tag.endswith(":int") and re.fullmatch(r"-?[0-9]{1,9}", node.value):
        return int(node.value)
    return str(node.value)
