"""SMS: a message in a thread; without a thread, a new one and a new inquiry (page send-sms)."""

from typing import Any

from mock_server.behaviours.registry import OperationContext, OperationResult, behaviour
from mock_server.behaviours.side_effects import activity, add_inquiry, number, recount
from mock_server.errors import NotFound
from mock_server.store.base import Row
from mock_server.world.ids import FIRST_FREE_INDEX


@behaviour("POST /v1/sms", needs=("leadId", "userId"))
def send(call: OperationContext) -> OperationResult:
    """Send a message from a member to a lead. An unknown member, lead or thread is 404 (gap ``sms-thread-unknown``)."""
    lead, user = call.body["leadId"], call.body["userId"]
    for kind, id in (("members", user), ("leads", lead)):
        if call.tx.get(kind, id) is None:
            raise NotFound(f"no {kind} with the id that the body names")
    thread = call.body.get("messageThreadId")
    row = _start(call) if thread is None else _continue(call, thread)
    activity(call, lead, "SMS_SENT", "SMS sent", row.id, user)
    return call.documented()


def _message(call: OperationContext) -> dict[str, Any]:
    # Assumed not to be required (gap `sms-message-required`), an SMS without text is sent as one.
    text = call.body.get("message") or ""
    return {"id": number(call, "inquiries/turns"), "createdAt": call.now, "text": text, "user": "assistant"}


def _start(call: OperationContext) -> Row:
    thread = FIRST_FREE_INDEX + call.tx.count("threads")
    message = _message(call)
    summary = f"SMS sent: {message['text']}"[:500]
    data = {
        "id": number(call, "inquiries/data"),
        "summary": summary,
        "keyPoints": ["Conversation started by the team"],
        "messageThreadId": thread,
        "messages": [message],
    }
    inquiry = {
        "source": "SMS",
        "sourceId": call.new_id("inquiries/sms"),
        "summary": summary,
        "messageThreadId": thread,
        "data": data,
    }
    return add_inquiry(call, call.body["leadId"], inquiry)


def _continue(call: OperationContext, thread: int) -> Row:
    rows = call.tx.find("inquiries", {"messageThreadId": thread, "leadId": call.body["leadId"]})
    if not rows:
        raise NotFound("no message thread of this lead with the id that the body names")
    record = rows[-1].record
    data = {**record["data"], "messages": [*record["data"]["messages"], _message(call)]}
    row = call.store("inquiries", rows[-1].id, {**record, "data": data, "updatedAt": call.now})
    recount(call, call.body["leadId"])
    return row
