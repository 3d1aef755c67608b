"""States that nobody needs any more: let go of a piece at a time, as a large one takes seconds to be freed at once."""

from collections import deque
from typing import Any

from mock_server.store.state import WorkspaceState

_AT_A_TIME = 4  # pieces: some thousand rows, or entries of an index


class DeferredFree:
    """``attended`` says that somebody calls ``reduce`` from time to time; without that, nothing is held here."""

    def __init__(self) -> None:
        self.attended = False
        self._pieces: deque[Any] = deque()

    def add(self, state: WorkspaceState | None) -> None:
        """Hold what a state is made of. What other states share stays with them."""
        if self.attended and state is not None:
            self._pieces.extend(state.pieces())

    def reduce(self) -> bool:
        """Let go of a little; whether there is more."""
        for _ in range(min(_AT_A_TIME, len(self._pieces))):
            self._pieces.popleft()
        return bool(self._pieces)
