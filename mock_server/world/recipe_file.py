"""A recipe's file, entry by entry with its line: what a person wrote is answered where it stands."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from mock_server.errors import Problem, WorldError
from mock_server.support.text import short_repr

MAX_BYTES = 16_384
"""Longest recipe file: a dozen keys need a few hundred bytes; the bound also bounds how deep YAML can nest."""

_REMEDY = "give the name of a built-in world or a file"
_MOST_BRACKETS = 64  # a recipe needs none; thousands, one in another, keep the parser for many seconds


def entries(raw: bytes, name: str, keys: str) -> Iterator[tuple[int, str, str | int | bool]]:
    """Line, key and value of each entry of the one mapping that a file holds; ``name`` is the file's.

    Raises WorldError with ``keys`` as the remedy.
    """
    root = _compose(raw, name)
    if root is None:
        return
    if not isinstance(root, yaml.MappingNode):
        line = root.start_mark.line + 1
        raise WorldError(Problem(f"{name}:{line}", "a recipe is a list of 'key: value' lines", keys))
    seen: set[str] = set()
    for key_node, value_node in root.value:
        where = f"{name}:{key_node.start_mark.line + 1}"
        if not (isinstance(key_node, yaml.ScalarNode) and isinstance(value_node, yaml.ScalarNode)):
            raise WorldError(Problem(where, "keys and values are single words or numbers here", keys))
        if key_node.value in seen:
            raise WorldError(Problem(where, f"{short_repr(key_node.value)} stands here twice", "keep one of them"))
        seen.add(key_node.value)
        yield key_node.start_mark.line + 1, key_node.value, _scalar(value_node)


def file_bytes(path: Path) -> bytes:
    """The bytes of a file, as far as a recipe may be long. Raises WorldError for one that is no file of that size."""
    try:
        if path.exists() and not path.is_file():
            raise WorldError(Problem(str(path), "no file", _REMEDY))  # to open a pipe would wait for ever
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or "cannot be read"
        raise WorldError(Problem(str(path), cause, _REMEDY)) from None


def _compose(raw: bytes, name: str) -> yaml.Node | None:
    """A file's YAML nodes, which know their lines; None for an empty file."""
    if len(raw) > MAX_BYTES:
        raise WorldError(Problem(name, f"longer than {MAX_BYTES} bytes", "a recipe needs a dozen lines"))
    if raw.count(b"[") + raw.count(b"{") > _MOST_BRACKETS:
        raise WorldError(Problem(name, f"more than {_MOST_BRACKETS} brackets", "write 'key: value' on each line"))
    try:
        return yaml.compose(raw.decode("utf-8-sig"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        what = f"not YAML: {error.problem or error.context}"
        raise WorldError(Problem(f"{name}:{line}", what, "write 'key: value' on each line")) from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        raise WorldError(Problem(name, "not YAML text in UTF-8", "write 'key: value' lines")) from None


def _scalar(node: yaml.ScalarNode) -> str | int | bool:
    """A scalar's value. Only true/false and plain whole numbers are not text (no octal, no yes/no)."""
    if node.tag.endswith(":bool") and node.value.lower() in ("true", "false"):
        return bool(node.value.lower() == "true")
    if node.tag.endswith(":int") and re.fullmatch(r"-?[0-9]{1,9}", node.value):
        return int(node.value)
    return str(node.value)
