"""The part of a database connection that the tables of a log need, alike for SQLite and PostgreSQL."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol


class Cursor(Protocol):
    """The rows that a statement found, or how many it changed."""

    @property
    def rowcount(self) -> int:
        """How many rows the statement changed."""

    def fetchone(self) -> Any:
        """The next row, None after the last one."""

    def __iter__(self) -> Iterator[Any]:
        """The rows that are left."""


class SqlConnection(Protocol):
    """A connection that runs statements; `?` stands for a value, in SQL that both databases read."""

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Cursor:
        """Run one statement."""

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> Any:
        """Run one statement for each of these rows."""
