"""Which part of the suite a run is about: ``--only`` and ``--exclude``.

A word is an operation (``GET /v1/leads/{}``), a path, a tag, a topic of the directed runs, ``engine``, or a rule.
Rules select findings; everything else selects what is run.
"""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from contracts.checks.registry import RULES
from contracts.document import Contract, Operation, blank
from contracts.errors import CannotRun


class Selection:
    """Raises CannotRun for a word that means nothing."""

    def __init__(
        self, contract: Contract, topics: Iterable[str], only: Collection[str], without: Collection[str]
    ) -> None:
        self._contract = contract
        operations = contract.operations.values()
        known = {"engine", *topics, *RULES, *contract.webhooks}
        known |= {word for o in operations for word in _words(o)} | {_collection(o) for o in operations}
        chosen = {_known(word, known) for word in only}
        self._rules = chosen & RULES.keys()
        self._only = chosen - RULES.keys()
        self._without = {_known(word, known) for word in without}

    @property
    def everything(self) -> bool:
        """Whether nothing was left out on purpose."""
        return not (self._only or self._rules or self._without)

    def unit(self, topic: str, subject: str) -> bool:
        """Whether to run this: by its topic, its operation or collection, or a tag."""
        operation = self._contract.operations.get(subject)
        words = {topic, subject, *(_words(operation) if operation else ())}
        return not words & self._without and (not self._only or bool(words & self._only))

    def engine(self) -> bool:
        return "engine" not in self._without and (not self._only or bool(self._generated()))

    def operation(self, operation: Operation) -> bool:
        """Whether the engine generates requests for it."""
        return operation.key in self._generated()

    def _generated(self) -> set[str]:
        about = self._only - {"engine"}
        operations = [o for o in self._contract.operations.values() if not _words(o) & self._without]
        if "engine" in self._only and not about:
            return {operation.key for operation in operations}
        return {o.key for o in operations if not self._only or _words(o) & about}

    def finding(self, rule: str, operation: str) -> bool:
        known = self._contract.operations.get(operation)
        left_out = {rule, operation, *(_words(known) if known else ())} & self._without
        return not left_out and (not self._rules or rule in self._rules)


def _words(operation: Operation) -> set[str]:
    return {operation.key, operation.key.partition(" ")[2], *operation.tags}


def _collection(operation: Operation) -> str:
    return operation.key.partition(" ")[2].removesuffix("/{}")


def _known(word: str, known: Collection[str]) -> str:
    """The word as it is known, in whatever case it was typed. Raises CannotRun."""
    plain = blank(word) if "/" in word else word
    if plain in known:
        return plain
    spelt = {one.lower(): one for one in sorted(known)}
    if plain.lower() in spelt:
        return spelt[plain.lower()]
    near = get_close_matches(word, sorted(known), 1)
    raise CannotRun(f"`{word}` is no operation, tag, topic or rule", f"did you mean `{near[0]}`?" if near else "")
