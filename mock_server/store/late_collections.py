"""The collections of a state of which most are still being made: some can be read early, the others are waited for."""

from collections.abc import Iterator, Mapping

from mock_server.store.collection import Collection
from mock_server.support.late_result import LateResult

AllCollections = LateResult[Mapping[str, Collection]]
"""All collections that are made, the early ones too."""


class LateCollections(dict[str, Collection]):
    """Collections by kind. Until all are made, ``get`` finds the early ones at once, for readers.

    Whoever asks for another kind, wants to write or wants to know which kinds there are, waits. Kinds of the mock's own
    (``$…``) are never made and never waited for.
    """

    def __init__(self, early: Mapping[str, Collection], made: AllCollections) -> None:
        super().__init__(early)
        self.made = made
        self._is_whole = False

    def whole(self) -> dict[str, Collection]:
        """A plain dictionary of all collections, once they are made. Raises what their making raised."""
        if not self._is_whole:
            self.update(self.made.wait())
            self._is_whole = True
        return dict(super().items())

    def can_read(self, kind: str) -> bool:
        """True if reading a kind waits for nothing."""
        return super().__contains__(kind) or kind.startswith("$")

    def get(self, kind: str, default: Collection) -> Collection:  # type: ignore[override]  # nobody asks without
        """The collection of a kind to read."""
        if not self.can_read(kind):
            self.whole()
        return super().get(kind, default)

    def copy(self) -> "LateCollections":
        """Return a copy that waits for the same making."""
        return LateCollections(dict(super().items()), self.made)

    def __contains__(self, kind: object) -> bool:
        self._wait_for(kind)
        return super().__contains__(kind)

    def __getitem__(self, kind: str) -> Collection:
        self._wait_for(kind)
        return super().__getitem__(kind)

    def __setitem__(self, kind: str, collection: Collection) -> None:
        self._wait_for(kind)
        super().__setitem__(kind, collection)

    def __delitem__(self, kind: str) -> None:
        self._wait_for(kind)
        super().__delitem__(kind)

    def __iter__(self) -> Iterator[str]:
        self.whole()
        return super().__iter__()

    def _wait_for(self, kind: object) -> None:
        if not str(kind).startswith("$"):
            self.whole()


def settled(collections: dict[str, Collection]) -> dict[str, Collection]:
    """Late collections as they are while some are being made; a plain dictionary of all, which is quicker, after it."""
    if isinstance(collections, LateCollections) and collections.made.is_ready:
        return collections.whole()
    return collections
