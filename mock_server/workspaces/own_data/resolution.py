"""Resolution: replace names by ids and spoken times by timestamps, and make every value valid for the document."""

from collections.abc import Sequence
from typing import Any

from mock_server.spec.json_types import type_of
from mock_server.support.text import short_repr
from mock_server.workspaces.own_data.context import OwnDataContext
from mock_server.workspaces.own_data.drafts import Draft
from mock_server.workspaces.own_data.faults import Faults, FaultyValue, Path
from mock_server.workspaces.own_data.names import RecordNames
from mock_server.workspaces.own_data.vocabulary import UNIQUE
from mock_server.world.clock import epoch_ms, from_epoch_ms, parse
from mock_server.world.clock import stamp as time_stamp

_TIMES = ("createdAt", "updatedAt")
_FLAGS = ("isFlagged",)


class Resolution:
    """Resolves the fields of drafts in place. Faults go to ``faults``."""

    def __init__(self, context: OwnDataContext, names: RecordNames, faults: Faults) -> None:
        self._context, self._names, self._faults = context, names, faults
        self._taken: dict[tuple[str, str, Any], Path] = {}

    def resolve(self, drafts: Sequence[Draft]) -> None:
        """Resolve all of them. Raises RecordsError with everything that is wrong."""
        for draft in drafts:
            for name in list(draft.said):
                try:
                    draft.said[name] = self._value(draft, name, draft.said[name])
                except FaultyValue as fault:
                    self._faults.add(fault)
        for draft in drafts:
            try:
                self._refuse_doubles(draft)
            except FaultyValue as fault:
                self._faults.add(fault)
        self._faults.refuse()

    def _value(self, draft: Draft, name: str, value: Any) -> Any:
        kind, path = draft.kind, draft.place(name)
        if name in kind.refers and value is not None:
            value = self._reference(draft, name, value, path)
        elif name == "attendees" and kind.name == "appointments" and isinstance(value, list):
            value = [self._mail(item, (*path, number)) for number, item in enumerate(value)]
        schema = kind.fields.get(name)
        if schema is not None:
            fitted = self._context.values.fitted(value, schema, path, self._context.chance(kind.name, draft.id, name))
            return self._happened(draft, name, fitted, path)
        if name in _TIMES and value is not None:
            return self._happened(
                draft, name, time_stamp(from_epoch_ms(self._context.values.moment(value, path))), path
            )
        if name in _FLAGS and not isinstance(value, bool):
            raise FaultyValue(path, f"is {short_repr(value, 40)}", "true or false")
        return self._alike(draft, name, value, path)

    def _happened(self, draft: Draft, name: str, value: Any, path: Path) -> Any:
        """The value, unless it is a time in the future at which a record was created or changed."""
        dated = name in _TIMES and isinstance(value, str) and not self._context.contract.foreign
        stored = self._context.tx.get(draft.kind.name, draft.id) if dated else None
        if stored is not None and stored.record.get(name) == value:
            return value  # the clock may have been set back since
        if dated and epoch_ms(parse(value)) > self._context.now:
            raise FaultyValue(path, "lies ahead; what is recorded has happened", "give a time before now")
        return value

    def _reference(self, draft: Draft, name: str, value: Any, path: Path) -> Any:
        """The id of the named record; for the service of an appointment, its id and its name."""
        target = draft.kind.refers[name][1]
        if isinstance(value, list):
            return [self._names.find(target, item, (*path, number)) for number, item in enumerate(value)]
        if name == "tradeService":
            if isinstance(value, dict) and "id" in value:
                return value
            id = self._names.find(target, value.get("name") if isinstance(value, dict) else value, path)
            return {"id": id, "name": self._names.record(target, id).get("name")}
        schema = draft.kind.fields.get(name)
        inline = not name.lower().endswith("id")
        if inline and self._context.contract.foreign and (isinstance(value, dict) or not self._names.any(target)):
            return value  # another document may have the record itself there, or words of its own
        try:
            return self._names.find(target, value, path)
        except FaultyValue:
            free = self._context.contract.foreign and (inline or not self._names.any(target))
            if free and schema is not None and schema.accepts(value):
                return value
            raise

    def _mail(self, called: Any, path: Path) -> Any:
        """The mail of the member of the team with this name; a mail stays a mail."""
        if not isinstance(called, str) or "@" in called:
            return called
        id = self._names.find("members", called, path)
        return self._names.record("members", id).get("email") or called

    def _alike(self, draft: Draft, name: str, value: Any, path: Path) -> Any:
        """Convert a value of a kind without a schema to the type that it has in other records."""
        rows = self._context.tx.page(draft.kind.name, 0, 20)[0]
        seen = [row.record[name] for row in rows if row.record.get(name) is not None]
        types = {_type(it) for it in seen}
        for candidate in self._context.values.readings(value):
            if not types or _type(candidate) in types or candidate is None:
                return candidate
        raise FaultyValue(path, f"is {short_repr(value, 40)}", f"write it like {short_repr(seen[0], 60)}")

    def _refuse_doubles(self, draft: Draft) -> None:
        """Raises FaultyValue if another record has a value that must be unique."""
        if self._context.contract.foreign:
            return
        kind = draft.kind.name
        for name in UNIQUE.get(kind, ()):
            value = draft.said.get(name)
            if value in (None, "") or isinstance(value, dict | list):  # the latter was refused as a value
                continue
            place, key = draft.place(name), (kind, name, value)
            others = [row.id for row in self._context.tx.find(kind, {name: value}) if row.id != draft.id]
            if key in self._taken or others:
                which = f" ({others[0]})" if others else ""
                what = f"another of the {kind}{which} has the same {name}"
                raise FaultyValue(place, what, "give another one", conflict=True)
            self._taken[key] = place


def _type(value: Any) -> str:
    """The JSON type of a value; a whole number counts as a number."""
    return "number" if type_of(value) == "integer" else type_of(value)
