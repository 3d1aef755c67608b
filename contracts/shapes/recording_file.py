"""A recording as a file: each shape once, by number, and one line for each exchange."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from contracts.errors import CannotRun
from contracts.shapes.exchanges import Breach, Fact, Keyword, Order, Part, ShapedExchange, ShapeRecording
from contracts.shapes.shape import Shape, load_shape
from contracts.shapes.vocabulary import HeaderName, MediaType, Name
from contracts.spec.document import Contract
from contracts.spec.json_file import JsonNode

FORM = "sophiie-mock shapes 1"
REMEDY = "record it again: `sophiie-mock proxy --record FILE`, or `sophiie-mock learn --record FILE SOURCE`"
_MAX_NUMBER = 2**53
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "OTHER")


def to_text(recording: ShapeRecording) -> bytes:
    """The file of a recording: JSON, an exchange a line, so that a change of one is a change of a line."""
    shapes = _ShapeTable()
    rows = [orjson.dumps(_row(exchange, shapes.number)) for exchange in recording.exchanges]
    head = {"form": FORM, "day": recording.day.isoformat(), "digests": list(recording.digests),
            "left_out": recording.left_out}  # fmt: skip
    parts = [orjson.dumps(head)[:-1], b',\n"shapes":[\n', b",\n".join(map(orjson.dumps, shapes.rows)),
             b'\n],\n"exchanges":[\n', b",\n".join(rows), b"\n]}\n"]  # fmt: skip
    return b"".join(parts)


def save(recording: ShapeRecording, path: Path) -> None:
    """Write a recording. Raises CannotRun."""
    try:
        path.write_bytes(to_text(recording))
    except OSError as fault:
        raise CannotRun(f"{path}: {fault.strerror or fault}", "name a file that can be written") from None


class _ShapeTable:
    """Gives each shape its number."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self._known: dict[bytes, int] = {}

    def number(self, shape: Shape) -> int:
        row = shape.to_dict()
        mark = orjson.dumps(row)
        if mark not in self._known:
            self._known[mark] = len(self.rows)
            self.rows.append(row)
        return self._known[mark]


def _row(it: ShapedExchange, number: Callable[[Shape], int]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "minute": it.minute,
        "method": it.method,
        "operation": it.operation,
        "subject": list(it.subject),
        "status": it.status,
        "parameters": {str(name): number(shape) for name, shape in it.parameters.items()},
        "sent_headers": sorted(map(str, it.sent_headers)),
        "sent": None if it.sent is None else number(it.sent),
        "breaches": [[str(b.part), list(map(str, b.place)), str(b.keyword)] for b in it.breaches],
        "media": None if it.media is None else str(it.media),
        "headers": sorted(map(str, it.headers)),
        "body": None if it.body is None else number(it.body),
        "order": {str(name): str(order) for name, order in it.order.items()},
        "facts": sorted(map(str, it.facts)),
        "kept": sorted(map(str, it.kept)),
        "altered": sorted(map(str, it.altered)),
        "shared": sorted(map(str, it.shared)),
    }
    return {name: value for name, value in found.items() if value not in (None, [], {})}


def is_recording(whole: JsonNode) -> bool:
    """Tell whether a JSON file is a recording of ours, of whatever version."""
    return isinstance(whole.value, Mapping) and str(whole.value.get("form", "")).startswith("sophiie-mock shapes")


def load_recording(whole: JsonNode, contract: Contract) -> ShapeRecording:
    """Read a recording. Raises CannotRun with the place that is wrong, and without what stands there."""
    if whole.value.get("form") != FORM:
        raise CannotRun(f"{whole.file}: a recording of another version", REMEDY)
    shapes = [_checked(node, load_shape) for node in whole.items("shapes")]

    def shape(value: object) -> Shape:
        if type(value) is not int or not 0 <= value < len(shapes):
            raise ValueError("no number of a shape")
        found: Shape = shapes[value]
        return found

    def exchange(row: Any) -> ShapedExchange:
        loaded = _load_row(row, shape)
        if loaded.operation and loaded.operation not in contract.operations:
            raise ValueError("an operation that the contract does not have")
        return loaded

    found = [_checked(node, exchange) for node in whole.items("exchanges", numbered=True)]
    try:
        day = date.fromisoformat(whole.get("day", str))
    except ValueError:
        raise whole.at("day").refuse("no date", REMEDY) from None
    digests = tuple(text for text in whole.get("digests", list, []) if isinstance(text, str))
    left_out = whole.get("left_out", int, 0)
    if not 0 <= left_out <= _MAX_NUMBER:
        raise whole.at("left_out").refuse("no count", REMEDY)
    return ShapeRecording(day, digests, found, left_out)


def _checked(node: JsonNode, load: Callable[[Any], Any]) -> Any:
    try:
        return load(node.value)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError):
        raise node.refuse("not as a recording has it", REMEDY) from None


def _load_row(row: Mapping[str, Any], shape: Callable[[Any], Shape]) -> ShapedExchange:
    if row["method"] not in _METHODS:
        raise ValueError("no method")
    if any(abs(number) > _MAX_NUMBER for number in (row["minute"], row["status"], *row.get("subject", ()))):
        raise ValueError("a number that no recording has")
    return ShapedExchange(
        row["minute"],
        row["method"],
        row.get("operation", ""),
        tuple(row.get("subject", ())),
        row["status"],
        {Name(name): shape(value) for name, value in row.get("parameters", {}).items()},
        frozenset(map(HeaderName, row.get("sent_headers", ()))),
        shape(row["sent"]) if "sent" in row else None,
        tuple(Breach(Part(p), tuple(map(Name, steps)), Keyword(k)) for p, steps, k in row.get("breaches", ())),
        MediaType(row["media"]) if "media" in row else None,
        frozenset(map(HeaderName, row.get("headers", ()))),
        shape(row["body"]) if "body" in row else None,
        {Name(name): Order(order) for name, order in row.get("order", {}).items()},
        frozenset(map(Fact, row.get("facts", ()))),
        frozenset(map(Name, row.get("kept", ()))),
        frozenset(map(Name, row.get("altered", ()))),
        frozenset(map(Name, row.get("shared", ()))),
    )
