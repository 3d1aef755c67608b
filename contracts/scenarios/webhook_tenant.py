"""An organization of its own on a mock, with hook URLs that record what is delivered to them.

All requests here go to a mock's control plane. No other target has one, so none of them is sent elsewhere.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.spec import business_rules
from contracts.transport.exchange import Exchange

_ADMIN = "/__admin"


@dataclass(frozen=True)
class ReceivedDelivery:
    """One received delivery. Header names are in lower case."""

    headers: Mapping[str, str]
    body: Any

    @property
    def id(self) -> str:
        """The id by which a subscriber recognises a repeat; empty if there is none."""
        return next((self.headers[name] for name in business_rules.MESSAGE_ID if name in self.headers), "")


@dataclass(frozen=True)
class WebhookTenant:
    """An organization for webhooks. ``client`` has the key of ``workspace``, whose clock stands still."""

    client: ScenarioClient
    workspace: str
    _here: dict[str, str] = field(default_factory=dict)
    """Values of this organization, each with the placeholder that a person can use once it is deleted."""
    _done: list[tuple[str, str, Exchange]] = field(default_factory=list)
    """The exchanges that led to deliveries, each with its inbox and event; empty if it concerns all."""

    def subscribe(self, trigger: str, inbox: str) -> Any:
        """Subscribe an inbox to an event and return the subscription's id."""
        operation = self.client.contract.operations[business_rules.SUBSCRIBE]
        url = f"{self.client.target.origin}{_ADMIN}/inbox/{self.workspace}/{inbox}"
        body = {"hookUrl": url, "trigger": trigger}
        exchange = self.client.accepted(self.client.call(operation, body=body), operation)
        self._done.append((inbox, trigger, exchange))
        return self.note_id(exchange.field("id"), operation.path)

    def note(self, exchange: Exchange, inbox: str = "") -> None:
        """Remember an exchange as part of the story of an inbox, or of all inboxes."""
        self._done.append((inbox, "", exchange))

    def received(self, inbox: str) -> Sequence[ReceivedDelivery]:
        """The deliveries so far, read once nothing due is pending."""
        self.control("POST", "/webhooks/drain", {"timeout": 30})
        shown = self._look(inbox).field("received") or ()
        return [ReceivedDelivery({k.lower(): v for k, v in entry["headers"].items()}, entry["body"]) for entry in shown]

    def _look(self, inbox: str) -> Exchange:
        return self.control("GET", f"/inbox/{self.workspace}/{inbox}")

    def note_id(self, id: Any, path: str) -> Any:
        """Remember the ``id`` of a new record. A number is replaced only at the end of a body."""
        there, here = (id, "<id of {}>") if isinstance(id, str) else (f":{id}}}", ':"<id of {}>"}}')
        self._here[there] = here.format(path)
        return id

    def story(self, inbox: str, trigger: str = "") -> Sequence[Exchange]:
        """The exchanges that led to an inbox's contents, and the request that reads it."""
        steps = [done for name, event, done in self._done if name in ("", inbox) and trigger in ("", event or trigger)]
        return *steps, self._look(inbox)

    def answer_with(self, inbox: str, status: int) -> None:
        """Make an inbox answer deliveries with this status."""
        done = self.control("PUT", f"/inbox/{self.workspace}/{inbox}", {"status": status})
        self.note(done, inbox)

    def state(self) -> str:
        """The state of the newest delivery: ``pending`` if it will be tried again."""
        return str(self._newest().get("state"))

    def trigger(self) -> str:
        """The trigger of the newest delivery."""
        return str(self._newest().get("trigger"))

    def _newest(self) -> Mapping[str, Any]:
        items = self.control("GET", "/webhooks/deliveries?limit=1").field("items") or [{}]
        newest: Mapping[str, Any] = items[0]
        return newest

    def repeats(self) -> bool:
        """True if this mock was started with retries of failed deliveries."""
        return self.control("GET", "/settings").field("retries") not in (None, "none")

    def repeat_by_hand(self) -> None:
        """Send the newest delivery again with its id, through the control plane."""
        path = f"/webhooks/deliveries/{self._newest().get('id')}/redeliver"
        self.note(self.control("POST", path, {"newId": False}))

    def advance(self, days: int) -> None:
        """Move the clock of the workspace forward by some days."""
        self.note(self.control("POST", "/clock/advance", {"seconds": days * 86_400}))

    def simulate(self, **what: Any) -> None:
        """Simulate a contact from outside. Raises ScenarioSkipped."""
        done = self.control("POST", "/simulate", what)
        if not done.succeeded:
            raise ScenarioSkipped(f"the mock cannot simulate {what}: {done.answer(120)}")
        self.note(done)

    def control(self, method: str, path: str, body: Any = None) -> Exchange:
        """Send a request to the control plane about this workspace."""
        headers = {"X-Mock-Workspace": self.workspace}
        content = None if body is None else orjson.dumps(body)
        if content is not None:
            headers["Content-Type"] = "application/json"
        return self.client.send(method, f"{self.client.target.origin}{_ADMIN}{path}", headers, content)


@contextmanager
def webhook_tenant(client: ScenarioClient) -> Generator[WebhookTenant, None, None]:
    """A new organization, deleted at the end of the block. Raises ScenarioSkipped if there can be none."""
    url, headers = f"{client.target.origin}{_ADMIN}/workspaces", {"Content-Type": "application/json"}
    made = client.send("POST", url, headers, b'{"frozen": true}') if client.target.is_mock else None
    if made is None or not isinstance(made.field("key"), str):
        raise ScenarioSkipped("deliveries can be seen on a mock only")
    key, id = made.field("key"), made.field("id")
    here = {key: client.target.key, f"{_ADMIN}/inbox/{id}/": f"{_ADMIN}/inbox/"}
    try:
        yield WebhookTenant(client.elsewhere(key, lambda evidence: [_with(each, here) for each in evidence]), id, here)
    finally:
        client.send("DELETE", f"{url}/{id}", {})


def _with(exchange: Exchange, texts: Mapping[str, str]) -> Exchange:
    """Copy an exchange with some texts replaced and without its workspace, so that it applies to the run's own."""

    def changed(text: str) -> str:
        for there, here in texts.items():
            text = text.replace(there, here)
        return text

    headers = {name: changed(value) for name, value in exchange.sent_headers.items() if name != "x-mock-workspace"}
    body = changed(exchange.sent_body.decode()).encode()
    return replace(exchange, url=changed(exchange.url), sent_headers=headers, sent_body=body)
