"""Rules for every answer, whatever was asked: each exchange of our own runs is judged here."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import orjson

from contracts.rules.first_violations import MOST, first_problems, place_of
from contracts.rules.object_members import is_open, members_of
from contracts.rules.rule import Finding, Group, Rule, Severity
from contracts.spec import schema_words
from contracts.spec.document import Document, Operation
from contracts.spec.operation_parts import Answer
from contracts.spec.provenance import Provenance
from contracts.spec.resources import id_prefix
from contracts.transport.exchange import NOT_JSON, Exchange, cut, shape

_OVERVIEW = "https://docs.sophiie.ai/docs/api-reference"

NOT_A_SERVER_ERROR = Rule("not_a_server_error", Group.CRASH, "The server must not fail", Provenance.DOCUMENTED)
STATUS = Rule("status_code_conformance", Group.PROTOCOL, "The status must be a documented one")
BODY = Rule(
    "readable_body", Group.PROTOCOL, "A body must be what its headers say of it", Provenance.DOCUMENTED,
    "https://www.rfc-editor.org/rfc/rfc9110#name-representation-data-and-met",
)  # fmt: skip
CONTENT_TYPE = Rule("content_type_conformance", Group.PROTOCOL, "The content type must be the documented one")
HEADERS = Rule("response_headers_conformance", Group.PROTOCOL, "Documented headers must be there, and be right")
SCHEMA = Rule("response_schema_conformance", Group.SHAPE, "The body must have the documented shape")
ENVELOPE = Rule(
    "error_envelope", Group.SHAPE, "An error must repeat its own status and text", Provenance.EXAMPLE, _OVERVIEW
)
ID_PREFIX = Rule("id_prefix", Group.SHAPE, "An id must have the prefix of its kind", Provenance.EXAMPLE, "gap:id-shape")
TIMESTAMP = Rule(
    "timestamp_form", Group.SHAPE, "A moment must be in UTC with milliseconds", Provenance.EXAMPLE, _OVERVIEW
)
UNDOCUMENTED = Rule(
    "undocumented_field",
    Group.SHAPE,
    "An answer should hold documented fields only",
    Provenance.EXAMPLE,
    "gap:response-nullability",
    Severity.WARNING,
)

_VALUELESS = (BODY, CONTENT_TYPE, SCHEMA, UNDOCUMENTED)
"""What they say of an answer holds no value of it."""

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


Known = set[tuple[str, bytes]]
Fine = dict[str, Known]
"""Operation and status → place and text of items that keep every convention: most are seen many times in a run."""


Said = tuple[Rule, str, str, str]
"""Rule, place, what was expected, what was got."""


def judge(operation: Operation, exchange: Exchange, fine: Fine) -> Iterator[Finding]:
    """Everything that is wrong with one answer."""

    def broken(rule: Rule, expected: str, got: str, where: str = "") -> Finding:
        known = operation.answer(exchange.status)
        mark = rule.provenance or (known.provenance if known else operation.provenance)
        if exchange.private and rule not in _VALUELESS:
            got = exchange.answer()
        return Finding(rule, operation.key, mark, got, expected, where or str(exchange.status), (exchange,))

    if exchange.status >= 500:
        yield broken(NOT_A_SERVER_ERROR, "an answer below 500", exchange.answer())
    answer = operation.answer(exchange.status)
    if answer is None:
        yield broken(STATUS, f"one of {', '.join(sorted(operation.answers))}", exchange.answer())
        return
    for name, expected, got in _headers(operation.document, answer, exchange):
        yield broken(HEADERS, expected, got, f"{exchange.status} {name}")
    if answer.media_types and exchange.media_type not in answer.media_types:
        yield broken(CONTENT_TYPE, " or ".join(sorted(answer.media_types)), exchange.media_type or "no content type")
    if exchange.flaw:
        yield broken(BODY, "a body as its headers describe it", f"{exchange.status}: {exchange.flaw}")
        return
    if answer.schema is None:
        return
    if exchange.json is NOT_JSON:
        yield broken(SCHEMA, "a JSON body", f"{exchange.answer()} ({exchange.obstacle})")
        return
    for error in first_problems(operation.document, answer.schema, exchange.json):
        where = f"{exchange.status} {place_of(error)}"
        if exchange.private:
            yield broken(SCHEMA, schema_words.describe_error(error), shape(error.instance), where)
        else:
            yield broken(SCHEMA, cut(error.message, 300), exchange.answer(), where)
    if exchange.status >= 400:
        yield from (broken(ENVELOPE, *said) for said in _envelope(exchange))
    else:
        known = fine.setdefault(f"{operation.key} {exchange.status}", set())
        said = _fields(operation.document, answer.schema, exchange.json, "", known)
        for rule, where, expected, got in islice(_of_each_place(said), MOST):
            yield broken(rule, expected, got, f"{exchange.status} {where}")


def _of_each_place(said: Iterable[Said]) -> Iterator[Said]:
    """The first of what is said of the same place."""
    known = set()
    for one in said:
        if one[:2] not in known:
            known.add(one[:2])
            yield one


def _headers(document: Document, answer: Answer, exchange: Exchange) -> Iterator[tuple[str, str, str]]:
    for name, (required, schema) in answer.headers.items():
        text = exchange.headers.get(name)
        if text is None:
            if required:
                yield name, f"the header {name}", "no such header"
            continue
        value: Any = int(text) if schema.get("type") == "integer" and _INTEGER.fullmatch(text) else text
        if not document.validator(schema).is_valid(value):
            yield name, f"{name} as documented: {schema.get('type', 'a value')}", text


def _envelope(exchange: Exchange) -> Iterator[tuple[str, str, str]]:
    """(expected, got, where): the inner status is the outer, both texts are one."""
    error = exchange.field("error")
    if not isinstance(error, Mapping):
        return
    if error.get("status") != exchange.status:
        yield f"error.status {exchange.status}", str(error.get("status")), f"{exchange.status} /error/status"
    if error.get("message") != exchange.field("message"):
        yield (
            "the same text twice",
            f"{exchange.field('message')} / {error.get('message')}",
            f"{exchange.status} /error",
        )


def _fields(document: Document, schema: Any, value: Any, path: str, fine: Known) -> Iterator[Said]:
    """(rule, where, expected, got) for each member that breaks a convention, however deep it lies."""
    schema = document.resolve(schema)
    if isinstance(value, list):
        items = schema.get("items", {}) if isinstance(schema, Mapping) else {}
        odd = 0
        for item in value:
            mark = f"{path}/*", orjson.dumps(item)
            if mark not in fine:
                said = list(_fields(document, items, item, f"{path}/*", fine))
                yield from said
                if not said:
                    fine.add(mark)
                elif (odd := odd + 1) == MOST:
                    return
        return
    if not isinstance(value, dict) or not isinstance(schema, Mapping):
        return
    known = members_of(document, schema, value)
    for name, member in value.items():
        where = f"{path}/{name}"
        if name not in known:
            if known and not is_open(schema):
                yield UNDOCUMENTED, where, "documented fields only", name
            continue
        sub = document.resolve(known[name])
        yield from _conventions(name, sub, member, where)
        if isinstance(member, dict | list):
            yield from _fields(document, sub, member, where, fine)


def _conventions(name: str, schema: Any, value: Any, where: str) -> Iterator[Said]:
    if not isinstance(value, str) or not isinstance(schema, Mapping):
        return
    prefix = id_prefix(schema)
    if prefix and name == "id" and not value.startswith(prefix):
        yield ID_PREFIX, where, f"{prefix}…", value
    if schema.get("format") == "date-time" and not _MOMENT.fullmatch(value):
        yield TIMESTAMP, where, "2026-03-04T05:06:07.089Z", value
