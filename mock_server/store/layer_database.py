"""The interface of a database that a log stands on: how a transaction begins and ends there, and what is special."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from mock_server.errors import StateError
from mock_server.store.base import LayerId
from mock_server.store.sql import SqlConnection


class LayerDatabase(Protocol):
    """The interface of an engine. Every method raises StateError, with the cause and the remedy, where it fails."""

    lost: Callable[[StateError], None]
    """Called once when nothing can be kept any more."""

    @property
    def is_busy(self) -> bool:
        """True while it puts itself in order: a commit that can wait is better made a moment later."""

    def reading(self) -> AbstractContextManager[SqlConnection]:
        """Rows of one moment."""

    def transaction(self, rows: int = 1) -> AbstractContextManager[SqlConnection]:
        """A transaction that writes about so many rows; they are kept when it ends without an error."""

    def batch(self, rows: int) -> AbstractContextManager[SqlConnection]:
        """A transaction in which nothing is read, so that its statements may go out together."""

    def checked(self, db: SqlConnection) -> int | None:
        """The sum of all heads and layers, where one is kept. Raises DamagedFile for a place that is not whole."""

    def new_layer(self, db: SqlConnection) -> LayerId:
        """A number that no layer ever had."""

    def close(self) -> None:
        """Let go of the file or connection."""
