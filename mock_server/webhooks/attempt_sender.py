"""Makes one attempt at a delivery: its bytes, its signature, its posts, and the fault that strikes it."""

import logging
from collections.abc import Sequence

from mock_server.config.settings import Settings
from mock_server.errors import AnswerInvalid
from mock_server.spec.contract import Contract
from mock_server.store.base import Record, Row
from mock_server.store.state import Transaction
from mock_server.stubbing import delivery_faults as faults
from mock_server.stubbing.delivery_faults import DeliveryStrike
from mock_server.webhooks import altered_bodies, altered_headers, altered_signatures, attempts, fault_posts, outbox
from mock_server.webhooks import subscriptions as subscription
from mock_server.webhooks.fault_posts import Gate, Message
from mock_server.webhooks.outcome import Outcome, unsent
from mock_server.webhooks.rendering import WebhookBodies
from mock_server.webhooks.secrets import SigningSecrets
from mock_server.webhooks.signatures import derived_secret
from mock_server.workspaces.workspace import Workspace
from mock_server.world.clock import wall_time

log = logging.getLogger("mock_server")

_OTHERS = "not the secret of any workspace"


class AttemptSender:
    """Makes attempts through the gate that it is given."""

    def __init__(self, contract: Contract, settings: Settings, secrets: SigningSecrets) -> None:
        self._bodies = WebhookBodies(contract)
        self._contract = contract
        self._settings = settings
        self._secrets = secrets

    async def send(self, gate: Gate, workspace: Workspace, row: Row, strike: DeliveryStrike | None) -> Outcome:
        """Make one attempt, as ``strike`` bends it."""
        fault = strike.description() if strike else str(row.record.get("held", ""))
        tx = Transaction(workspace.state)  # only to read
        event = tx.get(outbox.EVENTS, row.record["eventId"])
        if event is None:
            return unsent("its event is no longer kept")
        if strike and strike.rule.fault == faults.LOST:
            return unsent("it was lost on its way", fault)
        try:
            body = self._bodies.of(event)
        except AnswerInvalid as broken:
            log.error("webhook %s was not sent: our body breaks the contract: %s", row.id, broken)
            return unsent(f"our body breaks the contract: {broken}")
        subscriber = tx.get(subscription.KIND, row.record["subscriptionId"])
        verify = subscriber is None or not subscriber.record.get("skipVerify")
        signing = self._secrets.valid(tx, workspace) if self._settings.sign == "standard" else ()
        message = self._message(row.record, event.record, body, signing, strike)
        message.verify, message.fault = verify, fault
        if strike and strike.rule.fault == faults.UNKNOWN_EVENT:
            stranger = {**row.record, "messageId": f"{row.record['messageId']}_unknown"}
            unknown = altered_bodies.unknown_event(body, stranger["messageId"])
            message.before = self._message(stranger, event.record, unknown, signing, None)
            message.before.verify, message.before.fault = verify, fault
        return await fault_posts.make(gate, message, strike)

    def _message(
        self,
        delivery: Record,
        event: Record,
        body: bytes,
        secrets: Sequence[str],
        strike: DeliveryStrike | None,
    ) -> Message:
        """The bytes and headers of an attempt, as a fault alters them."""
        now, fault = int(wall_time().timestamp()), strike.rule.fault if strike else ""
        if strike and fault in faults.SIGNED_ONLY and secrets:
            strange, other = (derived_secret(strike.rule.seed, _OTHERS, number) for number in (0, 1))
            signing = {faults.FORGED_SIGNATURE: [strange], faults.ROTATED_SECRET: [strange, *secrets, other]}
            secrets = () if fault == faults.MISSING_SIGNATURE else signing.get(fault, secrets)
            now -= int(strike.rule.seconds) if fault == faults.OLD_SIGNATURE else 0
        if fault == faults.OTHER_BYTES:
            body = altered_bodies.other_bytes(body)
        elif fault == faults.UNKNOWN_FIELDS:
            body = altered_bodies.unknown_fields(body)
        headers = attempts.headers(delivery, event, secrets, now, body, ours=self._settings.mock_headers)
        if secrets and fault in faults.ALTERING_SIGNATURE:
            headers = altered_signatures.alter(headers, fault)
        if fault == faults.OTHER_HEADERS:
            headers = altered_headers.other_headers(headers)
        sent = altered_bodies.tampered(body) if fault == faults.TAMPERED_BODY else body
        method = self._contract.event_methods.get(event["type"], "POST")
        return Message(str(delivery["url"]), sent, headers, method)
