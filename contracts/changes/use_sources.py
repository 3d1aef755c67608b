"""Reads how a client uses an API from files: a record of the pytest plugin, coverage, a journal, a HAR file, shapes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contracts.changes.client_use import ANYTHING, ClientUse, UsedRequest, sent_in_body
from contracts.errors import CannotRun
from contracts.shapes.recording_file import is_recording, load_recording
from contracts.shapes.shape import Shape
from contracts.spec.document import Contract, Operation
from contracts.spec.json_file import MAX_FILE_BYTES, JsonNode, parsed
from contracts.spec.text_file import content
from contracts.traffic.api_home import home
from contracts.traffic.detect import recording as traffic_recording
from contracts.traffic.recording import Part, Recorded
from contracts.transport.exchange import NOT_JSON, Exchange
from mock_server.support.json_pointer import escape

FORM = "sophiie-mock use 1"
_REMEDY = (
    "give a record of the pytest plugin (SOPHIIE_MOCK_RECORD_USE), `sophiie-mock coverage --json`, a journal "
    "(GET /__admin/requests), a HAR file, or a recording of `sophiie-mock proxy`"
)


def load_use(files: tuple[str, ...], contract: Contract) -> ClientUse:
    """The use of an API in some files, by the operations of the old document. Raises CannotRun."""
    found, notes = list[UsedRequest](), list[str]()
    for file in files:
        some = list(_load(file, contract, notes))
        if not some:
            raise CannotRun(f"{file}: no request in it is for an operation of the old document", _REMEDY)
        found += some
    return ClientUse(found, ", ".join(files), notes)


def _load(file: str, contract: Contract, notes: list[str]) -> Iterator[UsedRequest]:
    raw = content(file, MAX_FILE_BYTES, _REMEDY)
    first = raw.split(b"\n", 1)[0]
    if FORM.encode() in first and len(first) < 10_000:
        yield from _record(raw, file, contract, notes)
        return
    whole = parsed(raw, file, _REMEDY)
    if isinstance(whole.value, Mapping) and "operations" in whole.value and "totals" in whole.value:
        yield from _coverage(whole, contract)
    elif is_recording(whole):
        yield from _shapes(whole, contract)
    else:
        yield from _traffic(whole, contract)


def _record(raw: bytes, file: str, contract: Contract, notes: list[str]) -> Iterator[UsedRequest]:
    """The record of the plugin: a line for each workspace."""
    for number, line in enumerate(raw.split(b"\n")[1:], 2):
        if not line.strip():
            continue
        whole = parsed(line, f"{file}:{number}", _REMEDY)
        if lost := whole.get("lost", str, ""):
            notes.append(f"{whole.get('test', str, '')}: its requests are not all known: {lost}")
        entries = whole.items("requests", numbered=True)
        traffic = traffic_recording(whole)
        for entry in traffic.entries:
            operation = contract.find(entry.exchange.method, urlsplit(entry.exchange.url).path)
            if operation is not None:
                yield _used(operation, entry, entries[entry.number - 1])


def _used(operation: Operation, entry: Recorded, node: JsonNode) -> UsedRequest:
    read = node.get("read", list, None) if "read" in node.object() else None
    opaque = node.get("opaque", list, [])
    return UsedRequest(
        operation.key,
        (entry.exchange.status,),
        node.get("test", str, ""),
        sent=_sent(operation, entry),
        whole=entry.request is Part.WHOLE,
        read=None if read is None else frozenset(it for it in read if isinstance(it, str)),
        opaque=tuple(it for it in opaque if isinstance(it, str)),
        bent=entry.answer is Part.BENT,
    )


def _traffic(whole: JsonNode, contract: Contract) -> Iterator[UsedRequest]:
    """A journal or a HAR file: what was sent is known, what was read is not."""
    traffic = traffic_recording(whole)
    place = home(contract, traffic, "")
    for entry in traffic.entries:
        path = place.path(entry.exchange.url) if place else None
        operation = contract.find(entry.exchange.method, path) if path is not None else None
        if operation is not None:
            bent, whole_request = entry.answer is Part.BENT, entry.request is Part.WHOLE
            sent = _sent(operation, entry)
            yield UsedRequest(operation.key, (entry.exchange.status,), sent=sent, whole=whole_request, bent=bent)


def _sent(operation: Operation, entry: Recorded) -> dict[str, list[Any]]:
    exchange = entry.exchange
    found: dict[str, list[Any]] = defaultdict(list)
    for parameter in operation.parameters_in("path"):
        found[f"path {parameter.name}"].append(ANYTHING)
    for name, value in parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True):
        found[f"query {name}"].append(value)
    for parameter in operation.parameters_in("header"):
        if parameter.name.lower() in exchange.sent_headers:
            found[f"header {parameter.name}"].append(exchange.sent_headers[parameter.name.lower()])
    body = Exchange("", "", {}, b"", 0, {}, exchange.sent_body).json if exchange.sent_body else NOT_JSON
    if exchange.sent_body:
        for place, value in [("body", ANYTHING)] if body is NOT_JSON else sent_in_body(body):
            found[place].append(value)
    return found


def _coverage(whole: JsonNode, contract: Contract) -> Iterator[UsedRequest]:
    """Counts of the mock: which parts were sent and how often; values only where they are listed."""
    for key, raw in whole.get("operations", dict).items():
        if key not in contract.operations or not isinstance(raw, Mapping) or not _count(raw.get("requests")):
            continue
        requests, sent, lacking = _count(raw["requests"]), dict[str, list[Any]](), set[str]()
        values = raw.get("values")
        for name, count in _items(raw.get("parameters")):
            place = f"body /{escape(name.removeprefix('body '))}" if name.startswith("body ") else name
            if _count(count):
                listed = _items(values.get(name)) if isinstance(values, Mapping) else ()
                sent[place] = [value for value, times in listed if _count(times)] or [ANYTHING]
            if _count(count) < requests:
                lacking.add(place)
        if any(place.startswith("body") for place in sent):
            sent["body"] = [ANYTHING]
        statuses = tuple(int(it) for it, count in _items(raw.get("statuses")) if _count(count) and it.isdecimal())
        yield UsedRequest(key, statuses, "", requests, sent, frozenset(lacking), whole=False)


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _items(value: Any) -> list[tuple[str, Any]]:
    return [(str(name), part) for name, part in value.items()] if isinstance(value, Mapping) else []


def _shapes(whole: JsonNode, contract: Contract) -> Iterator[UsedRequest]:
    """A recording of shapes: places without values."""
    for exchange in load_recording(whole, contract).exchanges:
        if exchange.operation:
            known = contract.operations[exchange.operation]
            names = [f"path {parameter.name}" for parameter in known.parameters_in("path")]
            names += [f"query {name}" for name in exchange.parameters]
            headers = [parameter.name for parameter in known.parameters_in("header")]
            names += [f"header {name}" for name in headers if name.lower() in exchange.sent_headers]
            sent: dict[str, list[Any]] = {name: [ANYTHING] for name in names}
            if exchange.sent is not None:
                sent |= {f"body {pointer}".rstrip(): [ANYTHING] for pointer in _pointers(exchange.sent, "")}
            yield UsedRequest(exchange.operation, (exchange.status,), sent=sent)


def _pointers(shape: Shape, pointer: str) -> Iterator[str]:
    yield pointer
    for name, part in shape.members.items():
        yield from _pointers(part, f"{pointer}/{escape(str(name))}")
    if shape.items is not None:
        yield from _pointers(shape.items, f"{pointer}/*")
