"""Check the schemas themselves, through all their references.

A validator would find these faults too, but would not say where they are in the document. And some schemas that a
validator accepts would make this program, or a reader, run in circles.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import jsonschema_rs

from mock_server.errors import Problem, SpecError
from mock_server.spec.costly_patterns import CostlyPattern
from mock_server.spec.document import Document, kind_of
from mock_server.support.json_pointer import escape
from mock_server.support.schema_keywords import LISTED_IN_PLACE, MANY, ONE, ONE_IN_PLACE, RULES, wrong_keywords
from mock_server.support.schema_slips import repair
from mock_server.support.text import shorten

_STEPS_BACK = 100  # of a pattern about names of properties
_TOLD = 20  # faults of one schema with all that it leads to
_MAX_DEPTH = 64  # schemas one in another without data between them
_WIDEST = 10_000  # schemas that one value is held against, each as often as branches lead to it
_UNEVALUATED = frozenset({"unevaluatedProperties", "unevaluatedItems"})


class SchemaLint:
    """The faults of a document's schemas. Each schema is examined once, at its first use."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.slips: list[Problem] = []
        """Parts of the document that OpenAPI forbids and that were read as they were meant."""
        self._above: dict[str, list[str]] = {}
        """The schemas that lead to a schema. Its keys are the schemas that were examined."""
        self._faults: dict[str, list[Problem]] = {}
        """The first faults of a schema and of the schemas that it leads to."""
        self._beside: dict[str, list[str]] = {}
        self._weights: dict[str, int] = {}

    def faults(self, pointer: str) -> list[Problem]:
        """The faults of the schema at ``pointer`` and of every schema that it leads to."""
        waiting = [pointer] if pointer not in self._above else []
        self._above.setdefault(pointer, [])
        looked = list[str]()
        while waiting:
            where = waiting.pop()
            looked.append(where)
            found: list[Problem] = []
            for below in self._look(where, found):
                if below not in self._above:
                    waiting.append(below)
                self._above.setdefault(below, []).append(where)
                found.extend(self._faults.get(below, ()))
            self._blame(where, found)
        for where in looked:  # a schema below this one may be one without an end
            if where not in self._faults:
                try:
                    self._weigh(where, ())
                except SpecError as fault:
                    self._blame(where, list(fault.problems))
        return self._faults.get(pointer, [])

    def _blame(self, where: str, faults: list[Problem]) -> None:
        """Note ``faults`` for the schema at ``where``, and for all schemas that lead to it."""
        waiting = [where] if faults else []
        while waiting:
            place = waiting.pop()
            known = self._faults.setdefault(place, [])
            fresh = [fault for fault in faults if fault not in known][: _TOLD - len(known)]
            if fresh:
                known.extend(fresh)
                waiting.extend(self._above.get(place, ()))

    def _look(self, where: str, found: list[Problem]) -> list[str]:
        """The schemas directly below the one at ``where``. Its own faults are added to ``found``."""
        node = self._document.at(where)
        self._beside[where] = []
        if isinstance(node, bool):
            return []
        if not isinstance(node, dict):
            what, remedy = f"a schema cannot be {kind_of(node)}", "write a mapping; `{}` admits everything"
            found.append(self._problem(where, what, remedy))
            return []
        wrong = wrong_keywords(node)
        for keyword, meant in repair(node, iter(sorted(wrong))):
            self.slips.append(self._problem(f"{where}/{keyword}", f"`{keyword}` is not as OpenAPI has it", meant))
        wrong = wrong_keywords(node) if wrong else wrong
        for keyword in sorted(wrong):
            what = f"`{keyword}` cannot be {_short(node[keyword])}"
            found.append(self._problem(f"{where}/{keyword}", what, RULES[keyword][1]))
        found.extend(self._bad_patterns(where, node))
        below = [f"{where}/{place}" for place in _below({key: node[key] for key in node if key not in wrong})]
        self._beside[where] = [f"{where}/{place}" for place in _in_place(node, wrong)]
        if isinstance(node.get("$ref"), str):
            try:
                self._beside[where].append(self._document.resolve(where)[0])
            except SpecError as fault:
                found.extend(fault.problems)
        return [*below, *self._beside[where]]

    def _bad_patterns(self, where: str, node: Mapping[str, Any]) -> Iterator[Problem]:
        named = node.get("patternProperties")
        patterns = {f"patternProperties/{escape(key)}": key for key in named} if isinstance(named, dict) else {}
        if isinstance(node.get("pattern"), str):
            patterns["pattern"] = node["pattern"]
        for place, pattern in patterns.items():
            try:
                compiled({"pattern": pattern})
            except ValueError:
                remedy = "write it as ECMAScript and Rust's regex do"
                yield self._problem(f"{where}/{place}", f"no regular expression: `{shorten(pattern, 60)}`", remedy)

    def _weigh(self, pointer: str, above: tuple[str, ...]) -> int:
        """Count the schemas that are checked for a value here, without those of its parts. Raises SpecError."""
        if pointer in above or len(above) > _MAX_DEPTH:
            what = "a schema that contains itself" if pointer in above else f"more than {_MAX_DEPTH} schemas in one"
            raise self._document.fault(pointer, what, "put a property or an item between them")
        if pointer not in self._weights:
            weight = 1 + sum(self._weigh(beside, (*above, pointer)) for beside in self._beside.get(pointer, ()))
            node = self._document.at(pointer)
            if isinstance(node, dict) and not _UNEVALUATED.isdisjoint(node):
                weight *= 2  # the validator goes through all of them again for what none of them has evaluated
            if weight > _WIDEST:
                raise self._document.fault(pointer, f"more than {_WIDEST:,} schemas for one value", "branch less")
            self._weights[pointer] = weight
        return self._weights[pointer]

    def _problem(self, pointer: str, what: str, remedy: str) -> Problem:
        return Problem(f"{self._document.name}#{pointer}", what, remedy)


def compiled(schema: Mapping[str, Any] | bool, keywords: Mapping[str, type] | None = None) -> jsonschema_rs.Validator:
    """Make a validator that checks formats, fetches nothing, and matches patterns in linear time if it can.

    Its messages do not repeat the value, which may be long or secret. Raises ValueError.
    """
    try:
        return _compiled(schema, keywords, jsonschema_rs.RegexOptions())
    except ValueError:
        costly: Mapping[str, type] = {**(keywords or {}), "pattern": CostlyPattern}
        return _compiled(schema, costly, jsonschema_rs.FancyRegexOptions(backtrack_limit=_STEPS_BACK))


def fetch_nothing(uri: str) -> NoReturn:
    """The retriever of every validator: it fetches nothing from outside a document. Raises ValueError.

    (`offline=True` says it too, but only to versions of the library that few environments can have.)
    """
    raise ValueError(f"{uri} is outside the document")


def _compiled(
    schema: Mapping[str, Any] | bool, keywords: Mapping[str, type] | None, engine: Any
) -> jsonschema_rs.Validator:
    return jsonschema_rs.Draft202012Validator(
        {"allOf": [schema]} if isinstance(schema, bool) else dict(schema),
        keywords=dict(keywords) if keywords else None,
        validate_formats=True,
        retriever=fetch_nothing,
        mask="the value",
        pattern_options=engine,
    )


def _below(node: Mapping[str, Any]) -> Iterator[str]:
    yield from (keyword for keyword in ONE if keyword in node)
    for keyword in MANY:
        yield from (f"{keyword}/{escape(name)}" for name in node.get(keyword, ()))
    yield from (f"prefixItems/{index}" for index in range(len(node.get("prefixItems", ()))))


def _in_place(node: Mapping[str, Any], wrong: set[str]) -> Iterator[str]:
    yield from (keyword for keyword in ONE_IN_PLACE if keyword in node)
    for keyword in LISTED_IN_PLACE:
        if keyword not in wrong:
            yield from (f"{keyword}/{index}" for index in range(len(node.get(keyword, ()))))
    if "dependentSchemas" not in wrong:
        yield from (f"dependentSchemas/{escape(name)}" for name in node.get("dependentSchemas", ()))


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    return f"`{shorten(text, 40)}`" if text else "empty"
