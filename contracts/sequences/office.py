"""An organization of its own on a mock, with hook URLs that record what is delivered to them.

Everything here goes to the control plane of a mock. No other target has one, so nothing of it is ever sent elsewhere.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from contracts import domain
from contracts.exchange import Exchange
from contracts.probe import Abandoned, Probe

_ADMIN = "/__admin"


@dataclass(frozen=True)
class Letter:
    """One delivery as it came in. Header names are lower-case."""

    headers: Mapping[str, str]
    body: Any

    @property
    def id(self) -> str:
        """What a subscriber knows a repeat by; empty when there is nothing of the kind."""
        return next((self.headers[name] for name in domain.MESSAGE_ID if name in self.headers), "")


@dataclass(frozen=True)
class Office:
    """``probe`` has the key of the organization ``workspace``, whose clock stands still."""

    probe: Probe
    workspace: str

    def subscribe(self, trigger: str, inbox: str) -> Any:
        """Have an event delivered to an inbox; the subscription's id."""
        operation = self.probe.contract.operations[domain.SUBSCRIBE]
        url = f"{self.probe.target.origin}{_ADMIN}/inbox/{self.workspace}/{inbox}"
        body = {"hookUrl": url, "trigger": trigger}
        return self.probe.accepted(self.probe.call(operation, body=body), operation).field("id")

    def received(self, inbox: str) -> Sequence[Letter]:
        """What came so far, when nothing that is due is owed any more."""
        self.control("POST", "/webhooks/drain", {"timeout": 5})
        shown = self.control("GET", f"/inbox/{self.workspace}/{inbox}").field("received") or ()
        return [Letter({k.lower(): v for k, v in entry["headers"].items()}, entry["body"]) for entry in shown]

    def answer_with(self, inbox: str, status: int) -> None:
        self.control("PUT", f"/inbox/{self.workspace}/{inbox}", {"status": status})

    def state(self) -> str:
        """How the newest delivery stands: ``pending`` when it will be made again."""
        items = self.control("GET", "/webhooks/deliveries?limit=1").field("items") or [{}]
        return str(items[0].get("state"))

    def repeats(self) -> bool:
        """Whether this mock was started to repeat what failed."""
        return self.control("GET", "/settings").field("retries") not in (None, "none")

    def repeat_by_hand(self) -> None:
        items = self.control("GET", "/webhooks/deliveries?limit=1").field("items") or [{}]
        self.control("POST", f"/webhooks/deliveries/{items[0].get('id')}/redeliver", {"newId": False})

    def advance(self, days: int) -> None:
        self.control("POST", "/clock/advance", {"seconds": days * 86_400})

    def simulate(self, **what: Any) -> None:
        """Somebody outside does something. Raises Abandoned."""
        done = self.control("POST", "/simulate", what)
        if not done.succeeded:
            raise Abandoned(f"the mock cannot simulate {what}: {done.answer(120)}")

    def control(self, method: str, path: str, body: Any = None) -> Exchange:
        headers = {"X-Mock-Workspace": self.workspace}
        content = None if body is None else orjson.dumps(body)
        if content is not None:
            headers["Content-Type"] = "application/json"
        return self.probe.send(method, f"{self.probe.target.origin}{_ADMIN}{path}", headers, content)


@contextmanager
def office(probe: Probe) -> Generator[Office, None, None]:
    """A new organization, for as long as this lasts. Raises Abandoned where there can be none."""
    url, headers = f"{probe.target.origin}{_ADMIN}/workspaces", {"Content-Type": "application/json"}
    made = probe.send("POST", url, headers, b'{"frozen": true}') if probe.target.is_mock else None
    if made is None or not isinstance(made.field("key"), str):
        raise Abandoned("deliveries can be seen on a mock only")
    try:
        yield Office(probe.elsewhere(made.field("key")), made.field("id"))
    finally:
        probe.send("DELETE", f"{url}/{made.field('id')}", {})
