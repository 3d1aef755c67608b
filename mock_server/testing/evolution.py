"""Evolutions: answers as the API may give them tomorrow, for a test of what its client survives."""

from contextlib import suppress
from types import TracebackType
from typing import Self

from mock_server.testing.admin_client import AdminClient
from mock_server.testing.errors import Refused


class Evolution:
    """Evolutions that the answers of a workspace get until they end: by ``end``, or at the end of a ``with``."""

    def __init__(self, control: AdminClient, kinds: str) -> None:
        self._control = control
        self._before = control("GET", "/evolution")
        control("PUT", "/evolution", {"evolve": kinds})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """Let the answers be what they were before."""
        with suppress(Refused):
            if self._before["ofTheServer"]:
                self._control("DELETE", "/evolution")
            else:
                self._control("PUT", "/evolution", {"evolve": self._before["evolve"]})
