"""The mock that the tools talk to: the one that runs already, or one that is started for them."""

from contextlib import ExitStack
from typing import Any

from mock_server.cli.client import Client, ServerUnreachable, local_url
from mock_server.cli.main import settings_from
from mock_server.server import MockServer


class RunningMock:
    """Finds the mock at ``url``, or at the usual place. If there is none at the usual place, it starts one."""

    def __init__(self, url: str = "") -> None:
        self._given = url
        self._stack = ExitStack()
        self._own: MockServer | None = None

    @property
    def url(self) -> str:
        """The URL of the mock; of the usual place as long as none was started."""
        return self._own.url if self._own else self._given or local_url()

    @property
    def is_own(self) -> bool:
        """True if the mock was started here: it ends with the tools."""
        return self._own is not None

    def client(self) -> Client:
        """A client of the mock. Raises SettingsError if the given one cannot be reached."""
        try:
            return Client(self.url)
        except ServerUnreachable:
            if self._given or self._own:
                raise
        self.start()
        return Client(self.url)

    def start(self, **settings: Any) -> None:
        """Start a mock on a free port; one that was started here before is stopped. Raises SetupError."""
        self.stop()
        given = {name: value for name, value in settings.items() if value not in ("", None)}
        server = MockServer(settings_from({"port": 0, "quiet": True, **given}))
        self._own = self._stack.enter_context(server)

    def stop(self) -> None:
        """Stop the mock if it was started here."""
        self._own = None
        self._stack.close()
