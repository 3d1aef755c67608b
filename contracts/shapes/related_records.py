"""Which records of an API share a value, or refer to a deleted one, in the course of a recording.

Values stay in memory; what leaves is the names of members, and facts.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from contracts.shapes.exchanges import Fact
from contracts.spec.document import Operation

_UNIQUE = ("email", "phone", "name", "label", "title", "slug")
"""Members that an API may want to be different in each record."""
_MAX_RECORDS = 100_000


class RelatedRecords:
    """Remembers the values of records that have to be different, and the records that others refer to."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._owners: dict[tuple[str, str, Any], set[str]] = {}
        self._referred: dict[str, set[str]] = {}

    def shared(self, operation: Operation, own: str, sent: Any, deleted: Collection[str]) -> set[str]:
        """Members that are sent with a value that another living record of the same collection has."""
        if not isinstance(sent, dict):
            return set()
        family = _family(operation)
        found = {name: self._owners.get((family, name, sent[name]), set()) for name in _UNIQUE
                 if isinstance(sent.get(name), str)}  # fmt: skip
        return {name for name, owners in found.items() if any(it != own and it not in deleted for it in owners)}

    def seen(self, operation: Operation, value: Any, deleted: Collection[str]) -> set[Fact]:
        """Learn from a successful answer; the facts are about deleted records that others refer to."""
        rows = list(_rows(value))
        for row in rows:
            self._keep(_family(operation), row)
        if operation.method != "GET" or operation.path.endswith("}"):
            return set()
        referred = {text for row in rows for text in _references(row)}
        before = self._referred.setdefault(operation.key, set())
        gone = before & {*deleted}
        if len(before) < _MAX_RECORDS:
            before |= referred
        if referred & {*deleted}:
            return {Fact.HOLDS_OF_DELETED}
        return {Fact.LEAVES_OUT_OF_DELETED} if gone else set()

    def _keep(self, family: str, row: Mapping[str, Any]) -> None:
        id = str(row["id"])
        if len(self._values) >= _MAX_RECORDS:
            return
        for name, value in self._values.pop((family, id), {}).items():
            self._owners[family, name, value].discard(id)
        kept = {name: row[name] for name in _UNIQUE if isinstance(row.get(name), str) and row[name]}
        self._values[family, id] = kept
        for name, value in kept.items():
            self._owners.setdefault((family, name, value), set()).add(id)


def _family(operation: Operation) -> str:
    """The path of the collection that an operation is about."""
    return operation.path.partition("/{")[0]


def _rows(value: Any) -> Iterator[Mapping[str, Any]]:
    """The records of an answer: itself, those in an envelope, those of a list."""
    members = [value, *value.values()] if isinstance(value, dict) else [value]
    for member in members:
        for row in member if isinstance(member, list) else [member]:
            if isinstance(row, dict) and isinstance(row.get("id"), str | int):
                yield row


def _references(row: Mapping[str, Any]) -> Iterator[str]:
    return (str(value) for name, value in row.items() if name.endswith(("Id", "_id")) and isinstance(value, str | int))
