"""Calls: an outgoing AI call, which appears as an inquiry. Everything here is inferred (gap ``call-effects``)."""

from typing import Any

from mock_server.behaviours import crud
from mock_server.behaviours.consequences import activity, add_inquiry, number
from mock_server.behaviours.leads import new_lead
from mock_server.behaviours.registry import Call, Outcome, behaviour
from mock_server.store.base import Id
from mock_server.world.clock import epoch_ms, from_epoch_ms, parse, stamp

_SECONDS = 45


@behaviour("POST /v1/calls")
def create(call: Call) -> Outcome:
    """The call is over at once: the mock has no telephone, and a test should not wait for one."""
    lead = _lead(call)
    row = add_inquiry(call, lead, _inquiry(call))
    activity(call, lead, "CALL_INITIATED", f"AI call to {call.body['phoneNumber']}", row.id)
    return crud.documented(call)


def _lead(call: Call) -> Id:
    """The living lead with this number, the newest of several, else a new one."""
    known = call.tx.find("leads", {"phone": call.body["phoneNumber"]})
    if known:
        return known[-1].id
    first, _, last = call.body["name"].strip().partition(" ")
    given = {"firstName": first or call.body["name"], "lastName": last or None, "phone": call.body["phoneNumber"]}
    return new_lead(call, given).id


def _inquiry(call: Call) -> dict[str, Any]:
    began = stamp(from_epoch_ms(epoch_ms(parse(call.now)) - _SECONDS * 1000))
    transfer = call.body.get("mode") == "transfer_only"
    purpose = call.body.get("custom_instructions") or ("Transfer the call" if transfer else "Follow up")
    summary = f"Outgoing call to {call.body['name']}: {purpose}"[:500]
    source_id = str(call.new_id("inquiries/call"))
    return {
        "source": "CALL",
        "sourceId": source_id,
        "summary": summary,
        "data": {
            "id": number(call, "inquiries/data"),
            "summary": summary,
            "keyPoints": ["Outgoing call placed through the API", purpose[:500]],
            "recordingUrl": f"https://recordings.sophiie-mock.example/{source_id}.mp3",
            "transcripts": _transcript(call, began),
            "direction": "AI_TO_LEAD",
            "duration": _SECONDS,
            "startedAt": began,
            "endedAt": call.now,
            "endedBy": "assistant" if transfer else "user",
        },
    }


def _transcript(call: Call, began: str) -> list[dict[str, str]]:
    organization = call.tx.one("organization")
    business = organization.record["name"] if organization else "the office"
    lines = (
        ("assistant", f"Hello {call.body['name']}, this is the assistant of {business}."),
        ("user", "Hello, thanks for calling."),
        ("assistant", "I will pass you on to the team." if call.body.get("mode") == "transfer_only" else "Goodbye."),
    )
    start = epoch_ms(parse(began))
    return [
        {
            "id": number(call, "inquiries/turns"),
            "created_at": stamp(from_epoch_ms(start + turn * 12_000)),
            "text": text,
            "user": user,
        }
        for turn, (user, text) in enumerate(lines)
    ]
