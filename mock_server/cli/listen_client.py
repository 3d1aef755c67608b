"""A listener of a running server, until the user ends it. It survives a restart of the server."""

from collections.abc import Callable, Iterator, Mapping
from threading import Event
from typing import Any

from mock_server.cli.client import Client, RequestFailed, ServerUnreachable, segment
from mock_server.errors import Problem, SettingsError
from mock_server.world.clock import Stopwatch

_WAIT = 20  # seconds that the server holds a question: less than a lease
_AGAIN = 0.5  # seconds between two looks whether the server is back
_PATIENCE = 300.0  # seconds that it is waited for
_NO_SUCH = 404


class ListenClient:
    """The listener. ``asked`` is the body of ``POST /webhooks/listeners``; ``say`` prints a message for a person.

    Raises SettingsError if there is nothing, or nothing any more, to listen to.
    """

    def __init__(self, url: str, asked: Mapping[str, Any], say: Callable[[str], None]) -> None:
        self._url = url
        self._asked = dict(asked)
        self._say = say
        self._state: Any = None

    def __enter__(self) -> "ListenClient":
        self._client = Client(self._url)
        self._open("listening for")
        return self

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> None:
        try:
            self._client.control("DELETE", f"/webhooks/listeners/{segment(self._state['id'])}")
        except ServerUnreachable:
            if not isinstance(fault, SettingsError):  # which has said it
                self._say(f"the server does not answer; {self._left}")
        except SettingsError:
            pass  # it was ended already

    def attempts(self) -> Iterator[Any]:
        """Delivery attempts that have ended, in order."""
        while _triggers(self._state):
            state = self._next(_WAIT)
            yield from state["items"]
            self._hear(state)
        yield from self._next(0)["items"]  # such as the one that was answered with 410
        raise SettingsError(Problem("", "nothing is left to listen to", "start `listen` again to go on"))

    @property
    def _left(self) -> str:
        return "its subscriptions end by themselves" + f" {self._lease:g} s after the server is back"

    def _open(self, words: str) -> None:
        """Subscribe, or find the existing subscriptions again."""
        state = self._client.control("POST", "/webhooks/listeners", self._asked)
        self._asked["id"], self._lease = state["id"], state["leaseSeconds"]
        self._state, self._after = state, 0
        self._say(f"{words} {', '.join(_triggers(state))} -> {state['hookUrl']} (Ctrl-C ends)")
        if state["others"]:
            self._say("another listener has the same target: it gets each event more than once")

    def _next(self, wait: int) -> Any:
        while True:
            query = f"after={self._after}&wait={wait}&listener={self._state['id']}&version={self._state['version']}"
            try:
                state = self._client.control("GET", f"/webhooks/attempts?{query}")
            except ServerUnreachable as fault:
                self._come_back(fault)
            except RequestFailed as fault:
                if fault.status != _NO_SUCH:
                    raise
                self._open("its subscription had ended; listening again for")
            else:
                self._after = state["last"]
                return state

    def _hear(self, state: Any) -> None:
        """Report what has changed."""
        before, self._state = self._state, {**self._state, **state}
        if state["version"] == before["version"]:
            return
        if state["because"]:
            self._say(f"the workspace was {state['because']}: subscribed again")
        lost = [name for name in _triggers(before) if name not in _triggers(state)]
        if lost:
            self._say(f"{', '.join(lost)}: the subscription was ended, by the receiver (410) or by hand")

    def _come_back(self, fault: ServerUnreachable) -> None:
        """Wait until the server answers again. Raises SettingsError if that takes too long."""
        self._say(f"{fault.problems[0].what}; waiting for the server to come back")
        watch, pause = Stopwatch(), Event()
        while watch.ms() < _PATIENCE * 1000:
            pause.wait(_AGAIN)
            try:
                self._client = Client(self._url)
                return self._open("listening again for")
            except ServerUnreachable as again:
                fault = again
        what = f"{fault.problems[0].what}, for {_PATIENCE:g} s; {self._left}"
        raise SettingsError(Problem(self._url, what, "is `sophiie-mock serve` running?"))


def _triggers(state: Any) -> list[str]:
    return [made["trigger"] for made in state["subscriptions"]]
