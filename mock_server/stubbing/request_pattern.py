"""Request patterns with WireMock's names: which requests they match, and why a request does not match.

A pattern names any of ``operation`` (``GET /v1/leads/{}``), ``method``, ``urlPath`` or ``urlPathPattern``,
``queryParameters`` and ``bodyPatterns``; it does not restrict what it does not name. Faults, stub overrides and
``verify`` use it. Regular expressions must match the whole text, as WireMock's do.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from types import MappingProxyType
from typing import Any

from mock_server.event_loop.turns import Turns
from mock_server.stubbing.body_contradiction import check_bodies
from mock_server.stubbing.body_matcher import PATH, Body, BodyMatcher
from mock_server.stubbing.contradiction import check_texts
from mock_server.stubbing.text_matcher import (
    CONDITIONS,
    MAX_EXPRESSION,
    Mismatch,
    PatternProblem,
    RegexCompiler,
    TextMatcher,
)
from mock_server.support.url_path import canonical_path

__all__ = ["PROPERTIES", "Body", "Match", "Mismatch", "Pattern", "PatternProblem", "PatternRequest", "RequestPattern"]

Pattern = Mapping[str, Any]

_STRING = {"type": "string", "maxLength": 10_000}


def _object(properties: Mapping[str, Any], **more: Any) -> Mapping[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False, "minProperties": 1, **more}


_BODY = {
    **{name: CONDITIONS[name] for name in CONDITIONS if name != "absent"},
    "equalToJson": {},
    "ignoreExtraElements": {"type": "boolean"},
    "ignoreArrayOrder": {"type": "boolean"},
    "matchesJsonPath": {"anyOf": [PATH, _object({"expression": PATH, **CONDITIONS}, required=["expression"])]},
}
PROPERTIES: Mapping[str, Any] = MappingProxyType(
    {
        "operation": _STRING,
        "method": {"enum": ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY"]},
        "urlPath": _STRING,
        "urlPathPattern": {"type": "string", "maxLength": MAX_EXPRESSION},
        "queryParameters": {"type": "object", "additionalProperties": _object(CONDITIONS), "maxProperties": 50},
        "bodyPatterns": {"type": "array", "items": _object(_BODY), "maxItems": 50},
    }
)
"""The members of a pattern as JSON Schemas, for routes that take one. RequestPattern checks the rest."""


@dataclass(frozen=True, slots=True)
class PatternRequest:
    """A request as patterns see it. ``path`` is in its canonical spelling (``canonical_path``).

    ``operation`` is the key of its operation, None if the path belongs to none. Of the parts that are ``masked``
    (path, query, body) secrets were taken out, so nobody knows whether they match.
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    body: Body = field(default_factory=Body)
    operation: str | None = None
    masked: Collection[str] = ()


class Match(Enum):
    """The result of comparing a request with a pattern. UNKNOWN: its body was cut, or is too long to be tried."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class RequestPattern:
    """A compiled pattern. ``given`` is its source, ``at`` the place of that. Raises PatternProblem."""

    def __init__(self, given: Pattern, at: str = "") -> None:
        self.given = given
        expressions = RegexCompiler()
        self._path = canonical_path(given["urlPath"]) if "urlPath" in given else None
        expression = given.get("urlPathPattern")
        self._path_expression = (
            expressions.compile(expression, f"{at}/urlPathPattern") if expression is not None else None
        )
        self._query = {
            name: TextMatcher(matcher, f"{at}/queryParameters/{name}", expressions)
            for name, matcher in given.get("queryParameters", {}).items()
        }
        self._body = [
            BodyMatcher(matcher, f"{at}/bodyPatterns/{index}", expressions)
            for index, matcher in enumerate(given.get("bodyPatterns", ()))
        ]
        for matcher in self._query.values():
            check_texts([matcher])
        check_bodies(self._body)
        if (
            self._path is not None
            and (difference := self._by_expression(PatternRequest("", self._path)))
            and difference.sure
        ):
            raise PatternProblem(f"{at}/urlPathPattern", "nothing can have a path of this form and this urlPath")

    @cached_property
    def _conditions(self) -> frozenset[str]:
        """The parts of a request that the pattern has conditions on, and that may have been masked."""
        path = self._path is not None or self._path_expression is not None
        asked = (("path", path), ("query", self._query), ("body", self._body))
        return frozenset(part for part, is_asked in asked if is_asked)

    @property
    def reads_bodies(self) -> bool:
        """True when the pattern has conditions on the body."""
        return bool(self._body)

    def matches_path(self, path: str) -> bool:
        """Tell whether a path in its canonical spelling matches ``urlPathPattern``."""
        return self._by_expression(PatternRequest("", path)) is None

    def differences(self, asked: PatternRequest) -> list[Mismatch]:
        """The reasons why a request does not match; empty if it does."""
        return [difference for difference in self._compared(asked) if difference]

    async def differences_in_turns(self, asked: PatternRequest, turns: Turns) -> list[Mismatch]:
        """The reasons why a request does not match. Others get a turn during the comparison."""
        found = []
        await turns.rest()
        for difference in self._compared(asked):
            if difference:
                found.append(difference)
            await turns.rest()
        return found

    async def match(self, asked: PatternRequest, turns: Turns) -> Match:
        """Compare a request with the pattern. Others get a turn during the comparison."""
        match = Match.YES
        await turns.rest()
        for difference in self._compared(asked):
            if difference and difference.sure:
                return Match.NO
            if difference:
                match = Match.UNKNOWN
            await turns.rest()
        return match

    def _compared(self, asked: PatternRequest) -> Iterator[Mismatch | None]:
        """A difference or None for each part of the pattern; of what was masked nobody knows."""
        hidden = self._conditions.intersection(asked.masked) if asked.masked else ()
        for part in hidden:
            yield Mismatch(f"{part}: secrets in it were masked as it was stored", sure=False)
        yield from self._plain(asked)
        if "path" not in hidden:
            yield from self._by_path(asked)
            yield self._by_expression(asked)
        for name, matcher in self._query.items() if "query" not in hidden else ():
            yield _of_parameter(name, matcher, asked)
        for index, body_matcher in enumerate(self._body if "body" not in hidden else ()):
            for difference in body_matcher.differences(asked.body):
                yield difference and difference._replace(what=f"bodyPatterns/{index}: {difference.what}")

    def _plain(self, asked: PatternRequest) -> Iterator[Mismatch]:
        operation, method = self.given.get("operation"), self.given.get("method", "ANY")
        if operation not in (None, asked.operation):
            yield Mismatch(f"operation: wanted {operation}, got {asked.operation}")
        if method not in ("ANY", asked.method):
            yield Mismatch(f"method: wanted {method}, got {asked.method}")

    def _by_path(self, asked: PatternRequest) -> Iterator[Mismatch]:
        if self._path not in (None, asked.path):
            yield Mismatch(f"urlPath: wanted {self._path}, got {asked.path}")

    def _by_expression(self, asked: PatternRequest) -> Mismatch | None:
        expression = self._path_expression
        if expression is None:
            return None
        if len(asked.path) > expression.longest:
            return Mismatch(f"urlPathPattern: the path is too long for it: {len(asked.path):,}", sure=False)
        if expression.matches(asked.path):
            return None
        return Mismatch(f"urlPathPattern: wanted {self.given['urlPathPattern']}, got {asked.path}")


def _of_parameter(name: str, matcher: TextMatcher, asked: PatternRequest) -> Mismatch | None:
    """Compare the values of a parameter: as in WireMock, one matching value of several is enough."""
    values: list[str | None] = [value for key, value in asked.query if key == name]
    found = [difference for value in values or [None] if (difference := matcher.difference(value))]
    if len(found) < max(1, len(values)):
        return None
    difference = next((one for one in found if not one.sure), found[0])
    return difference._replace(what=f"queryParameters/{name}: {difference.what}")
