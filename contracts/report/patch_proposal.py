"""Proposes how to correct our document where a real host behaves differently: a JSON Patch (RFC 6902) and its file.

It takes only the shape of an answer, never a value. Where it can propose no patch, it says why.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from contracts.rules import response_conformance
from contracts.rules.first_violations import first_problems, place_of
from contracts.rules.location import Location
from contracts.rules.rule import Finding
from contracts.spec.dialect import TRANSLATED
from contracts.spec.document import Contract, Operation
from contracts.spec.member_names import is_identifier
from contracts.spec.operation_parts import Answer
from contracts.spec.schema_location import SchemaLocation
from contracts.transport.exchange import NOT_JSON, Exchange
from mock_server.support.redaction import MASK

_MAX_DEPTH = 4
_TYPES: Mapping[type, str] = MappingProxyType(
    {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null", list: "array", dict: "object"}
)


@dataclass(frozen=True)
class PatchProposal:
    """A proposed correction. When none can be proposed, ``patch`` is empty and ``reason`` says why."""

    file: str
    patch: Sequence[Mapping[str, Any]] = ()
    reason: str = ""

    @property
    def text(self) -> str:
        """The JSON Patch for a terminal, or the reason why there is none."""
        if not self.patch:
            return f"  no patch of {self.file} follows from this: {self.reason}"
        lines = "\n".join(f"    {json.dumps(step, ensure_ascii=False)}" for step in self.patch)
        return f"  if the document is wrong here, this mends {self.file} (JSON Patch):\n{lines}"


class _None(Exception):
    """No patch can be derived; the message says why."""


@dataclass(frozen=True)
class _Case:
    operation: Operation
    exchange: Exchange
    location: Location

    @property
    def answer(self) -> Answer:
        known = self.operation.answer(self.exchange.status)
        if known is None or known.schema is None:
            raise _None("the document has no shape for this answer")
        return known

    @property
    def responses(self) -> SchemaLocation:
        path, method = self.operation.path, self.operation.method.lower()
        return (
            SchemaLocation(self.operation.document.raw)
            .into("paths")
            .into(path)
            .followed()
            .into(method)
            .into("responses")
        )

    @property
    def schema(self) -> SchemaLocation:
        response = self.responses.into(self.answer.status).followed()
        return response.into("content").into("application/json").into("schema")


def propose(finding: Finding, contract: Contract) -> PatchProposal:
    """Propose the patch that makes the document allow the answer of a finding."""
    operation = contract.operations.get(finding.operation)
    if operation is None or not finding.evidence:
        return PatchProposal("the document", reason="it is about no single operation of it")
    name = operation.document.name
    file = f"openapi/{name}.yaml" if name in ("v1", "zapier") else f"the document {name}"
    if operation.document.raw.get(TRANSLATED):
        return PatchProposal(file, reason="it is of 3.0, or below a path of its server: a patch would not fit the file")
    derive = _DERIVED.get(finding.rule.name)
    if derive is None:
        source = f" ({finding.rule.source})" if finding.rule.source.startswith("gap:") else ""
        return PatchProposal(file, reason=f"the rule is about behaviour, which no schema says{source}")
    try:
        return PatchProposal(file, [derive(_Case(operation, finding.evidence[-1], finding.location))])
    except _None as reason:
        return PatchProposal(file, reason=str(reason))


def _unknown_status(case: _Case) -> Mapping[str, Any]:
    """The status, with the shape of another answer of the operation if that fits."""
    response: dict[str, Any] = {"description": "Seen on the API.", "x-provenance": "inferred"}
    body = case.exchange.json
    if body is not NOT_JSON and case.exchange.media_type == "application/json":
        schema = _like_another(case) or shape_schema(body, words=case.exchange.words)
        response["content"] = {"application/json": {"schema": schema}}
    return {"op": "add", "path": case.responses.into(str(case.exchange.status)).pointer, "value": response}


def _like_another(case: _Case) -> Any:
    for answer in case.operation.answers.values():
        valid = answer.schema and case.operation.document.validator(answer.schema).is_valid(case.exchange.json)
        if answer.schema is not None and valid and set(answer.schema) == {"$ref"}:
            return dict(answer.schema)
    return None


def _undocumented_field(case: _Case) -> Mapping[str, Any]:
    steps = case.location.pointer.removeprefix("/").split("/")
    if MASK in steps:
        raise _None("a name in the place is not told, as it may be somebody's data")
    home = case.schema.holder(steps[:-1])
    if home is None:
        raise _None("its object is described in no single place")
    values = list(_values(case.exchange.json, steps))
    schemas = [shape_schema(value, words=case.exchange.words) for value in values]
    known = {json.dumps(schema, sort_keys=True): schema for schema in schemas}
    one = next(iter(known.values())) if len(known) == 1 else {}
    return {"op": "add", "path": home.into(steps[-1]).pointer, "value": {**one, "x-provenance": "inferred"}}


def _broken_schema(case: _Case) -> Mapping[str, Any]:
    if case.exchange.json is NOT_JSON:
        raise _None("the answer is no JSON")
    schema = case.answer.schema or {}
    errors = first_problems(case.operation.document, schema, case.exchange.json)
    error = next((e for e in errors if place_of(e) == case.location.pointer), None)
    if error is None:
        raise _None("the place is not told exactly enough")
    place = case.schema
    for step in error.evaluation_path:
        place = place.followed() if step == "$ref" else place.into(step)
    keyword = error.kind.name
    if keyword == "required" and isinstance(place.node, list):
        return {"op": "remove", "path": place.into(place.node.index(getattr(error.kind, "property", ""))).pointer}
    kind = _TYPES.get(type(error.instance), "")
    if keyword == "type" and kind:
        known = [place.node] if isinstance(place.node, str) else list(place.node)
        return {"op": "replace", "path": place.pointer, "value": [*known, kind]}
    if keyword in ("anyOf", "oneOf") and kind == "null":
        return {"op": "add", "path": f"{place.pointer}/-", "value": {"type": "null"}}
    raise _None(f"what `{keyword}` at {place.pointer} should say depends on the value, which is not kept: look it up")


def shape_schema(value: Any, depth: int = _MAX_DEPTH, words: Collection[str] | None = None) -> dict[str, Any]:
    """Make a schema for values of this shape, without anything of the value itself.

    A name may be data if it is not among the ``words`` of the document and does not look like the name of a member.
    """
    if value is None or depth == 0:
        return {}
    found: dict[str, Any] = {"type": _TYPES[type(value)]}
    if isinstance(value, dict):
        named = [name for name in value if words is None or name in words or is_identifier(name)]
        found["properties"] = {name: shape_schema(value[name], depth - 1, words) for name in named}
    elif isinstance(value, list) and value:
        found["items"] = shape_schema(value[0], depth - 1, words)
    return found


def _values(value: Any, steps: Sequence[str]) -> Iterator[Any]:
    """Every value at a place of a body; ``*`` stands for each item of a list."""
    if not steps:
        yield value
    elif steps[0] == "*" and isinstance(value, list):
        for item in value:
            yield from _values(item, steps[1:])
    elif isinstance(value, dict) and steps[0] in value:
        yield from _values(value[steps[0]], steps[1:])


_DERIVED: Mapping[str, Callable[[_Case], Mapping[str, Any]]] = MappingProxyType(
    {
        response_conformance.STATUS.name: _unknown_status,
        response_conformance.UNDOCUMENTED.name: _undocumented_field,
        response_conformance.SCHEMA.name: _broken_schema,
    }
)
