"""The log of a replica: it has only the workspaces that this server owns, and takes and gives them one by one."""

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from mock_server.errors import StateError
from mock_server.store.base import LayerId, SavedWorkspace
from mock_server.store.file_reader import StateFileReader
from mock_server.store.layered_log import one_at_a_time
from mock_server.store.postgres_log import PostgresLog
from mock_server.store.postgres_memory import PostgresMemory
from mock_server.store.postgres_owners import Owners
from mock_server.store.sql import SqlConnection
from mock_server.store.workspace_layer import WorkspaceLayer

_HOLD = "INSERT INTO held_layers VALUES (?, ?) ON CONFLICT DO NOTHING"
_RELEASE = "DELETE FROM held_layers WHERE server = ? AND layer = ?"


class TakenWorkspace(NamedTuple):
    """A workspace that this server owns now, and whether an owner died that knew more than it had stored."""

    saved: SavedWorkspace
    forgot: bool


class ReplicaLog(PostgresLog):
    """The log of one of several servers on a database. ``owners`` tells which server owns which workspace."""

    def __init__(self, url: str, address: str) -> None:
        super().__init__(url, address)
        self._noted: set[LayerId] = set()  # of ``_held``, those that the database knows
        self.owners = Owners(url, self.lease.server)
        self.memory = PostgresMemory(url, self.lease.server)
        self.server = self.lease.server
        self.address = address

    def load(self) -> Iterator[SavedWorkspace]:
        """Load nothing: a workspace is taken when somebody asks for it."""
        return iter(())

    def has(self, workspace: str) -> bool:
        """Tell whether a workspace exists, whichever server owns it."""
        return self.owners.find(workspace) is not None

    def take(self, workspace: str) -> TakenWorkspace | None:
        """Own a workspace that no living server owns, and load it.

        None if it does not exist, or another server owns it. It may take a while, so call it in a thread.
        """
        claim = self.owners.claim(workspace)
        return None if claim is None else TakenWorkspace(self._loaded(workspace, claim.epoch), claim.forgot)

    @one_at_a_time
    def _loaded(self, workspace: str, epoch: int) -> SavedWorkspace:
        with self._data.reading() as db:
            (saved,) = StateFileReader(db, None, workspace).saved()
        self._leaves[workspace] = WorkspaceLayer.of(saved)
        self._data.epochs[workspace] = epoch
        return saved

    @one_at_a_time
    def let_go(self, workspace: str) -> None:
        """Write no more into a workspace: its transactions must be stored, and nobody may use it here."""
        self._leaves.pop(workspace, None)
        self._data.epochs.pop(workspace, None)

    @property
    def epochs(self) -> dict[str, int]:
        """The workspaces that this server owns, with the number of owners each has had."""
        return dict(self._data.epochs)

    def note_hold(self, db: SqlConnection, layer: LayerId) -> None:
        """Note in the database that this server needs a new layer."""
        db.execute(_HOLD, (self.lease.server, layer))
        self._noted.add(layer)

    @one_at_a_time
    def hold(self, layer: LayerId) -> None:
        """Keep a layer that memory refers to, also from the other servers."""
        if layer not in self._noted:
            with self._data.transaction() as db:
                self.note_hold(db, layer)
        super().hold(layer)

    @one_at_a_time
    def release(self, layer: LayerId) -> None:
        """Give up a hold on a layer."""
        super().release(layer)
        if layer not in self._held:
            self._noted.discard(layer)
            with suppress(StateError), self._data.transaction() as db:  # it ends with this server at the latest
                db.execute(_RELEASE, (self.lease.server, layer))

    def close(self) -> None:
        """Give the lease back, and with it all workspaces, so that other servers can take them at once."""
        super().close()
        self.owners.close()
        self.memory.close()
