"""Rules about single requests: names that the document does not have, and keys where they do not belong."""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote

from contracts.lint.client_run import Call, ClientRun, whole_body
from contracts.lint.lint_rule import LintFinding, LintRule, LintSeverity
from contracts.rules import request_conformance
from contracts.rules.rule import Violation
from contracts.spec.operation_parts import Parameter
from contracts.traffic.unknown_requests import Names
from contracts.transport.exchange import Exchange
from mock_server.support.redaction import MASK

UNKNOWN_PARAMETER = LintRule(
    "unknown-parameter", LintSeverity.ERROR, "Every query parameter is one of the document",
    "the API ignores it: the client believes that it filters or pages, and gets everything, or page 1",
    "use the name that the document has",
)  # fmt: skip
UNKNOWN_FIELD = LintRule(
    "unknown-field", LintSeverity.ERROR, "Every field of a body is one of the document",
    "the API ignores it: the value is never stored",
    "use the name that the document has",
)  # fmt: skip
UNKNOWN_PATH = LintRule(
    "unknown-path", LintSeverity.ERROR, "Every request is for an operation of the document",
    "the API answers 404",
    "use the path and the method that the document has",
)  # fmt: skip
KEY_IN_URL = LintRule(
    "key-in-url", LintSeverity.ERROR, "A key is sent in a header, never in a URL",
    "URLs stand in logs, histories and proxies, and everybody who reads them has the key",
    "send it as the document says, in the header Authorization for example; and revoke the one that was in a URL",
)  # fmt: skip

_SECRET_NAME = re.compile(r"(?i)(x?[-_]?api[-_]?(key|token)|access[-_]?token|auth([-_]?token|orization)?|bearer|"
                          r"token|secret|(client|api)[-_]?secret|password|apikey)")  # fmt: skip
_SECRET_VALUE = re.compile(r"(Bearer |Basic )?(sk|pk|rk|whsec)_([A-Za-z0-9_+/=-]{4,}|[a-z]*_?\*+)|(Bearer|Basic) .+")
"""A key, also where the recorder has masked what is secret of it."""
_NO_VALUE = re.compile(r"(?i)undefined|null|none|nil|nan|\[object object\]|\$?\{.*\}|<.*>|:[a-z]\w*|%s|%\(\w+\)s")
"""The text that programs write for a variable that has no value, or for a template that was not filled in."""


def findings(run: ClientRun) -> Iterator[LintFinding]:
    """Find the broken rules of this module."""
    names = Names(run.contract)
    for call in run.calls:
        if call.operation is None:
            shown, meant = names.describe(call.method, call.path)
            detail = f"answered {call.status or 'nothing'}" + (f"; did you mean {meant}?" if meant else "")
            yield LintFinding(UNKNOWN_PATH, shown, detail, [call])
        else:
            yield from _unknown_names(call)
            yield from _empty_ids(call)
        yield from _keys(run, call)


def _unknown_names(call: Call) -> Iterator[LintFinding]:
    if call.operation is None:
        return
    for violation in request_conformance.unknown_parameters(call.operation, call.exchange):
        name = violation.location.name
        if _SECRET_NAME.fullmatch(name) or _is_key(call.query.get(name, "")):
            continue  # the rule about keys says more of it
        yield LintFinding(UNKNOWN_PARAMETER, call.key, _described(violation), [call])
    if whole_body(call):
        for violation in request_conformance.unknown_members(call.operation, _as_json(call)):
            yield LintFinding(UNKNOWN_FIELD, call.key, _described(violation), [call])


def _empty_ids(call: Call) -> Iterator[LintFinding]:
    """A path in which the text of a missing value stands where an id belongs."""
    if call.operation is None or call.succeeded:
        return
    steps = zip(call.operation.path.split("/"), call.path.split("/"), strict=False)
    for name in (name for name, step in steps if name.startswith("{") and _NO_VALUE.fullmatch(unquote(step))):
        detail = f"answered {call.status or 'nothing'}; {name} has no value: a variable was not set"
        yield LintFinding(UNKNOWN_PATH, call.key, detail, [call])


def _as_json(call: Call) -> Exchange:
    """The exchange, with the content type of JSON if its body is JSON: a recorder may have left it out."""
    headers = call.exchange.sent_headers
    if call.sent is None or "content-type" in headers:
        return call.exchange
    return replace(call.exchange, sent_headers={**headers, "content-type": "application/json"})


def _described(violation: Violation) -> str:
    return f"sent `{violation.got}`; expected {violation.expected}"


def _keys(run: ClientRun, call: Call) -> Iterator[LintFinding]:
    known = call.operation.parameters_in("query") if call.operation else ()
    documents = {name for document in run.contract.documents for name in document.credentials}
    for name, value in call.query.items():
        named = _SECRET_NAME.fullmatch(name) and not _documented(name, known)
        if name not in documents and value and (named or _is_key(value)):
            where = name if re.fullmatch(r"[\w.-]{1,40}", name) else "a parameter"
            yield LintFinding(KEY_IN_URL, call.key or call.method, f"the query has a key in `{where}`", [call])
    if any(_SECRET_VALUE.fullmatch(step) for step in call.path.split("/")):
        yield LintFinding(KEY_IN_URL, call.key or call.method, "the path has a key", [call])


def _is_key(value: str) -> bool:
    return value == MASK or bool(_SECRET_VALUE.fullmatch(value))


def _documented(name: str, known: tuple[Parameter, ...]) -> bool:
    return any(parameter.name == name for parameter in known)
