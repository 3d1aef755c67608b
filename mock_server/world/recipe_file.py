"""A recipe's file, entry by entry with its line, so that an error can name the place."""

import re
from pathlib import Path
from typing import Any

import yaml

from mock_server.errors import Problem, WorldError
from mock_server.support.bounded_files import nests_too_deep
from mock_server.world.own_data.own_records import Lines
from mock_server.world.own_data.yaml_values import MAX_DEPTH, YamlValues

MAX_BYTES = 512 * 1024
"""Longest recipe file. Numbers need a few hundred bytes; a thousand people with their stories some 300,000."""

_REMEDY = "give the name of a built-in world or a file"


def read_entries(raw: bytes, name: str, keys: str) -> tuple[list[tuple[str, Any]], Lines]:
    """Key and value of each entry of the one mapping that a file holds, and the line of each part by its pointer.

    ``name`` is the file's. Raises WorldError with ``keys`` as the remedy.
    """
    root = _compose(raw, name)
    if root is None:
        return [], {}
    if not isinstance(root, yaml.MappingNode):
        line = root.start_mark.line + 1
        raise WorldError(Problem(f"{name}:{line}", "a recipe is a list of 'key: value' lines", keys))
    values = YamlValues(name)
    found: dict[str, Any] = values.value(root, "")
    numbers = {key.value: value for key, value in root.value if isinstance(value, yaml.ScalarNode)}
    return [(key, _scalar(numbers[key]) if key in numbers else value) for key, value in found.items()], values.lines


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
        raise WorldError(Problem(name, f"longer than {MAX_BYTES:,} bytes", "send the rest with `workspace import`"))
    try:
        text = raw.decode("utf-8-sig")
        if nests_too_deep(text, MAX_DEPTH):
            raise WorldError(Problem(name, "nested too deep", "write one record in another, not much more"))
        return yaml.compose(text, Loader=yaml.CSafeLoader)
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
