"""The rows of records that are new to a state."""

from collections.abc import Mapping, Sequence

from mock_server.store.base import Id, Record, Row
from mock_server.store.collection import Collection


def created(record: Record) -> str:
    """The time of creation, by which lists are ordered; empty for a record without one."""
    found = record.get("createdAt")
    return found if isinstance(found, str) else ""


def new_row(record: Record, id: Id) -> Row:
    """Make the row of a new record, which has no number of arrival yet."""
    return Row(id, (created(record), 0), record)


def collections_of(rows: Mapping[str, Sequence[Row]]) -> dict[str, Collection]:
    """Make a collection of each kind of new rows, oldest first, and give each row the number of its arrival."""
    for some in rows.values():
        for arrival, row in enumerate(some):
            row.key = (row.key[0], arrival)
    return {kind: Collection(some) for kind, some in rows.items()}
