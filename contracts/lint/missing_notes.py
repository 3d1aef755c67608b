"""Notes about what a run did not show: documented statuses and values that the client never met."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from contracts.lint.client_run import Call, ClientRun
from contracts.lint.lint_rule import LintFinding, LintRule, LintSeverity
from contracts.spec.document import Operation

STATUS_NEVER_MET = LintRule(
    "status-never-met", LintSeverity.NOTE, "A client has met each documented status",
    "nobody knows what the client does with it",
    "let the mock answer it: a fault rule, or the request header `Prefer: code=STATUS`",
)  # fmt: skip
VALUE_NEVER_MET = LintRule(
    "value-never-met", LintSeverity.NOTE, "A client has met each documented value of the answers that it reads",
    "nobody knows what the client does with it",
    "make a record with it (`sophiie.add`), or read the world `edge`",
)  # fmt: skip

_MAX_DEPTH = 6


def findings(run: ClientRun) -> Iterator[LintFinding]:
    """Find what the run did not show."""
    for key, calls in run.used.items():
        if missing := missing_statuses(run.contract.operations[key], calls):
            yield LintFinding(STATUS_NEVER_MET, key, f"never met: {', '.join(missing)}", calls[:1])
        for name, values in missing_values(run.contract.operations[key], calls).items():
            yield LintFinding(VALUE_NEVER_MET, key, f"`{name}` never met: {', '.join(values)}", calls[:1])


def missing_statuses(operation: Operation, calls: Collection[Call]) -> list[str]:
    """The documented statuses that no call met, `4XX` and the like left out."""
    met = {str(call.status) for call in calls}
    return [status for status in operation.answers if status.isdigit() and status not in met]


def missing_values(operation: Operation, calls: Collection[Call]) -> Mapping[str, list[str]]:
    """The values of enumerations in the operation's success that no answer had, by the member's name."""
    answer = operation.success
    if answer is None or answer.schema is None:
        return {}
    known: dict[str, list[str]] = {}
    _enumerations(operation, answer.schema, "", known, _MAX_DEPTH)
    met: dict[str, set[str]] = {}
    for call in calls:
        if call.succeeded:
            text = call.exchange.body
            for name, values in known.items():
                met.setdefault(name, set()).update(v for v in values if f'"{v}"'.encode() in text)
    missing = {name: [v for v in values if v not in met.get(name, ())] for name, values in known.items()}
    return {name: values for name, values in missing.items() if values}


def _enumerations(operation: Operation, schema: Any, name: str, found: dict[str, list[str]], depth: int) -> None:
    """Collect the texts of each enumeration below a schema, with the name of the member that has it."""
    document = operation.document
    schema = document.resolve(schema)
    if depth == 0 or not isinstance(schema, Mapping):
        return
    values = [value for value in schema.get("enum", ()) if isinstance(value, str)]
    if values and name:
        found[name] = list(dict.fromkeys([*found.get(name, ()), *values]))
    for member, part in document.properties(schema).items():
        _enumerations(operation, part, member, found, depth - 1)
    for part in (schema.get("items"), *schema.get("oneOf", ()), *schema.get("anyOf", ()), *schema.get("allOf", ())):
        _enumerations(operation, part, name, found, depth - 1)
