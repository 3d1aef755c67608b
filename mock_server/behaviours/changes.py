"""Changes of records that several behaviours make: insert a record, change one, remove one with all below it."""

from collections.abc import Mapping
from typing import Any

from mock_server.behaviours import document_events, records
from mock_server.behaviours.patches import patched
from mock_server.behaviours.registry import OperationContext
from mock_server.errors import Conflict
from mock_server.spec.event_sources import CREATED, DELETED, UPDATED
from mock_server.spec.families import Family
from mock_server.spec.schema import Schema
from mock_server.spec.uploaded_file import UploadedFile
from mock_server.store.base import Id, Record, Row
from mock_server.workspaces.fitting import identified, inner_id, timestamps, touched, valid
from mock_server.workspaces.id_spellings import spellings
from mock_server.workspaces.identifiers import second_ids, with_own_names
from mock_server.workspaces.new_ids import new_id

Fields = Mapping[str, Any]


def given(call: OperationContext) -> Fields:
    """The fields of the body that both the operation and the record have."""
    return taken(call, call.body)


def taken(call: OperationContext, body: Any, schema: Schema | None = None) -> Fields:
    """The fields of a record that a body gives: those that occur only in answers are not taken.

    ``schema`` is that of one record if the operation's body has several.
    """
    if not isinstance(body, dict):
        return {}
    family, within = call.binding.family, "" if schema else call.binding.within
    schema = schema or call.operation.body
    if within:
        body, schema = body.get(within), schema.properties[within] if schema else None
        if not isinstance(body, dict):
            return {}
    known: Mapping[str, Schema] = schema.properties if schema else {}
    body = {name: value for name, value in body.items() if name not in known or "readOnly" not in known[name].marks}
    if family.free:  # what the body's schema does not know is not taken, as the answer's explanation says
        return {name: value for name, value in body.items() if not known or name in known or (schema and schema.open)}
    fields = {name: value for name, value in body.items() if name in (known or family.fields) and name in family.fields}
    return {name: _kept(family, name, value) for name, value in fields.items()}


def _kept(family: Family, name: str, value: Any) -> Any:
    """The value as it is stored: of a file only its name, if the record has a text for it."""
    if not isinstance(value, UploadedFile):
        return value
    parts = [shape.properties[name] for shape in family.shapes if name in shape.properties]
    return value if all(part.accepts(value) for part in parts) else value["name"]


def insert(call: OperationContext, kind: str, fields: Fields, named: Id | None = None) -> Row:
    """Store a new record of ``kind``: ``fields``, and the document's defaults for a new record.

    ``named`` is the id from the request's path.
    """
    family = call.contract.families.get(kind)
    if family is None:
        id = call.new_id(kind)
        return call.tx.put(kind, id, {**fields, "id": id, "createdAt": call.now, "updatedAt": call.now})
    above = records.parent(call) if family.parent is not None else None
    id = _new_id(call, family, fields) if named is None else named
    record = identified(family, {**timestamps(family, call.now), **fields}, id)
    if above is not None:
        record |= records.below(call, family, above)
    for name, value in family.starts.items():
        record.setdefault(name, value)
    call.tx.remove(records.REMOVED, f"{kind}/{id}")
    place = f"{above}/{id}" if records.is_below_another(call, family, call.tx.get(kind, id), above) else id
    row = call.store(kind, place, _named(call, family, record, fields) if call.contract.foreign else record)
    if call.contract.event_sources:
        document_events.changed(call, family, row, CREATED)
    return row


def _named(call: OperationContext, family: Family, record: Record, fields: Fields) -> Record:
    """Add the further ids and names by which a path may ask for the new record, unlike those of every other record."""
    seed, id = call.ids.seed, record[family.id]
    whole = valid(family, {**second_ids(family, id, seed), **record}, lambda: call.chance(family.kind, id))
    return with_own_names(
        family, whole, fields, seed, lambda name, value: bool(call.tx.first(family.kind, 1, {name: [value]}))
    )


def _new_id(call: OperationContext, family: Family, fields: Fields) -> Id:
    """The id that the client gives, if the document allows that; else the next one. Raises Conflict."""
    own = family.id_in(fields)
    if own in (None, "") or isinstance(own, bool) or not isinstance(own, str | int):
        return call.new_id(family.kind)
    if family.id_schema and not family.id_schema.accepts(own):
        return call.new_id(family.kind)
    if call.tx.get(family.kind, own) is not None and records.by_id(call, own) is not None:
        if says_conflict(call):
            raise Conflict(f"another of the {family.kind} has this {family.id}")
        clash = f"another of the {family.kind} has this {family.id}, and no 409 is documented"
        id = new_id(call.tx, call.ids, family.kind)
        call.notes.append(f"{clash}: it is replaced" if id is None else f"{clash}: it got its own")
        return own if id is None else id
    return own


def says_conflict(call: OperationContext) -> bool:
    """True if the document has an answer for a conflict, or documents no refusals at all."""
    known = {*map(str, call.operation.responses), *call.operation.ranges}
    return bool(known & {"409", "4XX", "default"}) or not any(code.startswith("4") for code in known)


def change(call: OperationContext, family: Family, row: Row, fields: Fields) -> Row:
    """Store a changed copy of ``row``, with ``fields``."""
    before = {**row.record, **touched(family, row.record, call.now)}
    record = patched(call, before, fields)
    if family.id in before:
        record[family.id] = before[family.id]
        record |= inner_id(family, record, before[family.id])
    after = call.store(family.kind, row.id, record)
    if call.contract.event_sources:
        document_events.changed(call, family, after, UPDATED, row.record)
    return after


def remove(call: OperationContext, kind: str, row: Row) -> None:
    """Remove the record, and the records below it in the document's paths."""
    own = call.contract.families.get(kind)
    is_noted = own is not None and (own.at_sight or call.tx.get(kind, row.id) is None)
    if is_noted or call.operation.deleted_status:
        call.tx.put(records.REMOVED, f"{kind}/{row.id}", {"id": f"{kind}/{row.id}"})
    call.tx.remove(kind, row.id)
    if own is not None and call.contract.event_sources:
        document_events.changed(call, own, row, DELETED)
    for family in call.contract.families.values():
        if family.parent == kind and family.link:
            for child in call.tx.find(family.kind, {family.link: list(spellings(row.id))}):
                remove(call, family.kind, child)
