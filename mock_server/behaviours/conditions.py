"""Conditional requests: `If-Match` with an `ETag`, and an `Idempotency-Key`, if a document has them."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import wraps
from typing import Any

import orjson

from mock_server.behaviours import crud, records
from mock_server.behaviours.changes import says_conflict
from mock_server.behaviours.registry import Behaviour, OperationContext, OperationResult
from mock_server.errors import Conflict, PreconditionFailed
from mock_server.spec.operation import Operation
from mock_server.spec.resources import Role
from mock_server.store.base import Row
from mock_server.support.exact_json import write_json

KEYS = "$idempotency"
"""The kind of record that stores the idempotency keys of requests that created something."""

_MATCHES = frozenset({"if-match", "if-none-match"})
_KEY = frozenset({"idempotency-key", "x-idempotency-key"})
NAMES = _MATCHES | _KEY
_ONE = frozenset({Role.GET, Role.UPDATE, Role.DELETE, Role.ACTION})
_MAX_KEY_CHARACTERS = 255
_MISMATCH = (422, 409)
"""The answer to a key that came with another request before: the first one is that of the draft for this header."""
_FORMS = ('"{digest}"', 'W/"{digest}"', '"{number}"', 'W/"{number}"')
"""Ways to write an entity tag. A record has one tag in all of them: operations may document different forms."""


def is_conditional(operation: Operation) -> bool:
    """True if the document has conditions: a header of the request, or an `ETag` of an answer."""
    return _has_tags(operation) or _takes_keys(operation)


def _has_tags(operation: Operation) -> bool:
    asked = {it.name.lower() for it in operation.parameters if it.location == "header"}
    return bool(asked & _MATCHES) or any("etag" in it.header_names for it in operation.responses.values())


def _takes_keys(operation: Operation) -> bool:
    return operation.method == "POST" and any(it.name.lower() in _KEY for it in operation.parameters)


def with_conditions(operation: Operation, behaviour: Behaviour) -> Behaviour:
    """Wrap the behaviour: it runs only if the request's conditions hold. A repeated key gets the same answer."""
    if not is_conditional(operation):
        return behaviour
    tags, keys, form = _has_tags(operation), _takes_keys(operation), _form(operation)

    @wraps(behaviour)
    def guarded(call: OperationContext) -> OperationResult:
        binding = call.contract.bindings.get(operation.key)
        if binding is None:
            return behaviour(call)
        key = (
            next((call.headers[name][:_MAX_KEY_CHARACTERS] for name in _KEY if name in call.headers), "")
            if keys
            else ""
        )
        if key and (row := _known(call, key)) is not None:
            return crud.answer(call, row, 201 if 201 in operation.responses else None)
        is_one = tags and binding.role in _ONE and binding.levels[-1].ids
        before = records.find(call) if is_one else None
        if before is not None and _is_unchanged(call, before):
            return OperationResult(None, status=304, lasting=False)
        if is_one and before is None and call.operation.method == "PUT" and "if-match" in call.headers:
            raise PreconditionFailed("there is no such record: If-Match holds for none")
        result = behaviour(call)
        if key:
            _note(call, key)
        after = records.find(call) if before is not None and binding.role is not Role.DELETE else _created(call)
        headers = [("etag", _tag(after, form))] if tags and after is not None else []
        return replace(result, headers=[*result.headers, *headers], lasting=False)

    return guarded


def _form(operation: Operation) -> str:
    """The form in which the document writes an entity tag, by its example or its schema."""
    for response in operation.responses.values():
        if (shown := response.headers.get("etag")) is not None:
            text = shown.removeprefix("W/")
            return _FORMS[2 * text.strip('"').isdecimal() + (text != shown)]
        if (schema := response.required_headers.get("etag")) is not None:
            return next((form for form in _FORMS if schema.accepts(form.format(digest="1f", number=1))), _FORMS[0])
    return _FORMS[0]


def _tag(row: Row, form: str) -> str:
    """The entity tag of a record; it differs after each change."""
    digest = hashlib.blake2b(write_json(row.record, orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()
    return form.format(digest=digest, number=int(digest[:13], 16))


def _is_unchanged(call: OperationContext, row: Row) -> bool:
    """True if the client has this very record already. Raises PreconditionFailed if it has another version."""
    present = {_tag(row, form).removeprefix("W/") for form in _FORMS}
    wanted = call.headers.get("if-match")
    if wanted is not None and wanted.strip() != "*" and not present & _tags(wanted):
        raise PreconditionFailed("the record has changed since: its ETag is not the one of If-Match")
    known = call.headers.get("if-none-match", "")
    is_known = bool(present & _tags(known)) or known.strip() == "*"
    if call.operation.method == "GET":
        return is_known and 304 in call.operation.responses
    if is_known and records.is_stored(call, row):
        raise PreconditionFailed("there is such a record already: If-None-Match holds for none")
    return False


def _tags(header: str) -> set[str]:
    return {text.strip().removeprefix("W/") for text in header.split(",")}


def _created(call: OperationContext) -> Row | None:
    """The record that this request created, if any."""
    kind = call.binding.family.kind
    made = [it.row for it in call.tx.changes() if it.kind == kind and it.before is None and it.row is not None]
    return made[-1] if made else None


def _known(call: OperationContext, key: str) -> Row | None:
    """The record that the key created, as it was then. Raises Conflict if the request was another."""
    kept = call.tx.get(KEYS, f"{call.operation.key} {key}")
    if kept is None:
        return None
    if kept.record["digest"] != _digest(call.body):
        what = "this Idempotency-Key came with another body before"
        status = next((it for it in _MISMATCH if it in call.operation.responses), _MISMATCH[1])
        if status in call.operation.responses or says_conflict(call):
            raise Conflict(what, status=status)
        call.notes.append(f"{what}, and no 409 is documented: the request counts as a new one")
        return None
    record: Mapping[str, Any] = kept.record["record"]
    return Row(kept.record["of"], ("", 0), record)


def _note(call: OperationContext, key: str) -> None:
    row = _created(call)
    if row is not None:
        id = f"{call.operation.key} {key}"
        call.tx.put(KEYS, id, {"id": id, "digest": _digest(call.body), "of": row.id, "record": dict(row.record)})


def _digest(body: Any) -> str:
    return hashlib.blake2b(write_json(body, orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()
