"""The servers of one test session: usually one, but the tests of a folder may have settings of their own."""

import warnings
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from mock_server.testing.admin_client import AdminClient
from mock_server.testing.errors import Refused
from mock_server.testing.remote_server import RunningServer
from mock_server.testing.server_choice import Source, serving

if TYPE_CHECKING:
    from mock_server.server import MockServer


class SessionServers:
    """Starts a server for each source when it is first asked for, and ends them all with the session."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._started: list[tuple[Source, MockServer | RunningServer]] = []
        self._worlds: dict[str, str | None] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def of(self, source: Source) -> "MockServer | RunningServer":
        """The server for a source. Raises Refused, and SetupError for settings."""
        for known, server in self._started:
            if known == source:
                return server
        server = self._stack.enter_context(serving(source))
        self._started.append((source, server))
        if difference := getattr(server, "difference", ""):
            _warn(difference)
        return server

    def suited(self, server: "MockServer | RunningServer", source: Source) -> "MockServer | RunningServer":
        """The server for a source, where pytest still holds the one of other settings.

        A server that a suite made itself stays.
        """
        return self.of(source) if any(own is server for _, own in self._started) else server

    def world(self, server: "MockServer | RunningServer") -> str | None:
        """The world of a test that names none: a small one, unless the server was started with a world of its own."""
        if server.url not in self._worlds:
            try:
                own = AdminClient(server.url, token=server.admin_token)("GET", "/settings")["world"]
            except Refused:
                return None  # each test says that its workspace cannot be made, and why
            self._worlds[server.url] = "small" if own == "default" else None
        return self._worlds[server.url]


def _warn(text: str) -> None:
    """Show a warning at the end, also if warnings are errors, for no test has failed."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(text, stacklevel=2)
