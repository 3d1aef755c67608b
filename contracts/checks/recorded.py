"""What a recorded request must keep: the client's half of the contract, judged by openapi-core."""

from collections.abc import Iterator
from typing import Any

from contracts import words
from contracts.checks.second import SecondJudge
from contracts.document import Operation
from contracts.exchange import Exchange, shape
from contracts.rule import Group, Rule

REQUEST = Rule("request_conformance", Group.INPUT, "A request must be as documented")

Said = tuple[str, str, str]
"""Place, what was expected, what was got; no value of the request in any of them."""


def request(judge: SecondJudge, operation: Operation, exchange: Exchange) -> Iterator[Said]:
    """Everything that is wrong with a request, credentials aside: recordings leave them out."""
    for error in judge.request_errors(operation, exchange):
        yield from _said(error)


def unknown_parameters(operation: Operation, names: set[str]) -> list[str]:
    """Names in a query that the operation does not have. They change nothing, so most are misspelt."""
    return sorted(names - {parameter.name for parameter in operation.of("query")})


def _said(error: Exception) -> Iterator[Said]:
    """One error of openapi-core in our words. Its classes tell parameters by having a name."""
    name, cause = getattr(error, "name", ""), error.__cause__ or error
    place = f"{getattr(error, 'location', '')} {name}".strip() if name else "body"
    details = list(getattr(cause, "schema_errors", ()))
    for detail in details:
        yield _place(place, detail), words.of_slow(detail), shape(detail.instance)
    if details:
        return
    if type(error).__name__.startswith("MissingRequired"):
        yield place, f"the {'parameter' if name else 'body'}", "nothing"
    elif type(cause).__name__ == "MediaTypeNotFound":
        yield place, "the content type application/json", "another one"
    elif kind := getattr(cause, "type", ""):
        yield place, words.wanted("type", str(kind)), "what is none"
    elif type(cause).__name__ == "MediaTypeDeserializeError":
        yield place, "a JSON body", "what is none"
    else:
        yield place, "what is documented", type(cause).__name__


def _place(place: str, detail: Any) -> str:
    steps = ["*" if isinstance(step, int) else str(step) for step in detail.absolute_path]
    return f"{place} /{'/'.join(steps)}" if place == "body" or steps else place
