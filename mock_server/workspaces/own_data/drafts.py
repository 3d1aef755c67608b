"""Drafts: the input of a person split into records, each with an id, before references are resolved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mock_server.spec.validation_messages import choice
from mock_server.store.base import Id, Row
from mock_server.store.state import Transaction
from mock_server.support.did_you_mean import did_you_mean
from mock_server.support.text import short_repr
from mock_server.workspaces.new_ids import new_id
from mock_server.workspaces.own_data.faults import Faults, FaultyValue, Path
from mock_server.workspaces.own_data.kinds import Kind, Kinds
from mock_server.world.ids import Ids

MAX_RECORDS = 10_000
"""Most records in one writing, with those inside other records."""


@dataclass(slots=True)
class Draft:
    """One record to be written. ``said`` are fields of its kind; ``words`` become fields when its story is written.

    ``places`` has the way to each of them; ``above`` is the draft in which this one was written.
    """

    kind: Kind
    id: Id
    path: Path
    said: dict[str, Any] = field(default_factory=dict)
    words: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Path] = field(default_factory=dict)
    above: "Draft | None" = None

    def place(self, name: str) -> Path:
        """The way to a field or a word; to the record if the person did not write that field."""
        return self.places.get(name, self.path)


class Drafting:
    """Splits the input into drafts. Faults go to ``faults``."""

    def __init__(self, kinds: Kinds, tx: Transaction, ids: Ids, faults: Faults, most: int = MAX_RECORDS) -> None:
        self._most = most
        self._kinds, self._tx, self._ids, self._faults = kinds, tx, ids, faults
        self.drafts: list[Draft] = []
        self._given: set[tuple[str, Id]] = set()

    def read(self, written: Mapping[str, Any]) -> list[Draft]:
        """The drafts of all input by kind; records inside other records come after these. Raises RecordsError."""
        for name, value in written.items():
            try:
                self._read_kind(name, value)
            except FaultyValue as fault:
                self._faults.add(fault)
        self._faults.refuse()
        return self.drafts

    def _read_kind(self, name: str, value: Any) -> None:
        kind = self._kinds.get(name)
        if kind is None:
            what = f"there is no kind {short_repr(name)}{did_you_mean(name, self._kinds.names)}"
            raise FaultyValue((name,), what, choice(self._kinds.names))
        if kind.single and isinstance(value, Mapping):
            self._draft(kind, value, (name,), None)
            return
        for path, item in self._items(value, (name,)):
            self._draft(kind, item, path, None)

    def _items(self, value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
        if not isinstance(value, list):
            raise FaultyValue(path, "is no list of records", "write '- ' before each record")
        return (((*path, number), item) for number, item in enumerate(value))

    def _draft(self, kind: Kind, written: Any, path: Path, above: Draft | None, link: str = "") -> None:
        try:
            draft = self._taken(kind, written, path, above)
        except FaultyValue as fault:
            self._faults.add(fault)
            return
        if above is not None:
            if draft.said.get(link, above.id) != above.id:
                what = f"is the {above.kind.name} record in which this one is written"
                self._faults.add(FaultyValue(draft.place(link), what, "leave it out"))
            draft.said[link] = above.id
            draft.places.setdefault(link, path)
        self.drafts.append(draft)
        if len(self.drafts) > self._most:
            raise FaultyValue(path, f"more than {self._most:,} records", "write them in several steps")
        for word, (name, field_name) in kind.below.items():
            if isinstance(written, Mapping) and word in written:
                inner = self._kinds.get(name)
                for place, item in self._items(written[word], (*path, word)) if inner else ():
                    if inner is not None:
                        self._draft(inner, item, place, draft, field_name)

    def _taken(self, kind: Kind, written: Any, path: Path, above: Draft | None) -> Draft:
        """Make the draft of one record, without the records inside it. Raises FaultyValue."""
        if isinstance(written, str) and kind.short:
            written = {kind.short: written}
        if not isinstance(written, Mapping):
            short = f", or a text for `{kind.short}`" if kind.short else ""
            raise FaultyValue(path, f"is {short_repr(written, 40)} and no record", f"write 'field: value' lines{short}")
        draft = Draft(kind, "", path, above=above)
        for key, value in written.items():
            if key not in kind.below:
                self._sort(draft, key, value)
        draft.id = self._id(draft)
        return draft

    def _sort(self, draft: Draft, key: str, value: Any) -> None:
        """Put one key of the input into its place in the draft."""
        kind, path = draft.kind, (*draft.path, key)
        name = kind.aliases.get(key) or (kind.refers[key][0] if key in kind.refers else key)
        if key in kind.words:
            draft.words[key] = value
            draft.places[key] = path
        elif name in kind.fields or name in kind.refers or (kind.family is not None and kind.family.free):
            if name in draft.said:
                raise FaultyValue(path, f"says `{name}` a second time", "keep one of them")
            draft.said[name] = value
            draft.places[name] = path
        else:
            meant = did_you_mean(key, kind.known)
            self._faults.add(FaultyValue(path, f"is not known here{meant}", choice(kind.known)))

    def change(self, name: str, row: Row, fields: Mapping[str, Any]) -> Draft:
        """Make the draft of a change to an existing record. Raises RecordsError."""
        kind = self._kinds.get(name)
        if kind is None:
            raise ValueError(f"{name} is no kind")
        draft = Draft(kind, row.id, ())
        for key, value in fields.items():
            try:
                if key in kind.below and key not in kind.fields:
                    raise FaultyValue((key,), "holds records of their own", f"POST them to {kind.below[key][0]}")
                self._sort(draft, key, value)
            except FaultyValue as fault:
                self._faults.add(fault)
        if draft.said.pop(kind.id, row.id) != row.id:
            self._faults.add(FaultyValue(draft.place(kind.id), "is not the record's id", "an id cannot be changed"))
        self._faults.refuse()
        return draft

    def _id(self, draft: Draft) -> Id:
        """The id that the person gave, or a new one. Raises FaultyValue."""
        kind, own = draft.kind, draft.said.pop(draft.kind.id, None)
        if kind.single and (row := self._tx.one(kind.name)) is not None:
            return row.id
        if own is None:
            id = new_id(self._tx, self._ids, kind.name)
            if id is None:
                raise FaultyValue(draft.path, f"the document's ids for {kind.name} are used up")
            return id
        place = draft.place(kind.id)
        schema = kind.family.id_schema if kind.family else None
        if isinstance(own, bool) or not isinstance(own, str | int) or own == "" or (schema and not schema.accepts(own)):
            raise FaultyValue(place, f"is {short_repr(own, 40)} and no id of {kind.name}", "leave it out for a new one")
        if self._tx.get(kind.name, own) is not None or (kind.name, own) in self._given:
            raise FaultyValue(place, "is the id of another record", "leave it out for a new one", conflict=True)
        self._given.add((kind.name, own))
        return own
