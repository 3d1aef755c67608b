"""The knowledge of a replica about the others: who lives, where workspaces are, and which keys open them.

It is looked up in the database once, and again when it turns out to be out of date.
"""

import asyncio
from collections.abc import Sequence
from typing import TypeVar

from mock_server.store.postgres_owners import Owners, Place, Replica

T = TypeVar("T")

_MAX_KNOWN = 20_000


class Directory:
    """The other replicas, and where workspaces are. Raises StateError if the database is away."""

    def __init__(self, owners: Owners) -> None:
        self._owners = owners
        self.replicas: Sequence[Replica] = ()
        """The living replicas, as they were seen last."""
        self.has_lost_one = False
        """True after a replica has gone, until somebody has taken care of its workspaces."""
        self._places: dict[str, Replica] = {}
        self._opened: dict[str, str] = {}  # workspaces by the digests of their keys

    @property
    def others(self) -> list[Replica]:
        """The other living replicas."""
        return [each for each in self.replicas if each.server != self._owners.server]

    async def look_around(self) -> None:
        """Look up which replicas live, and forget where workspaces of the others were."""
        before = {each.server for each in self.replicas}
        self.replicas = await asyncio.to_thread(self._owners.replicas)
        living = {each.server for each in self.replicas}
        if before - living:
            self.has_lost_one = True
            self._places = {id: place for id, place in self._places.items() if place.server in living}

    async def opened_by(self, key: str) -> str | None:
        """Find the id of the workspace that a key opens, by the key's digest; None if there is none."""
        if (id := self._opened.get(key)) is not None:
            return id
        place = await asyncio.to_thread(self._owners.find_by_key, key)
        if place is None:
            return None
        self._note(place)
        _bounded(self._opened)[key] = place.workspace
        return place.workspace

    async def find(self, workspace: str) -> Place | None:
        """Find the owner of a workspace; None if there is no such workspace. The place may be out of date."""
        if (known := self._places.get(workspace)) is not None:
            return Place(workspace, known)
        place = await asyncio.to_thread(self._owners.find, workspace)
        if place is None:
            self._opened = {key: id for key, id in self._opened.items() if id != workspace}
        else:
            self._note(place)
        return place

    def forget(self, workspace: str) -> None:
        """Look up the owner of a workspace again: it was not where it should have been."""
        self._places.pop(workspace, None)

    def _note(self, place: Place) -> None:
        if place.owner is not None and place.owner.server != self._owners.server:
            _bounded(self._places)[place.workspace] = place.owner


def _bounded(known: dict[str, T]) -> dict[str, T]:
    """The dictionary, emptied when it is too large: what it knows can be looked up again."""
    if len(known) >= _MAX_KNOWN:
        known.clear()
    return known
