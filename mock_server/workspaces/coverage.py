"""Coverage: operations, parameters, statuses, values of enumerations and events that a client has exercised.

Parameters are named with their place: ``query limit``, ``path leadId``, ``header X-Trace``; a body's own fields are
``body firstName``.
"""

from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from typing import Any

from mock_server.spec.contract import Contract
from mock_server.spec.operation import Operation
from mock_server.spec.parameter import ABSENT, Parameter
from mock_server.spec.parameter_values import Unreadable
from mock_server.spec.schema import Schema
from mock_server.support.exact_json import write_json
from mock_server.support.wire_texts import Texts, UnreadableQuery, joined_fields, query_texts

Headers = Iterable[tuple[bytes, bytes]]
SentValue = tuple[str, tuple[str, ...]]
"""A parameter or field that was sent, and its value if that is in the enumeration."""

_MAX_UNREAD = 500


class Coverage:
    """Counts by operation key; ``merge`` adds those of another coverage."""

    def __init__(self) -> None:
        self._statuses: dict[str, Counter[int]] = {}
        self._values: Counter[tuple[str, str, str]] = Counter()  # operation, parameter, value
        self._parameters: Counter[tuple[str, str]] = Counter()
        self._events: Counter[str] = Counter()
        self._unread: Counter[tuple[Operation, int, bytes, tuple[SentValue, ...]]] = Counter()

    def add(
        self,
        operation: Operation,
        status: int,
        query: bytes,
        headers: Headers,
        fields: tuple[SentValue, ...],
        events: Collection[str],
    ) -> None:
        """Count one request and the events that it caused; ``fields`` are those of its body (``BodyFields``)."""
        sent = tuple(_in_headers(operation, headers)) if "header" in operation.locations else ()
        self._unread[operation, status, query, sent + fields] += 1
        if events:
            self._events.update(events)
        if len(self._unread) > _MAX_UNREAD:
            self._read()

    def _read(self) -> None:
        """Count the noted requests, equal ones at once.

        This happens at the first question, or when many have gathered.
        """
        for (operation, status, query, sent), times in self._unread.items():
            self._statuses.setdefault(operation.key, Counter())[status] += times
            for name, texts in (*_in_path(operation), *_in_query(operation, query), *sent):
                self._parameters[operation.key, name] += times
                for text in texts:
                    self._values[operation.key, name, text] += times
        self._unread.clear()

    def merge(self, other: "Coverage") -> None:
        """Add the counts of another coverage."""
        other._read()
        for key, statuses in other._statuses.items():
            self._statuses.setdefault(key, Counter()).update(statuses)
        self._values.update(other._values)
        self._parameters.update(other._parameters)
        self._events.update(other._events)

    def to_dict(self) -> dict[str, Any]:
        """The counts as plain data, for another server that goes on from there (``add_counts``)."""
        self._read()
        return {
            "statuses": [[key, status, n] for key, seen in self._statuses.items() for status, n in seen.items()],
            "values": [[*key, n] for key, n in self._values.items()],
            "parameters": [[*key, n] for key, n in self._parameters.items()],
            "events": self._events,
        }

    def add_counts(self, stored: Mapping[str, Any]) -> None:
        """Add counts that ``to_dict`` made."""
        for key, status, n in stored["statuses"]:
            self._statuses.setdefault(key, Counter())[status] += n
        for operation, name, value, n in stored["values"]:
            self._values[operation, name, value] += n
        for operation, name, n in stored["parameters"]:
            self._parameters[operation, name] += n
        self._events.update(stored["events"])

    def report(self, contract: Contract, events: Iterable[str]) -> dict[str, Any]:
        """The counts for the whole contract, as plain data. A count of 0 means never exercised."""
        self._read()
        operations = {key: self._operation(operation) for key, operation in contract.operations.items()}
        counted = {name: self._events[name] for name in events}
        figures = {
            "operations": [one["requests"] for one in operations.values()],
            "parameters": [n for one in operations.values() for n in one["parameters"].values()],
            "statuses": [n for one in operations.values() for n in one["statuses"].values()],
            "values": [n for one in operations.values() for counts in one["values"].values() for n in counts.values()],
            "events": list(counted.values()),
        }
        totals = {name: {"exercised": sum(n > 0 for n in some), "all": len(some)} for name, some in figures.items()}
        return {"totals": totals, "operations": operations, "events": counted}

    def _operation(self, operation: Operation) -> dict[str, Any]:
        seen = self._statuses.get(operation.key, Counter())
        places = dict(_places(operation))
        values = {name: choices for name, schema in places.items() if (choices := _choices(schema))}
        return {
            "requests": seen.total(),
            "statuses": {str(status): seen[status] for status in sorted({*operation.responses, *seen})},
            "parameters": {name: self._parameters[operation.key, name] for name in places},
            "values": {
                name: {choice: self._values[operation.key, name, choice] for choice in choices}
                for name, choices in values.items()
            },
        }


def _places(operation: Operation) -> Iterator[tuple[str, Schema]]:
    for parameter in operation.parameters:
        yield _name(parameter), parameter.schema
    if operation.body is not None:
        for name, schema in operation.body.properties.items():
            yield f"body {name}", schema


def _name(parameter: Parameter) -> str:
    return f"{parameter.location} {parameter.name}"


def _in_path(operation: Operation) -> Iterator[SentValue]:
    """Count path parameters: each request to an operation sends all of them. Their values are not examined."""
    for parameter in operation.path_parameters:
        yield _name(parameter), ()


def _in_query(operation: Operation, query: bytes) -> Iterator[SentValue]:
    try:
        texts = query_texts(query) if query else {}
    except UnreadableQuery:
        return
    for parameter in operation.parameters:
        if parameter.location == "query":
            yield from _found(parameter, texts, operation.single_names)


def _found(parameter: Parameter, texts: Texts, taken: Container[str] = ()) -> Iterator[SentValue]:
    try:
        value = parameter.find(texts, taken)
    except Unreadable:
        value = None
    if value is not ABSENT:
        yield _name(parameter), _chosen(_choices(parameter.schema), value)


def _in_headers(operation: Operation, headers: Headers) -> Iterator[SentValue]:
    texts = {name.decode("latin-1"): [text.decode("latin-1")] for name, text in joined_fields(list(headers)).items()}
    for parameter in operation.parameters:
        if parameter.location == "header":
            yield from _found(parameter, texts)


class BodyFields:
    """The documented fields of an operation's bodies, and the values of their enumerations."""

    def __init__(self, operation: Operation) -> None:
        known = operation.body.properties if operation.body is not None else {}
        self._known = {name: (f"body {name}", _choices(part)) for name, part in known.items()}

    def of(self, value: Any) -> tuple[SentValue, ...]:
        """The documented fields in a body's JSON value, each with its value if that is in the enumeration."""
        if not isinstance(value, dict):
            return ()
        known = self._known
        return tuple([(known[name][0], _chosen(known[name][1], part)) for name, part in value.items() if name in known])


def _chosen(choices: Sequence[str], value: Any) -> tuple[str, ...]:
    """The values of an enumeration that a value is, or contains."""
    if not choices:
        return ()
    return tuple(text for text in map(_text, value if isinstance(value, list) else [value]) if text in choices)


def _choices(schema: Schema) -> list[str]:
    """The values of an enumeration, also of an array's items."""
    made, key = schema.document.compiled, ("choices", schema.pointer)
    if key not in made:
        parts = [*schema.parts, *(schema.items.parts if schema.items else ())]
        made[key] = [_text(value) for part in parts for value in part.node.get("enum", ())]
    choices: list[str] = made[key]
    return choices


def _text(value: Any) -> str:
    return value if isinstance(value, str) else write_json(value).decode()
