"""The validators of a document's schemas. Each ends where another component begins.

A validator that contains all it can reach grows with the whole document, and so does the time to make it. A reference
is therefore a keyword of our own: it calls the validator of the component that it names, which is made at its first
call. Small components stay in one piece, because that is quicker to check. Components that contain themselves in
several ways are always cut off, because they remember their results.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from math import inf
from typing import Any
from urllib.parse import unquote

import jsonschema_rs

from mock_server.spec.component_answers import ComponentAnswers
from mock_server.spec.demands import most_demands
from mock_server.spec.document import Document, Node
from mock_server.spec.one_way_properties import Word, has_word, without_required
from mock_server.spec.recursion import recursion
from mock_server.spec.schema_lint import compiled
from mock_server.spec.validation_messages import Complaint
from mock_server.support.document_keywords import below_keywords
from mock_server.support.garbage_collector import collector_paused
from mock_server.support.json_pointer import escape
from mock_server.support.schema_keywords import LISTED, LISTED_IN_PLACE, MANY, ONE, ONE_IN_PLACE, RULES

CUT = "x-mock-component"
_KEPT_KEYWORDS = frozenset({*RULES, *ONE, *ONE_IN_PLACE, "const", "$dynamicRef", "$dynamicAnchor"})
_IN_PLACE = frozenset({*ONE_IN_PLACE, *LISTED_IN_PLACE, "dependentSchemas"})
_BELOW = frozenset({*ONE, *ONE_IN_PLACE})
_NAMED = frozenset({*MANY, "dependentSchemas"})
_WHOLE = ("unevaluatedProperties", "unevaluatedItems")
_SMALL = 100  # nodes of a component, with all that it leads to, that stays in one piece with those that name it
_ONE_PIECE = 500  # nodes that are added to a validator so
_FEW_DEMANDS = 500  # on one object: each that it does not meet makes an error, which holds a copy of the object


class ComponentValidator:
    """The validator of the schema at ``place``."""

    def __init__(self, document: Document, place: str, *, sent: bool) -> None:
        builder = _Builder(document, sent=sent)
        self._document, self._places, self._sent = document, builder.places, sent
        self._demands = most_demands(source := builder.source(place))
        self.validator = compiled(source, {CUT: _asking(document, sent=sent)})

    @classmethod
    def at(cls, document: Document, place: str, *, sent: bool = False) -> "ComponentValidator":
        """The validator of the schema at ``place``, made once. Raises ValueError if there is no valid schema."""
        made: ComponentValidator | None = document.compiled.get((_PURPOSE[sent], place))
        if made is None:
            node = document.at(place)
            if isinstance(node, dict) and node.keys() == {"$ref"}:
                made = cls.at(document, document.resolve(place)[0], sent=sent)
            else:
                made = cls(document, place, sent=sent)
            document.compiled[_PURPOSE[sent], place] = made
        return made

    def complaints(self, value: Any, limit: int, above: Sequence[str | int] = ()) -> list[Complaint]:
        """At most ``limit`` reasons why ``value`` is invalid. It stands at the path ``above`` in the request."""
        if self._demands > _FEW_DEMANDS:
            return [complaint.below(above) for complaint in self.first_complaint(value)]
        found: list[Complaint] = []
        for error in islice(self.validator.iter_errors(value), limit):
            found += self._complaints(error, limit, above)
        return found[:limit]

    def first_complaint(self, value: Any) -> list[Complaint]:
        """The first reason why ``value``, which may be large, is invalid; none if it is valid."""
        with collector_paused():  # an error holds a copy of what is wrong
            try:
                self.validator.validate(value)
            except jsonschema_rs.ValidationError as error:
                error.__traceback__ = None  # it has this frame, which has the error: both would keep the value alive
                if (behind := self._behind(error)) is None:
                    return self._complaints(error, 1, ())
                found = behind.first_complaint(error.instance)
                return [complaint.below(error.instance_path) for complaint in found]
        return []

    def _complaints(
        self, error: jsonschema_rs.ValidationError, limit: int, above: Sequence[str | int]
    ) -> list[Complaint]:
        """The errors of this validator. For a component that it called, the errors of that component."""
        if (behind := self._behind(error)) is not None:
            return behind.complaints(error.instance, limit, [*above, *error.instance_path])

        def ways() -> list[list[Complaint]]:
            context = getattr(error.kind, "context", ())
            return [[it for inner in way for it in self._complaints(inner, limit, above)] for way in context]

        return [Complaint(error, self._schema_at(list(error.schema_path)), ways, tuple(above))]

    def _schema_at(self, path: list[str | int]) -> Mapping[str, Any]:
        """The schema of the document that holds a keyword of this validator, found by the keyword's path."""
        start, tokens = (0, path) if path[:1] != ["$defs"] else (int(path[1]), path[2:])
        try:
            node = self._document.at("/".join([self._places[start], *(escape(str(it)) for it in tokens[:-1])]))
        except LookupError:
            return {}
        return node if isinstance(node, Mapping) else {}

    def _behind(self, error: jsonschema_rs.ValidationError) -> "ComponentValidator | None":
        """The component that caused an error of this validator; None for any other error."""
        if error.kind.name != CUT:
            return None
        return self.at(self._document, error.kind.as_dict()["message"], sent=self._sent)


_OTHER_WAY: Mapping[bool, Word] = {False: "writeOnly", True: "readOnly"}
_PURPOSE: Mapping[bool, str] = {False: "validator", True: "validator of what is sent"}


def _asking(document: Document, *, sent: bool) -> type:
    """Make a keyword that calls the validator of the component that it names."""
    answers: ComponentAnswers = document.compiled.setdefault(("answers", _PURPOSE[sent]), ComponentAnswers())

    class Asking:
        """One use of a component. The message of its error is the component's place."""

        def __init__(self, parent: Node, place: str, path: list[str | int]) -> None:
            self._place = place
            self._is_valid: Any = None
            self._again = False

        def validate(self, value: Any) -> None:
            if self._is_valid is None:
                self._is_valid = ComponentValidator.at(document, self._place, sent=sent).validator.is_valid
                self._again = recursion(document, self._place).branches
            answer = answers.of(self._place, value, self._is_valid) if self._again else self._is_valid(value)
            if not answer:
                raise ValueError(self._place)

    return Asking


class _Builder:
    """Copies a schema for a validator, without annotations.

    References are cut off or, in ``$defs``, kept in one piece.
    """

    def __init__(self, document: Document, *, sent: bool) -> None:
        self._document, self._sent = document, sent
        self._left: float = _ONE_PIECE
        self.places: list[str] = []
        self._numbers: dict[tuple[str, bool], int] = {}
        self._parts: dict[str, Any] = {}

    def source(self, place: str) -> Any:
        """Copy the schema at ``place``.

        Afterwards ``places`` says where it and its numbered parts stand in the document.
        """
        self.places.append(place)
        made = self._copy(self._at(place), whole=False)
        return {**made, "$defs": self._parts} if self._parts else made

    def _at(self, place: str) -> Any:
        node, word = self._document.at(place), _OTHER_WAY[self._sent]
        made = self._document.compiled
        if ("has", word) not in made:
            made["has", word] = has_word(self._document.root, word)
        return without_required(node, word, self._resolved) if made["has", word] else node

    def _resolved(self, reference: str) -> Any:
        return self._document.resolve(unquote(reference[1:]))[1]

    def _copy(self, node: Any, *, whole: bool) -> Any:
        """Copy a schema.

        With ``whole``, a schema around it needs to know what was evaluated, so nothing may be cut off.
        """
        if not isinstance(node, dict):
            return node
        whole = whole or any(word in node for word in _WHOLE)
        return {
            word: part
            for key, value in node.items()
            if key in _KEPT_KEYWORDS
            for word, part in [self._keyword(key, value, whole=whole)]
        }

    def _keyword(self, key: str, value: Any, *, whole: bool) -> tuple[str, Any]:
        if key == "$ref":
            return self._reference(self._document.resolve(unquote(value[1:]))[0], whole=whole)
        whole = whole and key in _IN_PLACE
        if key in LISTED and isinstance(value, list):
            return key, [self._copy(part, whole=whole) for part in value]
        if key in _NAMED and isinstance(value, dict):
            return key, {name: self._copy(part, whole=whole) for name, part in value.items()}
        if key == "type" and isinstance(value, list):
            return key, list(dict.fromkeys(value))  # the library refuses a type that stands there twice
        return key, self._copy(value, whole=whole) if key in _BELOW else value

    def _reference(self, place: str, *, whole: bool) -> tuple[str, Any]:
        if not whole and self._numbers.get((place, False)) is None:
            left = -1 if recursion(self._document, place).breaks else self._left - _size(self._document, place)
            if left < 0:
                return CUT, place
            self._left = left
        number = self._numbers.get((place, whole))
        if number is None:
            number = self._numbers[place, whole] = len(self.places)
            self.places.append(place)
            self._parts[str(number)] = self._copy(self._at(place), whole=whole)
        return "$ref", f"#/$defs/{number}"


def _size(document: Document, place: str) -> float:
    """Count the nodes of a component with everything that stays in one piece with it; infinite if it is large."""
    made: float | None = document.compiled.get(("size", place))
    if made is None:
        document.compiled["size", place] = made = _counted(document, place)
    return made


def _counted(document: Document, place: str) -> float:
    total = 0
    known, waiting = {place}, [place]
    while waiting:
        count, references = _own_size(document, waiting.pop())
        total += count
        if total > _SMALL:
            return inf
        more = {it for it in references if it not in known and not recursion(document, it).breaks}
        waiting += more
        known |= more
    return total


def _own_size(document: Document, place: str) -> tuple[int, Iterable[str]]:
    """Count a component's own nodes and list the components that it names. A large one is not searched to its end."""
    made: tuple[int, Iterable[str]] | None = document.compiled.get(("own size", place))
    if made is None:
        count, references, waiting = 0, list[str](), [document.at(place)]
        while waiting and count <= _SMALL:
            node = waiting.pop()
            count += 1
            if isinstance(node, dict):
                if isinstance(node.get("$ref"), str):
                    references.append(document.resolve(unquote(node["$ref"][1:]))[0])
                waiting += below_keywords({key: it for key, it in node.items() if key[:2] != "x-"})
            elif isinstance(node, list):
                waiting += node
        document.compiled["own size", place] = made = (count, references)
    return made
