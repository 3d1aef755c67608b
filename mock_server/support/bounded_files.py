"""Read a YAML or JSON file from outside: bounded before a C parser sees it, plain data afterwards.

C parsers die on deep nesting (a segmentation fault, not an exception): size and depth are bounded on the text.
"""

import math
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from mock_server.errors import Problem, SetupError
from mock_server.support.exact_json import MAX_JSON_DEPTH, NotJson, read_json
from mock_server.support.file_cache import cached

MAX_BYTES = 10 * 1024 * 1024
MAX_NODES = 500_000
_MAX_BRACKETS = 1_000  # far under the depth at which libyaml's composer overflows its stack
_MAX_INDENT = 400
_MAX_PARTS = 200_000  # lines and commas of a YAML text: some ten microseconds and a kilobyte each

# Whatever can open a level of a block without a line of its own, after any line break that YAML knows.
_LEADING = re.compile(r"(?:^|[\n\r\x85\u2028\u2029])([ \-?:\t]+)")
_BRACKET = re.compile(r"[\[\]{}]")


def read_file(path: Path, error: type[SetupError], *, ours: bool = False) -> Any:
    """The data in ``path``, keys as strings. ``ours`` is for files that came with the program.

    Raises ``error`` with the file, the line where one is known, the cause and the remedy.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or str(fault)
        raise error(Problem(str(path), reason, "check the path")) from None
    if ours:
        return cached(raw, lambda: read_bytes(raw, str(path), error))
    return read_bytes(raw, str(path), error)


def read_bytes(raw: bytes, name: str, error: type[SetupError]) -> Any:
    """Parse bytes that came from somewhere else like a file of ours; ``name`` is for the messages."""
    if len(raw) > MAX_BYTES:
        raise error(Problem(name, f"larger than {MAX_BYTES // 1024**2} MiB", "give a smaller one"))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw.count(b"\n", 0, fault.start) + 1
        raise error(Problem(f"{name}:{line}", "not UTF-8", "save it in UTF-8")) from None
    if text.lstrip()[:1] in ("{", "["):
        try:
            return _bounded(read_json(text), name, error)
        except NotJson as fault:
            if not fault.line:
                raise error(Problem(name, fault.what, "flatten it, or shorten the number")) from None
            if name.endswith(".json"):
                raise error(Problem(f"{name}:{fault.line}", f"not JSON: {fault.what}", "correct that line")) from None
    return _bounded(_yaml(text, name, error), name, error)


def _yaml(text: str, name: str, error: type[SetupError]) -> Any:
    if _nests_too_deep(text):
        raise error(Problem(name, "nested too deep", "flatten it, or name repeated parts and use $ref"))
    if text.count("\n") + text.count(",") > _MAX_PARTS:
        raise error(Problem(name, f"more than {_MAX_PARTS:,} lines and commas", "give it as JSON, or a smaller one"))
    from mock_server.support.yaml_core_schema import (  # start-up: 25 ms that our own files, kept, do without
        NotYaml,
        parse,
    )

    try:
        return parse(text)
    except NotYaml as fault:
        where, remedy = (f"{name}:{fault.line}", "correct that line") if fault.line else (name, "write plain YAML 1.2")
        raise error(Problem(where, f"not YAML: {fault}", remedy)) from None


def _nests_too_deep(text: str) -> bool:
    """An upper bound of the nesting, from the text alone; ignoring quotes only overstates it."""
    if any(len(match.group(1)) > _MAX_INDENT for match in _LEADING.finditer(text)):
        return True
    depth = 0
    for match in _BRACKET.finditer(text):
        depth = depth + 1 if match.group() in "[{" else max(0, depth - 1)
        if depth > _MAX_BRACKETS:
            return True
    return False


def _bounded(data: Any, name: str, error: type[SetupError]) -> Any:
    """A copy of ``data``; aliases are counted as often as they are used, so a YAML bomb ends here."""
    budget = MAX_NODES

    def copy(node: Any, depth: int) -> Any:
        nonlocal budget
        budget -= 1
        if budget < 0:
            raise error(Problem(name, f"more than {MAX_NODES:,} nodes", "give a smaller one"))
        if depth > MAX_JSON_DEPTH:
            raise error(Problem(name, f"nested deeper than {MAX_JSON_DEPTH} levels", "flatten it, or use $ref"))
        if isinstance(node, dict):
            return {key: copy(value, depth + 1) for key, value in node.items()}
        if isinstance(node, list):
            return [copy(value, depth + 1) for value in node]
        if node is None or isinstance(node, str | int) or (isinstance(node, float) and math.isfinite(node)):
            return node
        if isinstance(node, Decimal) and math.isfinite(near := float(node)):
            return near  # what a document says is counted with: its bounds and steps
        raise error(Problem(name, f"a value that JSON does not have: {str(node)[:40]}", "write a text or a number"))

    return copy(data, 0)
