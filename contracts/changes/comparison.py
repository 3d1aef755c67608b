"""Two versions of a document, compared operation by operation."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from contracts.changes.answer_changes import (
    answers_of,
    contents_of,
    counterpart,
    header_changes,
    headers_of,
    media_changes,
    media_counterpart,
    status_changes,
    where,
)
from contracts.changes.change import Change, make
from contracts.changes.grades import Side
from contracts.changes.request_changes import (
    BODY,
    body_changes,
    location_of,
    parameter_changes,
    parameter_schema,
    parameters_of,
)
from contracts.changes.schema_graph import SchemaGraph
from contracts.changes.schema_parts import Schema
from contracts.changes.security_changes import security_changes
from contracts.changes.versions import Node, Version
from contracts.errors import CannotRun
from contracts.rules.location import Location
from mock_server.support.garbage_collector import collector_paused

EVERYWHERE = ""
"""The operation of a change that is about all of them."""
MAX_CHANGES = 200_000
UsedPlaces = Mapping[tuple[str, str], Collection[str]]
"""The pointers that a client uses, by operation and the place of the body: ``body``, or the status of the answer."""


@dataclass
class _Body:
    """A body or a parameter whose schemas are compared: the place of the changes below it, and the pair of schemas."""

    operation: str
    side: Side
    location: Location
    status: str
    root: Any


@dataclass
class Comparison:
    """All changes between two versions, without grades."""

    old: Version
    new: Version
    changes: list[Change] = field(default_factory=list)
    operations: int = 0
    """How many operations the old version has."""

    @property
    def notes(self) -> list[str]:
        """The parts that could not be compared, a line each."""
        sides = (("the old document", self.old), ("the new document", self.new))
        return [f"{name}: the reference {it} leads nowhere" for name, version in sides for it in version.lost]


def compare(old: Version, new: Version, used: UsedPlaces | None = None) -> Comparison:
    """Compare two versions. Raises CannotRun if they are too large to be compared."""
    with collector_paused():
        comparer = _Comparer(old, new, used or {})
        return comparer.compare()


class _Comparer:
    def __init__(self, old: Version, new: Version, used: UsedPlaces) -> None:
        self._old, self._new, self._used = old, new, used
        self._graph = SchemaGraph(old, new)
        self._bodies: list[_Body] = []
        self._found: dict[tuple[Any, ...], Change] = {}

    def compare(self) -> Comparison:
        """All changes, in the order of the old document, those of added operations last."""
        before = {key: rest for key, *rest in self._old.operations()}
        after = {key: rest for key, *rest in self._new.operations()}
        self._note(self._whole())
        for key, parts in before.items():
            if key not in after:
                self._note([make("operation-removed", self._old.keyed(key))])
            else:
                self._note(self._operation(self._old.keyed(key), parts, after[key]))
        self._note(make("operation-added", self._new.keyed(key)) for key in after if key not in before)
        self._webhooks()
        for body in self._bodies:
            self._note(self._inside(body))
        return Comparison(self._old, self._new, self._sorted(before), len(before))

    def _sorted(self, before: Mapping[str, Any]) -> list[Change]:
        order = {self._old.keyed(key): number for number, key in enumerate(before)}
        return sorted(
            self._found.values(),
            key=lambda it: order.get(it.operation, -1 if it.operation == EVERYWHERE else len(order)),
        )

    def _note(self, changes: Any) -> None:
        """Keep changes, each once: two media types often have the same schema."""
        for change in changes:
            same = (
                change.rule.id,
                change.operation,
                change.side,
                change.status,
                change.location,
                change.before,
                change.after,
            )
            self._found.setdefault(same, change)
            if len(self._found) > MAX_CHANGES:
                raise CannotRun(f"more than {MAX_CHANGES:,} changes", "are these two versions of one document?")

    def _whole(self) -> Iterator[Change]:
        if self._old.base != self._new.base:
            yield make("base-path-changed", EVERYWHERE, before=self._old.base or "/", after=self._new.base or "/")
        hosts = [_host(version.server) for version in (self._old, self._new)]
        if all(hosts) and hosts[0] != hosts[1]:
            yield make("server-changed", EVERYWHERE, before=hosts[0], after=hosts[1])

    def _operation(self, key: str, old: list[Any], new: list[Any]) -> Iterator[Change]:
        (old_path, old_item, before), (new_path, new_item, after) = old, new
        was, is_ = before.get("deprecated") is True, after.get("deprecated") is True
        if was != is_:
            yield make("operation-deprecated" if is_ else "operation-reinstated", key)
        ids = str(before.get("operationId", "")), str(after.get("operationId", ""))
        if ids[0] != ids[1] and ids[0]:
            yield make("operation-id-changed", key, before=ids[0], after=ids[1] or None)
        yield from security_changes(key, self._old, self._new, before, after)
        was_sent = parameters_of(self._old, old_path, old_item, before)
        is_sent = parameters_of(self._new, new_path, new_item, after)
        yield from parameter_changes(key, was_sent, is_sent, (self._old, self._new))
        for known in was_sent.keys() & is_sent.keys():
            schemas = (
                parameter_schema(self._old, was_sent[known].node),
                parameter_schema(self._new, is_sent[known].node),
            )
            self._compare_later(key, Side.PARAMETER, location_of(was_sent[known]), "", *schemas)
        yield from self._body(key, before, after)
        yield from self._answers(key, before, after)

    def _body(self, key: str, old: Node, new: Node) -> Iterator[Change]:
        was, is_ = self._old.mapping(old, "requestBody"), self._new.mapping(new, "requestBody")
        yield from body_changes(key, was, is_, "requestBody" in old, "requestBody" in new)
        yield from self._contents(key, Side.REQUEST, BODY, "", was, is_)

    def _answers(self, key: str, old: Node, new: Node) -> Iterator[Change]:
        was, is_ = answers_of(self._old, old), answers_of(self._new, new)
        yield from status_changes(key, was, is_)
        for status, before in was.items():
            other = counterpart(status, is_)
            if other is not None:
                yield from self._answer(key, status, before, is_[other])

    def _answer(self, key: str, status: str, old: Node, new: Node) -> Iterator[Change]:
        was, is_ = headers_of(self._old, old), headers_of(self._new, new)
        yield from header_changes(key, status, was, is_)
        for name in was.keys() & is_.keys():
            schemas = parameter_schema(self._old, was[name]), parameter_schema(self._new, is_[name])
            place = where(status, part="header", name=name)
            self._compare_later(key, Side.ANSWER, place, status, *schemas)
        yield from self._contents(key, Side.ANSWER, where(status), status, old, new)

    def _contents(self, key: str, side: Side, place: Location, status: str, old: Node, new: Node) -> Iterator[Change]:
        was, is_ = contents_of(self._old, old), contents_of(self._new, new)
        parts = {"side": side, "location": place, "status": status}
        yield from media_changes(key, was, is_, **parts)
        for media, before in was.items():
            other = media_counterpart(media, is_)
            after = is_[other] if other is not None else {}
            if other is not None and ("schema" in before) != ("schema" in after):
                yield make("schema-removed" if "schema" in before else "schema-added", key, **parts)
            elif other is not None and "schema" in before:
                self._compare_later(key, side, place, status, (before["schema"],), (after["schema"],))

    def _webhooks(self) -> None:
        before, after = dict(self._old.webhooks()), dict(self._new.webhooks())
        self._note(make("webhook-removed", key) for key in before if key not in after)
        self._note(make("webhook-added", key) for key in after if key not in before)
        for key in before.keys() & after.keys():
            bodies = self._old.mapping(before[key], "requestBody"), self._new.mapping(after[key], "requestBody")
            self._note(self._contents(key, Side.ANSWER, BODY, "", *bodies))

    def _compare_later(self, key: str, side: Side, place: Location, status: str, old: Schema, new: Schema) -> None:
        """Put a pair of schemas into the graph, which is complete before changes are collected from it."""
        self._bodies.append(_Body(key, side, place, status, self._graph.add(old, new, side)))

    def _inside(self, body: _Body) -> Iterator[Change]:
        place = body.location
        used = self._used.get((body.operation, body.status or place.part), ())
        for pointer, own, cause in self._graph.changes(body.root, used):
            location = Location(place.status, place.part, place.name, pointer)
            yield make(own.rule, body.operation, side=body.side, location=location, status=body.status,
                       before=own.before, after=own.after, cause=cause)  # fmt: skip


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
