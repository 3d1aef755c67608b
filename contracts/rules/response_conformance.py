"""Rules for every answer, whatever the request was: each exchange of our own runs is judged here."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import orjson

from contracts.rules import error_texts, wire_conformance
from contracts.rules.first_violations import MAX_PLACES, first_problems, place_of
from contracts.rules.header_values import header_values
from contracts.rules.location import Location
from contracts.rules.object_members import is_open_for, members_of
from contracts.rules.rule import Finding, Group, Rule, Severity, Violation
from contracts.spec import schema_words
from contracts.spec.document import Document, Operation
from contracts.spec.member_names import is_identifier
from contracts.spec.operation_parts import Answer, is_json
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

_LONG = 300
"""Most characters of a message. A longer one begins with the whole value, and its reason would be cut off."""
_VALUELESS = (BODY, wire_conformance.MEMBER_TWICE, wire_conformance.SLOW, CONTENT_TYPE, SCHEMA, UNDOCUMENTED)
"""Rules whose findings contain no value of the answer."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


Known = set[tuple[str, bytes]]
KnownItems = dict[str, Known]
"""By operation and status, place and text of items without violations: most occur many times in a run."""


def judge(operation: Operation, exchange: Exchange, fine: KnownItems) -> Iterator[Finding]:
    """Find everything that is wrong with one answer."""

    answer = operation.answer(exchange.status)
    documented = answer.provenance if answer else operation.provenance
    for violation in _violations(operation, answer, exchange, fine):
        if exchange.private and violation.rule not in _VALUELESS:
            violation = replace(violation, got=exchange.answer())
        if violation.rule is UNDOCUMENTED:
            shown = _shown_field(violation, exchange)
            violation = replace(violation, got=shown.rpartition("/")[2])
        else:
            shown = exchange.shown_pointer(violation.location.pointer)
        location = replace(violation.location, status=exchange.status, pointer=shown)
        yield Finding.of(replace(violation, location=location), operation.key, documented, (exchange,))


def _shown_field(violation: Violation, exchange: Exchange) -> str:
    """The pointer to an undocumented field. Its name is shown if it looks like a name and not like a key."""
    home, _, name = violation.location.pointer.rpartition("/")
    return f"{exchange.shown_pointer(home)}/{name if is_identifier(name) else exchange.shown_name(name)}"


def _violations(
    operation: Operation, answer: Answer | None, exchange: Exchange, fine: KnownItems
) -> Iterator[Violation]:
    """Find everything that is wrong with an answer. The locations do not have their status yet."""
    if exchange.status >= 500:
        yield Violation(NOT_A_SERVER_ERROR, expected="an answer below 500", got=exchange.answer())
    if answer is None and not says_refusal(operation, exchange.status):
        return
    if answer is None:
        due = f"one of {', '.join(sorted(operation.answers))}"
        yield Violation(STATUS, expected=due, got=exchange.answer())
        return
    yield from _headers(operation.document, answer, exchange)
    if not answer.admits(exchange.media_type) and not is_bodiless(CONTENT_TYPE, exchange):
        due = " or ".join(sorted(answer.media_types))
        yield Violation(CONTENT_TYPE, expected=due, got=exchange.media_type or "no content type")
    seen = fine.setdefault(f"{operation.key} {exchange.status} members", set())
    yield from wire_conformance.wire_violations(exchange, seen)
    if exchange.body_fault:
        got = f"{exchange.status}: {exchange.body_fault}"
        yield Violation(BODY, expected="a body as its headers describe it", got=got)
    elif answer.schema is not None and exchange.method != "HEAD" and _is_due_as_json(answer, exchange):
        yield from _body(operation, answer.schema, exchange, fine)
        yield from error_texts.text_violations(answer, exchange)


_ALONE = (404, 405, 406, 408, 410, 413, 414, 415, 428, 429, 431)  # 404 is of what never was, 410 of what was
_OF_ONE_REASON: Sequence[Collection[int]] = ({400, 422}, {401, 403}, {409, 412}, *({status} for status in _ALONE))
"""Groups of refusals that HTTP describes and that mean the same reason."""


def is_bodiless(rule: Rule, exchange: Exchange) -> bool:
    """True if a rule about bodies was broken by an empty one that HTTP demands, whatever a document has there."""
    return rule in (CONTENT_TYPE, SCHEMA) and exchange.status in (204, 205, 304) and not exchange.body


def says_refusal(operation: Operation, status: int) -> bool:
    """Tell whether the document says how the operation refuses for the reason that ``status`` means.

    Many documents describe only success, and refusals that are special to an operation. They say nothing about a
    request without a key, or for an unknown record. A refusal that HTTP does not describe must always be documented.
    """
    if status < 400 and not any(said[0] in "23d" for said in operation.answers):
        return False  # the document lists refusals only
    reason = next((group for group in _OF_ONE_REASON if status in group), ())
    return not reason or any(str(other) in operation.answers for other in reason)


def _is_due_as_json(answer: Answer, exchange: Exchange) -> bool:
    """Tell whether a body must be JSON: the document may offer other types too, and the answer may have one."""
    other = exchange.media_type != "" and not is_json(exchange.media_type)
    return not (other and answer.admits(exchange.media_type))


def _body(operation: Operation, schema: Any, exchange: Exchange, fine: KnownItems) -> Iterator[Violation]:
    if is_bodiless(SCHEMA, exchange):
        return
    if exchange.json is NOT_JSON:
        got = f"{exchange.answer()} ({exchange.unreadable_reason})"
        yield Violation(SCHEMA, expected="a JSON body", got=got)
        return
    for error in first_problems(operation.document, schema, exchange.json):
        place = Location(pointer=place_of(error))
        if exchange.private:
            due = schema_words.describe_error(error)
            yield Violation(SCHEMA, place, expected=due, got=shape(error.instance, exchange.words))
        else:
            due = error.message if len(error.message) <= _LONG else schema_words.describe_error(error)
            yield Violation(SCHEMA, place, expected=cut(due, _LONG), got=exchange.answer())
    if exchange.status >= 400:
        yield from _envelope(exchange) if operation.document.vendors else ()
    else:
        known = fine.setdefault(f"{operation.key} {exchange.status}", set())
        found = _fields(operation.document, schema, exchange.json, "", known)
        yield from islice(_of_each_place(found), MAX_PLACES)


def _of_each_place(violations: Iterable[Violation]) -> Iterator[Violation]:
    """The first violation of a rule at each place."""
    known = set()
    for one in violations:
        if (one.rule, one.location) not in known:
            known.add((one.rule, one.location))
            yield one


def _headers(document: Document, answer: Answer, exchange: Exchange) -> Iterator[Violation]:
    for name, (required, schema) in answer.headers.items():
        text = exchange.headers.get(name)
        if text is None:
            if required:
                yield Violation(HEADERS, Location(name=name), expected=f"the header {name}", got="no such header")
            continue
        if not any(map(document.validator(schema).is_valid, header_values(text))):
            due = f"{name} as documented: {schema.get('type', 'a value')}"
            yield Violation(HEADERS, Location(name=name), expected=due, got=text)


def _envelope(exchange: Exchange) -> Iterator[Violation]:
    """Find an inner status that differs from the outer one, and two message texts that differ."""
    error = exchange.field("error")
    if not isinstance(error, Mapping):
        return
    if "status" in error and error["status"] != exchange.status:
        due = f"error.status {exchange.status}"
        yield Violation(ENVELOPE, Location(pointer="/error/status"), expected=due, got=str(error.get("status")))
    if "message" in error and exchange.field("message") not in (None, error["message"]):
        got = f"{exchange.field('message')} / {error.get('message')}"
        yield Violation(ENVELOPE, Location(pointer="/error"), expected="the same text twice", got=got)


def _fields(document: Document, schema: Any, value: Any, path: str, fine: Known) -> Iterator[Violation]:
    """Find each member that breaks a convention, at any depth."""
    schema = document.resolve(schema)
    if isinstance(value, list):
        items = schema.get("items", {}) if isinstance(schema, Mapping) else {}
        odd = 0
        for item in value:
            mark = f"{path}/*", orjson.dumps(item)
            if mark not in fine:
                found = list(_fields(document, items, item, f"{path}/*", fine))
                yield from found
                if not found:
                    fine.add(mark)
                elif (odd := odd + 1) == MAX_PLACES:
                    return
        return
    if not isinstance(value, dict) or not isinstance(schema, Mapping):
        return
    known = members_of(document, schema, value)
    for name, member in value.items():
        where = f"{path}/{name}"
        if name not in known:
            if known and not is_open_for(document, schema, value):
                yield Violation(UNDOCUMENTED, Location(pointer=where), expected="documented fields only", got=name)
            continue
        sub = document.resolve(known[name])
        yield from _conventions(name, sub, member, where) if document.vendors else ()
        if isinstance(member, dict | list):
            yield from _fields(document, sub, member, where, fine)


def _conventions(name: str, schema: Any, value: Any, where: str) -> Iterator[Violation]:
    if not isinstance(value, str) or not isinstance(schema, Mapping):
        return
    prefix = id_prefix(schema)
    if prefix and name == "id" and not value.startswith(prefix):
        yield Violation(ID_PREFIX, Location(pointer=where), expected=f"{prefix}…", got=value)
    if schema.get("format") == "date-time" and not _MOMENT.fullmatch(value):
        yield Violation(TIMESTAMP, Location(pointer=where), expected="2026-03-04T05:06:07.089Z", got=value)
