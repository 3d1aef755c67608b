"""Calls: an outgoing AI call, which appears as an inquiry. Everything here is inferred (gap ``call-effect``)."""

from collections.abc import Sequence
from typing import Any

from mock_server.behaviours.leads import new_lead
from mock_server.behaviours.registry import OperationContext, OperationResult, behaviour
from mock_server.behaviours.side_effects import activity, add_inquiry, number
from mock_server.store.base import Id
from mock_server.world.business_rules import recording_url
from mock_server.world.clock import epoch_ms, from_epoch_ms, parse, stamp

_SECONDS = 45
_TURN = 12_000  # milliseconds


@behaviour("POST /v1/calls", needs=("name", "phoneNumber"))
def create(call: OperationContext) -> OperationResult:
    """The call is over at once: the mock has no telephone, and a test should not wait for one."""
    name, phone = call.body["name"], call.body["phoneNumber"]
    lead = _lead(call, name, phone)
    row = add_inquiry(call, lead, _inquiry(call, name))
    activity(call, lead, "CALL_INITIATED", f"AI call to {phone}", row.id)
    return call.documented()


def _lead(call: OperationContext, name: str, phone: str) -> Id:
    """The living lead with this number, the newest of several, else a new one."""
    known = call.tx.find("leads", {"phone": phone})
    if known:
        return known[-1].id
    first, _, last = name.strip().partition(" ")
    return new_lead(call, {"firstName": first or name, "lastName": last or None, "phone": phone}).id


def _inquiry(call: OperationContext, name: str) -> dict[str, Any]:
    transfer = call.body.get("mode") == "transfer_only"
    # The second spelling is an assumption that can be made: gap `calls-instructions-name`.
    instructions = call.body.get("custom_instructions") or call.body.get("customInstructions")
    purpose = instructions or ("Transfer the call" if transfer else "Follow up")
    summary = f"Outgoing call to {name}: {purpose}"[:500]
    source = str(call.new_id("inquiries/call"))
    began = epoch_ms(parse(call.now)) - _SECONDS * 1000
    data = {
        "id": number(call, "inquiries/data"),
        "summary": summary,
        "keyPoints": ["Outgoing call placed through the API", purpose[:500]],
        "recordingUrl": recording_url(source),
        "transcripts": _transcript(call, began, _said(call, name, transfer)),
        "direction": "AI_TO_LEAD",
        "duration": _SECONDS,
        "startedAt": stamp(from_epoch_ms(began)),
        "endedAt": call.now,
        "endedBy": "assistant" if transfer else "user",
    }
    return {"source": "CALL", "sourceId": source, "summary": summary, "data": data}


def _said(call: OperationContext, name: str, transfer: bool) -> Sequence[tuple[str, str]]:
    organization = call.tx.one("organization")
    business = organization.record.get("name") if organization else None
    return (
        ("assistant", f"Hello {name}, this is the assistant of {business or 'the office'}."),
        ("user", "Hello, thanks for calling."),
        ("assistant", "I will pass you on to the team." if transfer else "Goodbye."),
    )


def _transcript(call: OperationContext, began: int, said: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [
        {
            "id": number(call, "inquiries/turns"),
            "created_at": stamp(from_epoch_ms(began + turn * _TURN)),
            "text": text,
            "user": user,
        }
        for turn, (user, text) in enumerate(said)
    ]
