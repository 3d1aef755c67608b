"""The Zapier surface: the five most recent of three kinds, and subscriptions."""

from mock_server.behaviours.registry import Behaviour, OperationContext, OperationResult, behaviour
from mock_server.errors import NotFound
from mock_server.webhooks import outbox
from mock_server.webhooks import subscriptions as subscription
from mock_server.webhooks.egress_policy import EgressRefused, host_of
from mock_server.webhooks.events import DOCUMENTED
from mock_server.webhooks.zapier_items import item

_OURS = "the vendor documents no trigger `{trigger}`: it is ours (gap webhook-events); --events documented refuses it"
_RECENT = 5  # page get-recent-appointments; the other two lists follow it (gap `zapier-recent`)


def _recent(kind: str) -> Behaviour:
    def listing(call: OperationContext) -> OperationResult:
        rows, _ = call.tx.page(kind, 0, _RECENT)
        return OperationResult(call.fit([item(call.tx, kind, row.record) for row in rows]))

    return listing


for _kind in ("leads", "inquiries", "appointments"):
    behaviour(f"GET /api/webhooks/zapier/{_kind}")(_recent(_kind))


@behaviour("POST /api/webhooks/zapier/subscribe", needs=("hookUrl", "trigger"))
def subscribe(call: OperationContext) -> OperationResult:
    """Subscribe a hook. Its id is a number at the top of the answer, which unsubscribe takes as ``hookId``.

    The shape of the answer is gap ``zapier-subscribe-response``.
    """
    made = subscription.subscribe(call.tx, call.now, call.body["hookUrl"], call.body["trigger"])
    explain = [] if made["trigger"] == DOCUMENTED else [_OURS.format(**made)]
    try:
        host_of(str(made["hookUrl"]))
    except EgressRefused as why:  # a served document may admit what ours does not
        explain.append(f"each delivery will fail, as nothing can be posted to this hookUrl: {why}")
    return OperationResult(call.fit(made), explain=explain)


@behaviour("DELETE /api/webhooks/zapier/unsubscribe", needs=("hookId",))
def unsubscribe(call: OperationContext) -> OperationResult:
    """Remove a hook. Raises NotFound for an unknown or removed id (gap ``zapier-unsubscribe-unknown``)."""
    if not subscription.unsubscribe(call.tx, call.body["hookId"]):
        raise NotFound("no subscription with this hookId")
    outbox.cancel_all(call.tx, call.body["hookId"], "unsubscribed")
    return call.documented()
