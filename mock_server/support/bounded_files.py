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
from mock_server.support.readable_file import open_readable
from mock_server.support.text import file_text, shorten

MAX_BYTES = 64 * 1024 * 1024
MAX_YAML_BYTES = 16 * 1024 * 1024
MAX_NODES = 500_000
"""Most nodes of a YAML text. Each alias is counted as often as it is used."""
_MAX_BRACKETS = 1_000  # far under the depth at which libyaml's composer overflows its stack
_MAX_INDENT = 400
_MAX_PARTS = 500_000  # lines and commas of a YAML text: some ten microseconds and a kilobyte each

# Whatever can open a level of a block without a line of its own, after any line break that YAML knows.
_LEADING = re.compile(r"(?:^|[\n\r\x85\u2028\u2029])([ \-?:\t]+)")
_BRACKET = re.compile(r"[\[\]{}]")


def read_file(path: Path, error: type[SetupError], *, ours: bool = False, slips: list[Problem] | None = None) -> Any:
    """Read the data of the file at ``path``, with keys as strings. ``ours`` is for files that came with the program.

    ``slips`` collects what YAML 1.2 forbids and is read all the same, in a file that somebody else wrote.
    Raises ``error`` with the file, the line where it is known, the cause and the remedy.
    """
    try:
        with open_readable(path) as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or str(fault)
        raise error(Problem(str(path), reason, "check the path")) from None
    if ours:
        return cached(raw, lambda: read_bytes(raw, str(path), error))
    return read_bytes(raw, str(path), error, slips)


def read_bytes(raw: bytes, name: str, error: type[SetupError], slips: list[Problem] | None = None) -> Any:
    """Parse bytes from elsewhere as ``read_file`` parses a file of ours. Messages call them ``name``."""
    if len(raw) > MAX_BYTES:
        raise error(Problem(name, f"larger than {MAX_BYTES // 1024**2} MiB", "give a smaller one"))
    try:
        text = file_text(raw)
    except UnicodeDecodeError as fault:
        line = raw.count(b"\n", 0, fault.start) + 1
        raise error(Problem(f"{name}:{line}", "not UTF-8", "save it in UTF-8")) from None
    if text.lstrip()[:1] in ("{", "["):
        try:
            return _plain_numbers(read_json(text), name, error)
        except NotJson as fault:
            if not fault.line:
                raise error(Problem(name, fault.what, "flatten it, or shorten the number")) from None
            if name.endswith(".json"):
                raise error(Problem(f"{name}:{fault.line}", f"not JSON: {fault.what}", "correct that line")) from None
    return _bounded(_yaml(text, name, error, slips), name, error)


def _yaml(text: str, name: str, error: type[SetupError], slips: list[Problem] | None) -> Any:
    if len(text) > MAX_YAML_BYTES:
        raise error(Problem(name, f"YAML of more than {MAX_YAML_BYTES // 1024**2} MiB", "give it as JSON"))
    if nests_too_deep(text):
        raise error(Problem(name, "nested too deep", "flatten it, or name repeated parts and use $ref"))
    if text.count("\n") + text.count(",") > _MAX_PARTS:
        raise error(Problem(name, f"more than {_MAX_PARTS:,} lines and commas", "give it as JSON, or a smaller one"))
    from mock_server.support.yaml_core_schema import (  # start-up: 25 ms that our own files, kept, do without
        NotYaml,
        Slip,
        parse,
    )

    found: list[Slip] | None = None if slips is None else []
    try:
        data = parse(text, found)
    except NotYaml as fault:
        where, remedy = (f"{name}:{fault.line}", "correct that line") if fault.line else (name, "write plain YAML 1.2")
        raise error(Problem(where, f"not YAML: {fault}", remedy)) from None
    if slips is not None:
        odd = [(f"{name}:{slip.line}", f"{slip.what}, which YAML 1.2 does not allow") for slip in found or ()]
        slips += [Problem(where, what, "correct that line") for where, what in dict.fromkeys(odd)]
    return data


def nests_too_deep(text: str, most: int = _MAX_BRACKETS) -> bool:
    """Tell from the text alone whether brackets may nest deeper than ``most``; quoted brackets count too."""
    if any(len(match.group(1)) > _MAX_INDENT for match in _LEADING.finditer(text)):
        return True
    depth = 0
    for match in _BRACKET.finditer(text):
        depth = depth + 1 if match.group() in "[{" else max(0, depth - 1)
        if depth > most:
            return True
    return False


def _bounded(data: Any, name: str, error: type[SetupError]) -> Any:
    """Copy ``data``. Aliases are counted as often as they are used, so that a YAML bomb ends here."""
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
        if isinstance(node, Decimal):
            return _near(node, name, error)
        raise error(
            Problem(name, f"a value that JSON does not have: {shorten(str(node), 40)}", "write a text or a number")
        )

    return copy(data, 0)


def _plain_numbers(data: Any, name: str, error: type[SetupError]) -> Any:
    """Copy the data of a JSON text, with each number as the double that a document is computed with."""
    top = [data]
    waiting: list[Any] = [top]
    while waiting:
        node = waiting.pop()
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            if isinstance(value, dict | list):
                waiting.append(value)
            elif isinstance(value, Decimal):
                node[key] = _near(value, name, error)
    return top[0]


def _near(value: Decimal, name: str, error: type[SetupError]) -> float:
    """Convert a number to the double that a document is computed with. Raises ``error`` if the number is too large."""
    if not math.isfinite(near := float(value)):
        raise error(
            Problem(name, f"a value that JSON does not have: {shorten(str(value), 40)}", "write a text or a number")
        )
    return near
