"""Scenarios about the texts of messages and calls: the resulting inquiry has them exactly as they were sent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.rules import lifecycle as rules
from contracts.scenarios.client import ScenarioClient
from contracts.scenarios.paging import fetch, whole_list
from contracts.scenarios.records import Record
from contracts.scenarios.skipped import ScenarioSkipped
from contracts.scenarios.written_views import Written
from contracts.spec import business_rules
from contracts.spec.awkward_values import FORMS, ROUNDS, AwkwardBodies
from contracts.spec.document import Operation
from contracts.spec.resources import Listing

Lists = Mapping[str, Listing]
_CERTAIN = 250  # letters of a text that a summary shows at least


@dataclass
class Messages:
    """The messages of a run. Each starts an inquiry of its own lead."""

    operation: Operation
    read: Operation
    lists: Lists
    _sent: dict[str, Written] = field(default_factory=dict)
    _user: str = ""

    def send(self, client: ScenarioClient, lead: str, turn: int) -> None:
        """Send an awkward message to a lead. Raises ScenarioSkipped if it is refused."""
        if not self._user:
            self._user = next((str(it["id"]) for it in whole_list(client, self.lists[business_rules.MEMBERS])), "")
        given = {"userId": self._user, "leadId": lead}
        made = AwkwardBodies(client.sampler, self.operation, left_out=("messageThreadId",)).body(turn, given)
        exchange = client.accepted(client.call(self.operation, body=made), self.operation)
        self._sent[lead] = Written(self.operation, {"message": made.get("message")}, exchange, {"id": lead})

    def compare(self, client: ScenarioClient) -> None:
        """Compare each message with the last one of the newest inquiry of its lead."""
        listing = self.lists[business_rules.INQUIRIES]
        newest = {item.get("leadId"): item for item in reversed(fetch(client, listing, page=1, size=100).items)}
        for lead, one in self._sent.items():
            exchange = client.call(self.read, newest[lead]["id"]) if lead in newest else None
            data = exchange.field("data") if exchange is not None else None
            texts = [it.get("text") for it in data.get("messages", ()) if isinstance(it, dict)] if data else []
            if exchange is not None and texts:
                one.compare(self.read, {"message": texts[-1]}, exchange, own=True)
                one.judge(client)


def calls(client: ScenarioClient, lists: Lists, operation: Operation, read: Operation) -> None:
    """The inquiry of a call contains its name and instructions as they were sent."""
    listing, made = lists[business_rules.INQUIRIES], AwkwardBodies(client.sampler, operation)
    before = {item.get("id") for item in fetch(client, listing, page=1, size=100).items}
    sent = []
    for turn in range(ROUNDS):
        body = made.body(turn)
        sent.append((body, client.accepted(client.call(operation, body=body), operation)))
    new = [item for item in fetch(client, listing, page=1, size=100).items if item.get("id") not in before]
    if len(new) != len(sent):
        raise ScenarioSkipped(f"{len(sent)} calls left {len(new)} inquiries")
    for (body, exchange), item in zip(sent, reversed(new), strict=True):
        shown = client.call(read, item["id"])
        texts = list(_texts([item, shown.json]))
        for name in business_rules.SHOWN_OF_CALL:
            due = str(body.get(name, ""))[:_CERTAIN]
            if not any(due in text for text in texts):
                for blamed in (operation, read):
                    got = ascii(next((text for text in texts if text), ""))[:200]
                    client.broken(
                        rules.KEPT_EXACTLY, blamed, exchange, shown, expected=f"{due!a} somewhere in it", got=got,
                        where=f"/{name}",
                    )  # fmt: skip


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        members: Sequence[Any] = list(value.values()) if isinstance(value, dict) else value
        for member in members:
            yield from _texts(member)


def subscriptions(client: ScenarioClient, subscribe: Operation, unsubscribe: Operation) -> None:
    """A subscription shows its URL and its trigger as they were sent."""
    made = AwkwardBodies(client.sampler, subscribe)
    for turn in range(FORMS):
        body = made.body(turn)
        exchange = client.accepted(client.call(subscribe, body=body), subscribe)
        record: Record = exchange.json if isinstance(exchange.json, dict) else {}
        Written(subscribe, body, exchange, record).judge_answer(client)
        client.call(unsubscribe, body={"hookId": exchange.field("id")})
