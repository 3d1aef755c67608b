"""The bytes of a delivery: an event's body in the shape of the contract, validated before it leaves."""

import base64

from mock_server.spec.contract import Contract
from mock_server.spec.projection import Projection
from mock_server.store.base import Record, Row
from mock_server.support.exact_json import write_json

RAW = "raw"
"""The cause of an event that did not happen: its body is a person's own."""


class WebhookBodies:
    """The shapes come from the documents' ``webhooks`` sections; a body is made once, whoever gets it."""

    def __init__(self, contract: Contract) -> None:
        self._views = {name: Projection.of(schema) for name, schema in contract.webhooks.items()}

    def of(self, event: Row) -> bytes:
        """Raises AnswerInvalid when the body breaks the contract: a fault of ours."""
        made: bytes | None = event.rendered.get(self)
        if made is None:
            made = event.rendered[self] = self._made(event)
        return made

    def _made(self, event: Row) -> bytes:
        view = self._views.get(str(event.record["type"]))
        if view is None or event.record["cause"] == RAW:
            return _as_given(event.record)
        return write_json(view.render(event.record["body"]))


def _as_given(event: Record) -> bytes:
    """The bytes that a person gave; a JSON value where one was given."""
    match event.get("encoding"):
        case "utf-8":
            return str(event["body"]).encode("utf-8")
        case "base64":
            return base64.b64decode(event["body"])
    return write_json(event["body"])
