"""The operations, statuses and parameters that a run exercised, and whether they are enough to prove anything."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from contracts.spec.document import Contract
from contracts.transport.exchange import Exchange

_MAX_REFUSED_SHARE = 0.5


class Coverage:
    """Listens to every exchange of a run."""

    def __init__(self, contract: Contract, key: str) -> None:
        self.contract = contract
        self._credential = f"Bearer {key}"
        self.statuses: dict[str, Counter[int]] = {operation: Counter() for operation in contract.operations}
        self.parameters: dict[str, set[str]] = {operation: set() for operation in contract.operations}
        self._with_key: Counter[int] = Counter()

    def seen(self, exchange: Exchange) -> None:
        """Count an exchange."""
        if exchange.sent_headers.get("authorization") == self._credential:
            self._with_key[exchange.status] += 1
        if exchange.operation:
            self.statuses[exchange.operation][exchange.status] += 1
            self.parameters[exchange.operation] |= {name for name, _ in parse_qsl(exchange.query)}

    def counts(self) -> Mapping[str, Any]:
        """The counts as ``add`` takes them, in simple types that can be sent to another process."""
        return {"statuses": {key: dict(of) for key, of in self.statuses.items()}, "with_key": dict(self._with_key)}

    def add(self, counts: Mapping[str, Any]) -> None:
        """Add the counts of another worker."""
        for operation, statuses in counts["statuses"].items():
            self.statuses[operation].update(statuses)
        self._with_key.update(counts["with_key"])

    @property
    def requests(self) -> int:
        """The number of requests that were counted."""
        return sum(sum(counts.values()) for counts in self.statuses.values())

    def succeeded(self, operation: str) -> bool:
        """Tell whether the operation answered with a 2xx status at least once, or led on if that is all it does."""
        counted = tuple(self.statuses[operation])  # a face may ask while another thread counts
        answers = self.contract.operations[operation].answers
        only_leads = bool(answers) and all(str(status)[0] in "345" for status in answers)
        return any(200 <= status < (400 if only_leads else 300) for status in counted)

    def known_parameters(self, operation: str) -> tuple[int, int]:
        """The number of query parameters that were sent, and the number of all query parameters."""
        names = {parameter.name for parameter in self.contract.operations[operation].parameters_in("query")}
        return len(names & self.parameters[operation]), len(names)

    def vacuous(self, due: Iterable[str], excused: Collection[str], faulty: Collection[str]) -> Sequence[str]:
        """The reason why the run proves too little; empty when it proves enough.

        ``due`` are the operations that should have succeeded, ``excused`` those that could not. ``faulty`` are those
        with findings, which prove enough by themselves.
        """
        total = sum(self._with_key.values())
        if not total:
            return ["no request with the key was answered"]
        reasons = []
        for status, words in ((401, "the key was refused"), (429, "the target asked for fewer requests")):
            if self._with_key[status] > total * _MAX_REFUSED_SHARE:
                reasons.append(f"{self._with_key[status]} of {total} answers were {status}: {words}")
        silent = [key for key in due if not self.succeeded(key) and key not in excused and key not in faulty]
        if silent:
            shown = ", ".join(silent[:6]) + (f" and {len(silent) - 6} more" if len(silent) > 6 else "")
            reasons.append(f"never seen to succeed: {shown}")
        return reasons
