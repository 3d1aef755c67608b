"""Free states that nobody needs, piece by piece, because freeing a large one at once takes seconds."""

from collections import deque
from typing import Any

from mock_server.store.state import WorkspaceState

_AT_A_TIME = 4  # pieces: some thousand rows, or entries of an index


class DeferredFree:
    """States to free. ``attended`` means that ``reduce`` is called now and then; otherwise nothing is held here."""

    def __init__(self) -> None:
        self.attended = False
        self._pieces: deque[Any] = deque()

    def add(self, state: WorkspaceState | None) -> None:
        """Hold the parts of a state. Parts that other states share stay with them."""
        if self.attended and state is not None:
            self._pieces.extend(state.pieces())

    def reduce(self) -> bool:
        """Free a few parts; return whether there are more."""
        for _ in range(min(_AT_A_TIME, len(self._pieces))):
            self._pieces.popleft()
        return bool(self._pieces)
