"""The records that ``sophiie.add`` has made."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from mock_server.world.clock import stamp


def as_written(value: Any) -> Any:
    """Convert a record for the control plane: times become texts, at any depth."""
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, Mapping):
        return {name: as_written(inner) for name, inner in value.items()}
    return [as_written(inner) for inner in value] if isinstance(value, list | tuple) else value


class Added(Mapping[str, Sequence[Any]]):
    """Records by kind: the requested ones, and those that were made because of them.

    ``record`` is the first requested one; ``added["appointments"]`` are all appointments that were made.
    """

    def __init__(self, kind: str, records: Mapping[str, Sequence[Any]]) -> None:
        self._kind = kind
        self._records = records

    @property
    def record(self) -> Any:
        """The requested record; the first of several."""
        return self._records[self._kind][0]

    @property
    def id(self) -> Any:
        """The id of that record."""
        return self.record.get("id")

    def __getitem__(self, kind: str) -> Sequence[Any]:
        return self._records[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def __repr__(self) -> str:
        return f"<Added {', '.join(f'{len(some)} {kind}' for kind, some in self._records.items())}>"
