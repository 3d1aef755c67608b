"""Read one kind of record in every view, and compare the results."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contracts.rules.object_members import members_of
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import whole_list
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec.document import Document, Operation
from contracts.spec.resources import Family
from contracts.transport.exchange import Exchange

Record = Mapping[str, Any]
_MAX_WRAPPERS = 3  # around a record: an object, a list in it
_CHANGED = re.compile(r"(?i)(updated|modified|changed)(_?at|on|date)?")


def is_change_time(name: str) -> bool:
    """Tell whether a member, by its name, is the time of the last change."""
    return bool(_CHANGED.fullmatch(name))


def may_replace(update: Operation) -> bool:
    """Tell whether a change may drop the members that it leaves out: HTTP says so of PUT, our vendor does not."""
    return update.method == "PUT" and not update.document.vendors


def record_of(exchange: Exchange) -> Record:
    """The record in an answer, wrapped (``{"lead": {…}}``) or not. Raises ScenarioSkipped if there is none.

    An object with the members that were sent is no wrapper: one with an `id` in it is another record, or about it.
    """
    value = exchange.json
    if isinstance(value, dict) and "id" not in value and value.keys().isdisjoint(_sent_members(exchange)):
        inner = [member for member in value.values() if isinstance(member, dict) and "id" in member]
        value = inner[0] if len(inner) == 1 else value
    if not isinstance(value, dict) or not isinstance(value.get("id"), str | int):
        raise ScenarioSkipped(f"{exchange.operation} answered no record")
    return value


def _sent_members(exchange: Exchange) -> Record:
    """The plain members of the body that was sent, by name."""
    sent = replace(exchange, body=exchange.sent_body).json if exchange.sent_body else None
    members = sent if isinstance(sent, dict) else {}
    return {name: value for name, value in members.items() if not isinstance(value, dict)}


def differences(one: Record, other: Record, ignore: Sequence[str] = ()) -> list[str]:
    """Members that both records have, with different values."""
    return sorted(name for name in one if name in other and name not in ignore and one[name] != other[name])


def agree(one: Any, other: Any) -> bool:
    """Tell whether two values are equal, but for members of objects that only one of them has."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(agree(one[name], other[name]) for name in one.keys() & other.keys())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(agree, one, other))
    return bool(one == other)


def holds(value: Any, sent: Any) -> bool:
    """Tell whether ``value`` is the sent value; its objects may have additional members."""
    if isinstance(sent, dict):
        return isinstance(value, dict) and all(name in value and holds(value[name], it) for name, it in sent.items())
    if isinstance(sent, list):
        same = isinstance(value, list) and len(value) == len(sent)
        return same and all(map(holds, value, sent))
    return bool(value == sent) and isinstance(value, bool) == isinstance(sent, bool)


def keeps(record: Record, name: str, sent: Any, shape: "Shape | None") -> bool:
    """Tell whether a record has a member as it was sent. A member that the view cannot show does not count."""
    if name not in record or shape is None:
        return name not in record or holds(record[name], sent)
    part = shape.member(name)
    return holds(record[name], part.placed(sent, record[name])) or not part.admits(sent)


@dataclass(frozen=True)
class Shape:
    """The part of an answer's schema that describes one value."""

    document: Document
    schema: Any

    def placed(self, sent: Any, shown: Any) -> Any:
        """The part of a sent value that has a place in the answer: another alternative may have fewer members."""
        if isinstance(sent, dict) and isinstance(shown, dict):
            known = members_of(self.document, self.schema, shown) if self.names else sent
            kept = {name: it for name, it in sent.items() if name in shown or name in known}
            return {name: self.member(name).placed(it, shown.get(name)) for name, it in kept.items()}
        if isinstance(sent, list) and isinstance(shown, list) and len(sent) == len(shown):
            return list(map(self.items.placed, sent, shown))
        return sent

    @property
    def names(self) -> Mapping[str, Any]:
        """The named members of an object, with their schemas."""
        return self.document.properties(self.schema)

    @property
    def has_id(self) -> bool:
        """True for an object with an `id`."""
        return "id" in self.names

    def admits(self, value: Any) -> bool:
        """Tell whether the value is valid here: a request may allow values that an answer does not."""
        return self.document.validator(self.schema).is_valid(value)

    def member(self, name: str) -> "Shape":
        """The shape of a member."""
        return Shape(self.document, self.names.get(name, {}))

    @property
    def items(self) -> "Shape":
        """The shape of the items of a list."""
        schema = self.document.resolve(self.schema)
        return Shape(self.document, schema.get("items", {}) if isinstance(schema, Mapping) else {})


def record_shape(view: Operation) -> Shape:
    """The shape of a record in the answer of an operation, which may be wrapped or in a list."""
    document, answer = view.document, view.success
    shape = Shape(document, answer.schema if answer and answer.schema else {})
    for _ in range(_MAX_WRAPPERS):
        inner = [it for name in shape.names if (it := shape.member(name)).has_id or it.items.has_id]
        if shape.has_id or not (shape.items.schema or len(inner) == 1):
            break
        shape = shape.items if shape.items.schema else inner[0]
    return shape


@dataclass(frozen=True)
class RecordKind:
    """A family whose records can be made and listed."""

    client: ScenarioClient
    family: Family

    @property
    def create(self) -> Operation:
        """The operation that creates a record. Raises ScenarioSkipped if there is none."""
        if self.family.create is None:
            raise ScenarioSkipped(f"{self.family.path}: nothing can be created")
        return self.family.create

    @property
    def shape(self) -> Shape | None:
        """The shape of a record in the list; None if there is no list."""
        listing = self.family.listing
        return Shape(listing.operation.document, listing.item_schema) if listing else None

    @property
    def defaults(self) -> Mapping[str, Any]:
        """The values of members that nobody has set, by name."""
        document = self.create.document
        shapes = document.properties(self.family.listing.item_schema) if self.family.listing else {}
        found = {name: document.resolve(schema).get("default", ...) for name, schema in shapes.items()}
        return {name: value for name, value in found.items() if value is not ...}

    def made_unlike_defaults(self) -> tuple[Record, Mapping[str, Any]]:
        """Create a record with no member at its default; return it with the defaults."""
        document, schema = self.create.document, self.create.body or {}
        members, validator = document.properties(schema), document.certain_validator(schema)
        body = self.client.sampler.body(self.create, whole=True)
        for name, default in self.defaults.items():
            if name in members:
                other = {**body, name: self.client.sampler.other(document, members[name], default)}
                body = other if validator.is_valid(other) else body
        return self.create_record(body)[0], self.defaults

    def change(self, record: Record) -> Record:
        """Change the members of a record that have no default, read it before and after, and return it.

        What cannot be done is left out.
        """
        update = self.family.update
        if update is None or update.body is None:
            return record
        body = self.client.sampler.body(update, whole=True)
        own = {"id": record["id"]} if "id" in body else {}
        kept = {name: value for name, value in body.items() if name not in self.defaults}
        self.read(record["id"])
        if self.client.call(update, record["id"], body={**kept, **own}).succeeded:
            self.read(record["id"])
        return record

    def listed(self, key: str | None = None) -> list[Record]:
        """Every record of the list, with this key or our own; empty if there is no list."""
        return whole_list(self.client, self.family.listing, key=key) if self.family.listing else []

    def create_record(self, body: Mapping[str, Any]) -> tuple[Record, Exchange]:
        """Create a record with this body. Raises ScenarioSkipped if it is refused."""
        exchange = self.client.accepted(self.client.call(self.create, body=body), self.create)
        return record_of(exchange), exchange

    def create_sample(self, *, all_members: bool = False) -> tuple[Record, Exchange, dict[str, Any]]:
        """Create a record with a body of our own; return the record, the exchange and the body."""
        body = self.client.sampler.body(self.create, whole=all_members)
        record, exchange = self.create_record(body)
        return record, exchange, body

    def read(self, id: Any) -> Exchange | None:
        """Read one record and return the answer; None if records can be read in lists only."""
        return self.client.call(self.family.read, id) if self.family.read else None

    def found(self, id: Any) -> list[Record]:
        """Every view of a record: the list's items with its id, then the record itself if it can be read."""
        shown = [item for item in self.listed() if item.get("id") == id]
        exchange = self.read(id)
        return [*shown, record_of(exchange)] if exchange is not None and exchange.succeeded else shown

    def shown(self, id: Any) -> list[Record]:
        """The record by itself, which costs less than its list; the list's items if it cannot be read alone."""
        exchange = self.read(id)
        return [record_of(exchange)] if exchange is not None and exchange.succeeded else self.found(id)

    def gone(self, record: Record) -> None:
        """Delete a record after a scenario. Another scenario checks whether that works."""
        if self.family.delete is not None:
            self.client.call(self.family.delete, record["id"])
