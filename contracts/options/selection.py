"""The part of the suite that a run is about: ``--only`` and ``--exclude``.

A word is an operation (``GET /v1/leads/{}``, or its operationId), a path, a tag, a topic of the scenarios,
``engine``, or a rule. Rules select findings. Every other word selects scenarios: an operation selects all that use it.
"""

from collections.abc import Collection, Iterable, Sequence

from contracts.errors import CannotRun
from contracts.rules.registry import RULES
from contracts.spec.document import Contract, Operation, blank
from contracts.spec.operation_names import named, names, suggestion


class Selection:
    """The selected part of the suite. Raises CannotRun for an unknown word."""

    def __init__(
        self, contract: Contract, topics: Iterable[str], only: Collection[str], without: Collection[str]
    ) -> None:
        self._contract = contract
        operations = contract.operations.values()
        self._known = {"engine", *topics, *RULES, *contract.webhooks}
        self._known |= {word for o in operations for word in _words(o)} | {_collection(o) for o in operations}
        chosen = {self._meant(word) for word in only}
        self._rules = chosen & RULES.keys()
        self._only = chosen - RULES.keys()
        self._without = {self._meant(word) for word in without}

    def _meant(self, word: str) -> str:
        """The known word for a word in any spelling. Raises CannotRun."""
        plain = blank(word) if "/" in word else word
        if plain in self._known:
            return plain
        operation = named(self._contract, word)
        if operation is not None:
            return operation.key
        spelt = {one.lower(): one for one in sorted(self._known)}
        if plain.lower() in spelt:
            return spelt[plain.lower()]
        near = suggestion(word, [*self._known, *names(self._contract)])
        raise CannotRun(f"`{word}` is no operation, tag, topic or rule", near)

    @property
    def everything(self) -> bool:
        """True if nothing was left out on purpose."""
        return not (self._only or self._rules or self._without)

    def includes(self, topic: str, subject: str, also: Collection[str] = ()) -> bool:
        """Tell whether to run a scenario, by its topic, its subject, or another operation that it uses."""
        about = self._about(subject)
        if {topic, subject} & self._without or (about and all(_words(o) & self._without for o in about)):
            return False
        words = {topic, subject, *also, *self._asked(subject), *(word for o in about for word in _words(o))}
        return not self._only or bool(words & self._only)

    def _about(self, subject: str) -> Sequence[Operation]:
        """The operation of a scenario's subject, or those of its collection."""
        known = self._contract.operations.get(subject)
        paths = (subject, f"{subject}/{{}}")
        of_collection = [o for o in self._contract.operations.values() if o.key.partition(" ")[2] in paths]
        return [known] if known is not None else of_collection

    def _asked(self, subject: str) -> Iterable[str]:
        """The other operations that a scenario uses: those below a collection, and the list that supplies an id."""
        operation = self._contract.operations.get(subject)
        if operation is None:
            return [key for key in self._contract.operations if key.partition(" ")[2].startswith(f"{subject}/{{}}/")]
        path = operation.key.partition(" ")[2]
        return [f"GET {path.partition('/{}')[0]}"] if "/{}" in path else []

    def engine(self) -> bool:
        """Tell whether requests are generated at all."""
        return "engine" not in self._without and (not self._only or bool(self._generated()))

    def operation(self, operation: Operation) -> bool:
        """Tell whether the engine generates requests for an operation."""
        return operation.key in self._generated()

    def _generated(self) -> set[str]:
        about = self._only - {"engine"}
        operations = [o for o in self._contract.operations.values() if not _words(o) & self._without]
        if "engine" in self._only and not about:
            return {operation.key for operation in operations}
        return {o.key for o in operations if not self._only or _words(o) & about}

    def finding(self, rule: str, operation: str) -> bool:
        """Tell whether a finding of ``rule`` in ``operation`` counts."""
        known = self._contract.operations.get(operation)
        left_out = {rule, operation, *(_words(known) if known else ())} & self._without
        return not left_out and (not self._rules or rule in self._rules)


def _words(operation: Operation) -> set[str]:
    return {operation.key, operation.key.partition(" ")[2], *operation.tags}


def _collection(operation: Operation) -> str:
    return operation.key.partition(" ")[2].removesuffix("/{}")
