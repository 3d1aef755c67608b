"""Stubs: answers that a test puts in place of the server's own."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from types import MappingProxyType, TracebackType
from typing import Any, Self, TypedDict

from mock_server.testing.admin_client import AdminClient
from mock_server.testing.answer_parts import Headers, given, raw, slow
from mock_server.testing.errors import Refused
from mock_server.testing.request_pattern import pattern

_MEMBERS: Mapping[str, str] = MappingProxyType(
    {
        "times": "times",
        "after": "after",
        "scenario": "scenarioName",
        "when": "requiredScenarioState",
        "then": "newScenarioState",
        "allow_invalid": "allowInvalid",
    }
)
"""Options that are sent unchanged, each with its name in the control plane."""


class StubOptions(TypedDict, total=False):
    """The answer of a stub, and the conditions on the requests that get it."""

    json: Any
    """The body as JSON. It must keep the contract unless ``allow_invalid`` is true."""
    body: str | bytes
    """The raw body as it is sent; it may break the contract."""
    status: int
    """The status of the answer; 200 by default."""
    headers: Headers
    times: int
    """How many requests are answered; all of them by default."""
    after: int
    """How many requests pass first without this answer."""
    delay: timedelta | float
    """Seconds before each answer."""
    query: Mapping[str, Any]
    """Query parameters that a request must have."""
    sent: Any
    """A JSON body that a request must have; it may have more fields."""
    scenario: str
    """The name of a state machine. Its first state is "Started"."""
    when: str
    """The state of the scenario in which this stub answers."""
    then: str
    """The state into which its answer puts the scenario."""
    allow_invalid: bool
    """True for an answer that breaks the contract."""


class Stub:
    """One stub. It answers until it is removed: by ``remove``, or at the end of a ``with``."""

    def __init__(self, control: AdminClient, made: Mapping[str, Any]) -> None:
        self._control = control
        self.id: str = made["id"]

    def __repr__(self) -> str:
        return f"<Stub {self.id}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    @property
    def answers(self) -> int:
        """How many requests it has answered."""
        return int(self._control("GET", f"/mappings/{self.id}")["answers"])

    def remove(self) -> None:
        """Remove it, if it is still there: the server's own answers come back."""
        with suppress(Refused):
            self._control("DELETE", f"/mappings/{self.id}")


def add_stub(control: AdminClient, request: str, options: StubOptions) -> Stub:
    """Add a stub. Raises Refused with a pointer to the fault in it."""
    content = {"jsonBody": options["json"]} if "json" in options else {}
    response = {
        "status": options.get("status", 200),
        **given(headers=options.get("headers")),
        **content,
        **raw(options.get("body")),
        **slow(options.get("delay", 0)),
    }
    mapping = {
        "request": pattern(control.url, request, options.get("query"), options.get("sent")),
        "response": response,
        **{_MEMBERS[name]: value for name, value in options.items() if name in _MEMBERS},
    }
    return Stub(control, control("POST", "/mappings", mapping))
