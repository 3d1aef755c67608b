"""Read a YAML or JSON file from outside: bounded before a C parser sees it, plain data afterwards.

C parsers die on deep nesting (a segmentation fault, not an exception): size and depth are bounded on bytes.
"""

import re
from pathlib import Path
from typing import Any

import orjson
import yaml

from mock_server.errors import Problem, SetupError

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 96
MAX_NODES = 500_000
_MAX_BRACKETS = 1_000  # far under the depth at which libyaml's composer overflows its stack
_MAX_INDENT = 400

_LEADING = re.compile(rb"^[ \-?\t]+", re.MULTILINE)
_BRACKET = re.compile(rb"[\[\]{}]")


class _Loader(yaml.CSafeLoader):
    """Safe loader that leaves dates as the strings they are in JSON."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def read_file(path: Path, error: type[SetupError]) -> Any:
    """The data in ``path``, keys as strings.

    Raises ``error`` with the file, the line where one is known, the cause and the remedy.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as fault:
        raise error(Problem(str(path), fault.strerror or str(fault), "check the path")) from None
    return read_bytes(raw, str(path), error)


def read_bytes(raw: bytes, name: str, error: type[SetupError]) -> Any:
    """As ``read_file``, for bytes that came from somewhere else; ``name`` is for the messages."""
    if len(raw) > MAX_BYTES:
        raise error(Problem(name, f"larger than {MAX_BYTES // 1024**2} MiB", "serve a smaller document"))
    if raw.lstrip()[:1] in (b"{", b"["):
        try:
            return _bounded(orjson.loads(raw), name, error)
        except orjson.JSONDecodeError as fault:
            if name.endswith(".json"):
                raise error(Problem(f"{name}:{fault.lineno}", f"not JSON: {fault.msg}")) from None
    return _bounded(_yaml(raw, name, error), name, error)


def _yaml(raw: bytes, name: str, error: type[SetupError]) -> Any:
    if _nests_too_deep(raw):
        raise error(Problem(name, "nested too deep", "flatten it, or name repeated parts and use $ref"))
    try:
        return yaml.load(raw, Loader=_Loader)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark else name
        what = getattr(fault, "problem", None) or str(fault).splitlines()[0]
        raise error(Problem(where, f"not YAML: {what}")) from None
    except (ValueError, RecursionError) as fault:
        raise error(Problem(name, f"not YAML: {fault}")) from None


def _nests_too_deep(raw: bytes) -> bool:
    """An upper bound of the nesting, from the bytes alone; ignoring quotes only overstates it."""
    if any(len(match.group()) > _MAX_INDENT for match in _LEADING.finditer(raw)):
        return True
    depth = 0
    for match in _BRACKET.finditer(raw):
        depth = depth + 1 if match.group() in b"[{" else max(0, depth - 1)
        if depth > _MAX_BRACKETS:
            return True
    return False


def _bounded(data: Any, name: str, error: type[SetupError]) -> Any:
    """``data`` with string keys; aliases are counted as often as they are used, so a YAML bomb ends here."""
    budget = MAX_NODES

    def copy(node: Any, depth: int) -> Any:
        nonlocal budget
        budget -= 1
        if budget < 0:
            raise error(Problem(name, f"more than {MAX_NODES:,} nodes", "serve a smaller document"))
        if depth > MAX_DEPTH:
            raise error(Problem(name, f"nested deeper than {MAX_DEPTH} levels", "flatten it, or use $ref"))
        if isinstance(node, dict):
            return {_key(key): copy(value, depth + 1) for key, value in node.items()}
        if isinstance(node, list):
            return [copy(value, depth + 1) for value in node]
        return node

    return copy(data, 0)


def _key(key: object) -> str:
    """YAML reads ``200:`` as an integer and ``on:`` as a boolean; JSON has string keys only."""
    if isinstance(key, bool):
        return "true" if key else "false"
    return key if isinstance(key, str) else str(key)
