"""The bytes of a delivery: an event's body in the shape of the contract, validated before it leaves."""

import base64

import orjson

from mock_server.spec.contract import Contract
from mock_server.spec.projection import Projection
from mock_server.store.base import Record, Row
from mock_server.support.exact_json import write_json

RAW = "raw"
"""The cause of an event that did not happen: a person wrote its body."""
JSON = "json"
"""The encoding of a body that is stored as JSON text: as a value it may be twenty times as large."""

_MAX_KNOWN = 1_000  # bodies that are kept: subscribers and attempts of one event follow one another


class WebhookBodies:
    """Makes the bodies of deliveries from the documents' ``webhooks`` sections. Each body is made once for all its
    receivers.
    """

    def __init__(self, contract: Contract) -> None:
        self._views = {name: Projection.of(schema) for name, schema in contract.webhooks.items()}
        self._known: dict[Row, bytes] = {}

    def of(self, event: Row) -> bytes:
        """The body of an event. Raises AnswerInvalid when it breaks the contract, which is a bug of ours."""
        if event.record["cause"] == RAW:
            return _as_given(event.record)  # not kept a second time: it may be large
        made = self._known.get(event)
        if made is None:
            made = self._made(event)
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            self._known[event] = made
        return made

    def _made(self, event: Row) -> bytes:
        view = self._views.get(str(event.record["type"]))
        if view is None:
            return _as_given(event.record)
        return write_json(view.render(event.record["body"]))


def shown(event: Record) -> Record:
    """An event as it is shown. A body that is stored as JSON text becomes a value again."""
    if event.get("encoding") != JSON:
        return event
    body = orjson.Fragment(event["body"])
    return {name: body if name == "body" else value for name, value in event.items() if name != "encoding"}


def _as_given(event: Record) -> bytes:
    """The bytes that a person gave; the JSON value if a person gave one."""
    match event.get("encoding"):
        case "utf-8" | "json":
            return str(event["body"]).encode("utf-8")
        case "base64":
            return base64.b64decode(event["body"])
    return write_json(event["body"])
