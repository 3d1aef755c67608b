"""The gaps of our documents with their probes: what in a recording answers each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.learn.conditions import Agrees, Condition, parse_conditions
from contracts.shapes.exchanges import ShapedExchange
from contracts.spec.document import blank
from mock_server.config.paths import OPENAPI
from mock_server.errors import SpecError
from mock_server.support.bounded_files import read_file

ANOTHER = "another"
"""The answer that an exchange gives that is evidence and shows none of the known choices."""


@dataclass(frozen=True)
class AnyOf:
    """Conditions of which one has to hold."""

    parts: Sequence[Condition]

    def holds(self, exchange: ShapedExchange, agrees: Agrees) -> bool:
        """Tell whether one of them holds for an exchange."""
        return any(part(exchange, agrees) for part in self.parts)


@dataclass(frozen=True)
class KnownGap:
    """One gap. ``when`` says which exchanges are evidence, ``answers`` what each choice looks like.

    ``reason`` says why a recording cannot answer it; it has no ``when`` then. ``rest`` is true where evidence that
    shows none of the choices shows another one, and false where it shows nothing.
    """

    id: str
    unknown: str
    choice: str
    switchable: frozenset[str]
    operations: frozenset[str]
    when: AnyOf = AnyOf(())
    answers: Mapping[str, AnyOf] | None = None
    rest: bool = True
    words: Sequence[str] = ()
    reason: str = ""

    def is_about(self, exchange: ShapedExchange) -> bool:
        """Tell whether an exchange is of an operation that the gap is about."""
        return "*" in self.operations or exchange.operation in self.operations

    def answer(self, exchange: ShapedExchange, agrees: Agrees) -> str:
        """The choice that an exchange shows; empty when it shows nothing."""
        if self.answers is None or not self.is_about(exchange) or not self.when.holds(exchange, agrees):
            return ""
        for choice, condition in self.answers.items():
            if condition.holds(exchange, agrees):
                return choice
        return ANOTHER if self.rest else ""


def load_ledger() -> Sequence[KnownGap]:
    """Every gap of our documents, in the order of the file. Raises SpecError, or ValueError for a wrong probe."""
    entries = read_file(OPENAPI / "gaps.yaml", SpecError, ours=True)["gaps"]
    return [_load(entry) for entry in entries]


def asked_words(gaps: Iterable[KnownGap]) -> Mapping[str, frozenset[str]]:
    """The members whose words some gap asks for, by operation."""
    found: dict[str, frozenset[str]] = {}
    for gap in gaps:
        for operation in gap.operations if gap.words else ():
            found[operation] = found.get(operation, frozenset()) | {*gap.words}
    return found


def _load(entry: Mapping[str, Any]) -> KnownGap:
    asked = entry["probe"]
    where = asked.get("on", entry["where"])
    operations = frozenset(blank(key) for key in where)
    answers = (
        {str(choice): _any_of(texts) for choice, texts in asked["answers"].items()} if "answers" in asked else None
    )
    return KnownGap(
        id=entry["id"],
        unknown=entry["unknown"],
        choice=str(entry["choice"]),
        switchable=frozenset(map(str, entry.get("switch", ()))),
        operations=operations,
        when=_any_of(asked.get("when", [])),
        answers=answers,
        rest=asked.get("rest", True),
        words=tuple(asked.get("words", ())),
        reason=asked.get("none", ""),
    )


def _any_of(texts: str | Sequence[str]) -> AnyOf:
    return AnyOf([parse_conditions(text) for text in ([texts] if isinstance(texts, str) else texts)])
