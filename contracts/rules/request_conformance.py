"""Rules for recorded requests: the client's half of the contract, judged by openapi-core."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from contracts.rules.first_violations import first_problems, place_of
from contracts.rules.location import Location
from contracts.rules.object_members import undocumented
from contracts.rules.openapi_core_judge import MAX_BODY_BYTES, OpenapiCoreJudge
from contracts.rules.rule import Group, Rule, Severity, Violation
from contracts.spec import schema_words
from contracts.spec.document import Operation
from contracts.spec.provenance import Provenance
from contracts.transport.exchange import NOT_JSON, Exchange, shape
from mock_server.support.did_you_mean import did_you_mean

REQUEST = Rule("request_conformance", Group.INPUT, "A request must be as documented")
OPERATION = Rule(
    "undocumented_operation", Group.INPUT, "A request must be for a documented operation", Provenance.DOCUMENTED
)
PARAMETER = Rule(
    "undocumented_parameter", Group.INPUT, "A request must send documented query parameters only", Provenance.DOCUMENTED
)
MEMBER = Rule(
    "undocumented_member", Group.INPUT, "A request should send documented members only", Provenance.DOCUMENTED,
    severity=Severity.WARNING,
)  # fmt: skip
"""A rule about unnamed members. If an object is open, any member is valid, but most unnamed ones are misspelt."""


def request(judge: OpenapiCoreJudge, operation: Operation, exchange: Exchange) -> Iterator[Violation]:
    """Find everything that is wrong with a request, except credentials, which recordings leave out.

    No violation of this module contains a value of the request.
    """
    ours = _is_json(exchange) and (len(exchange.sent_body) > MAX_BODY_BYTES or _sent(exchange) is NOT_JSON)
    if ours and operation.body is not None:
        yield from _body(operation, exchange)
    asked = replace(exchange, sent_body=b"") if ours else exchange
    for error in judge.request_problems(operation, asked):
        about_parameter = hasattr(error, "name")
        if about_parameter or not ours:  # else the body was judged by us
            yield from _violations(error)


def _is_json(exchange: Exchange) -> bool:
    return bool(exchange.sent_body) and "json" in exchange.sent_headers.get("content-type", "").lower()


def _sent(exchange: Exchange) -> Any:
    return replace(exchange, body=exchange.sent_body).json


def _body(operation: Operation, exchange: Exchange) -> Iterator[Violation]:
    """Check a body with our own validator, if openapi-core would be too slow for it or cannot read it."""
    value = _sent(exchange)
    if value is NOT_JSON:
        yield Violation(REQUEST, Location(part="body"), expected="a JSON body", got="what is none")
        return
    for error in first_problems(operation.document, operation.body or {}, value):
        place = Location(part="body", pointer=place_of(error))
        yield Violation(REQUEST, place, expected=schema_words.describe_error(error), got=shape(error.instance))


def unknown_parameters(operation: Operation, exchange: Exchange) -> Iterator[Violation]:
    """Find names in a query that the operation does not have. They change nothing, so most are misspelt."""
    given = {name for name, _ in parse_qsl(exchange.query, keep_blank_values=True)}
    known = operation.parameters_in("query")
    for name in sorted(given - operation.document.credentials):
        if not any(parameter.takes(name) for parameter in known):
            names = [parameter.name for parameter in known]
            due = f"one of {', '.join(names)}{did_you_mean(name, names)}" if names else "no query parameter"
            place = Location(part="query", name=_harmless(name))
            yield Violation(PARAMETER, place, expected=due, got=_harmless(name))


def unknown_members(operation: Operation, exchange: Exchange) -> Iterator[Violation]:
    """Find members of a JSON body that are neither named nor forbidden, unless the object is open on purpose."""
    value = _sent(exchange) if operation.body is not None and _is_json(exchange) else NOT_JSON
    if value is not NOT_JSON:
        for pointer, name, known in undocumented(operation.document, operation.body, value):
            place, due = Location(part="body", pointer=pointer), f"a documented member{did_you_mean(name, known)}"
            yield Violation(MEMBER, place, expected=due, got=_harmless(name))


def _harmless(name: str) -> str:
    """A name in a form that can be shown: a name that may be a value is hidden."""
    return name if re.fullmatch(r"[\w.$\[\]-]{1,60}", name) and not name.isdigit() else "a name that is none"


def _violations(error: Exception) -> Iterator[Violation]:
    """Describe one error of openapi-core. Its classes mark parameters by having a name."""
    name, cause = getattr(error, "name", ""), error.__cause__ or error
    place = Location(part=getattr(error, "location", ""), name=name) if name else Location(part="body")
    details = list(getattr(cause, "schema_errors", ()))
    for detail in details:
        due = schema_words.describe_core_error(detail)
        yield Violation(REQUEST, _within(place, detail), expected=due, got=shape(detail.instance))
    if details:
        return
    due, got = "what is documented", type(cause).__name__
    if type(error).__name__.startswith("MissingRequired"):
        due, got = f"the {'parameter' if name else 'body'}", "nothing"
    elif type(cause).__name__ == "MediaTypeNotFound":
        due, got = "the content type application/json", "another one"
    elif kind := getattr(cause, "type", ""):
        due, got = schema_words.describe_keyword("type", str(kind)), "what is none"
    elif type(cause).__name__ == "MediaTypeDeserializeError":
        due, got = "a JSON body", "what is none"
    yield Violation(REQUEST, place, expected=due, got=got)


def _within(place: Location, detail: Any) -> Location:
    steps = ["*" if isinstance(step, int) else str(step) for step in detail.absolute_path]
    return replace(place, pointer="/" + "/".join(steps)) if place.part == "body" or steps else place
