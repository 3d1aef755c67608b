"""The webhooks that a client has subscribed to, and what was delivered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from contracts.lint.client_run import ClientRun

_INBOX = "/__admin/inbox/"
"""A part of the URLs of the receiver that comes with the mock."""


@dataclass(frozen=True)
class Subscription:
    """A request for the events of one trigger. ``receiver`` is the client's own URL; empty for the mock's inbox."""

    trigger: str
    receiver: str


def subscriptions(run: ClientRun) -> Iterator[Subscription]:
    """Every subscription that succeeded: a body with the name of a documented webhook, and a URL."""
    names = {key.partition(" ")[2] for key in run.contract.webhooks}
    for call in run.calls:
        texts = list(_texts(call.sent)) if call.succeeded and call.method in ("POST", "PUT") else []
        url = next((text for text in texts if text.startswith(("http://", "https://"))), "")
        for trigger in names & set(texts) if url else ():
            yield Subscription(trigger, "" if _INBOX in url else _bare(url))


def delivered(facts: Mapping[str, Any]) -> set[str] | None:
    """The triggers of the deliveries that a receiver has taken; None if a recording does not tell of deliveries."""
    found = facts.get("deliveries")
    if not isinstance(found, list):
        return None
    taken = [one for one in found if isinstance(one, Mapping) and one.get("state") == "delivered"]
    return {str(one.get("trigger", "")) for one in taken}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _bare(url: str) -> str:
    """A URL without its query and without credentials, for a command."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    except ValueError:
        return ""
