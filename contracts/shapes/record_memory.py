"""Which records of an API were met and deleted in the course of a recording; it is never written anywhere."""

from collections.abc import Iterator, Sequence
from typing import Any

from contracts.shapes.exchanges import Fact
from contracts.shapes.related_records import RelatedRecords
from contracts.spec.document import Operation
from contracts.transport.exchange import NOT_JSON, Exchange

_MAX_RECORDS = 100_000


class RecordMemory:
    """Numbers ids in the order in which they come, and remembers which were deleted."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._shown: set[str] = set()
        self._deleted: set[str] = set()
        self._lists: dict[str, set[str]] = {}
        self._related = RelatedRecords()

    def shared(self, operation: Operation, ids: Sequence[str], sent: Any) -> set[str]:
        """Members that are sent with a value that another record has; to be asked before ``look``."""
        return self._related.shared(operation, ids[-1] if ids else "", sent, self._deleted)

    def look(self, operation: Operation, ids: Sequence[str], exchange: Exchange) -> tuple[tuple[int, ...], set[Fact]]:
        """The numbers of the path's records, and what is known of them so far; then learn from the answer."""
        facts = set()
        if any(id in self._deleted for id in ids):
            facts.add(Fact.AFTER_DELETE)
        elif ids and any(id not in self._shown for id in ids):
            facts.add(Fact.UNKNOWN_RECORD)
        numbers = tuple(self._number(id) for id in ids)
        shown = set(_ids(exchange.json)) if exchange.succeeded and exchange.json is not NOT_JSON else set()
        if operation.method == "GET" and not ids and shown | self._deleted:
            facts |= self._deletions(operation, shown)
        if exchange.succeeded and exchange.json is not NOT_JSON:
            facts |= self._related.seen(operation, exchange.json, self._deleted)
        if operation.method == "DELETE" and exchange.succeeded and ids:
            self._deleted.add(ids[-1])
        if len(self._shown) < _MAX_RECORDS:
            self._shown |= shown
        return numbers, facts

    def _deletions(self, operation: Operation, shown: set[str]) -> set[Fact]:
        before = self._lists.setdefault(operation.key, set())
        if shown & self._deleted:
            return {Fact.HOLDS_DELETED}
        gone = before & self._deleted
        if len(before) < _MAX_RECORDS:
            before |= shown
        return {Fact.LEAVES_OUT_DELETED} if gone else set()

    def _number(self, id: str) -> int:
        return self._numbers.setdefault(id, len(self._numbers) + 1)


def _ids(value: Any, depth: int = 0) -> Iterator[str]:
    """Every id in an answer, as a path would have it."""
    if isinstance(value, dict) and depth < 6:
        for name, member in value.items():
            if name == "id" and isinstance(member, str | int):
                yield str(member)
            elif isinstance(member, dict | list):
                yield from _ids(member, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _ids(item, depth + 1)
