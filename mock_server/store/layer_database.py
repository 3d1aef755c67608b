"""The interface of a database on which a log stands: how a transaction begins and ends, and what differs."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from typing import Protocol

from mock_server.errors import StateError
from mock_server.store.base import LayerId
from mock_server.store.sql import SqlConnection


class LayerDatabase(Protocol):
    """The interface of an engine. Every method that fails raises StateError, with the cause and the remedy."""

    beside: int | None
    """The number of this server if others use the database beside it: then it must not tidy up what they need."""
    lost: Callable[[StateError], None]
    """A function that is called once when nothing can be stored any more."""

    @property
    def is_busy(self) -> bool:
        """True while it reorganizes itself: a commit that can wait should come a moment later."""

    def reading(self) -> AbstractContextManager[SqlConnection]:
        """Read rows of one moment."""

    def transaction(self, rows: int = 1, owned: Collection[str] = ()) -> AbstractContextManager[SqlConnection]:
        """Begin a transaction that writes about so many rows; they are stored when it ends without an error.

        It is refused if another server owns one of the workspaces ``owned``.
        """

    def batch(self, rows: int, owned: Collection[str] = ()) -> AbstractContextManager[SqlConnection]:
        """Begin a transaction without reads, so that its statements can be sent together."""

    def checked(self, db: SqlConnection) -> int | None:
        """The sum over all heads and layers, if one is stored. Raises DamagedFile for a damaged database."""

    def new_layer(self, db: SqlConnection) -> LayerId:
        """A number that no layer has ever had."""

    def close(self) -> None:
        """Close the file or connection."""
